package distance

import (
	"compress/gzip"
	"encoding/csv"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
)

// shared is the folder of the data sets and of other people's numbers about them; tests skip where it is absent.
func shared(t testing.TB) string {
	t.Helper()
	folder, err := os.Getwd()
	require.NoError(t, err)
	for {
		if _, err := os.Stat(filepath.Join(folder, "go.mod")); err == nil {
			break
		}
		require.NotEqual(t, folder, filepath.Dir(folder), "no go.mod above the test")
		folder = filepath.Dir(folder)
	}
	path := filepath.Join(filepath.Dir(folder), "shared")
	if _, err := os.Stat(filepath.Join(path, "golden")); err != nil {
		t.Skipf("no golden numbers in %s: only the constants in this package are checked", path)
	}
	return path
}

func golden(t testing.TB, name string, into any) {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(shared(t), "golden", name))
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(content, into))
}

// rows are those of a data set, by column.
type rows map[string][]string

func readRows(t testing.TB, name string) rows {
	t.Helper()
	file, err := os.Open(filepath.Join(shared(t), "data", name))
	require.NoError(t, err)
	defer file.Close()
	unpacked, err := gzip.NewReader(file)
	require.NoError(t, err)
	records, err := csv.NewReader(unpacked).ReadAll()
	require.NoError(t, err)
	columns := rows{}
	for i, name := range records[0] {
		for _, record := range records[1:] {
			columns[name] = append(columns[name], record[i])
		}
	}
	return columns
}

// numbers are the column's values in rows from up to to, without missing ones.
func (r rows) numbers(t testing.TB, column string, from, to int) []float64 {
	t.Helper()
	require.Contains(t, r, column)
	values := make([]float64, 0, to-from)
	for _, text := range r[column][from:to] {
		if text != "" {
			x, err := strconv.ParseFloat(text, 64)
			require.NoError(t, err)
			values = append(values, x)
		}
	}
	return values
}

// near compares with a number of twelve significant digits; null in the file is NaN here, and stands for infinite.
func near(t testing.TB, want, got float64, what ...any) {
	t.Helper()
	if math.IsNaN(want) {
		require.True(t, math.IsInf(got, 0) || math.IsNaN(got), "want infinite or undefined, got %v: %v", got, what)
		return
	}
	require.InDelta(t, want, got, 1e-9*math.Abs(want)+1e-12, "%v", what)
}

// nullable is a number of a golden file; NaN where it says null.
type nullable float64

func (n *nullable) UnmarshalJSON(text []byte) error {
	if string(text) == "null" {
		*n = nullable(math.NaN())
		return nil
	}
	return json.Unmarshal(text, (*float64)(n))
}

func shares(counts []float64) []float64 {
	var total float64
	for _, c := range counts {
		total += c
	}
	result := make([]float64, len(counts))
	for i, c := range counts {
		result[i] = c / total
	}
	return result
}
