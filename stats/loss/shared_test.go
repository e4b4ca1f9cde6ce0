package loss

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

// number is a cell of the data set.
func (r rows) number(t testing.TB, column string, i int) float64 {
	t.Helper()
	x, err := strconv.ParseFloat(r[column][i], 64)
	require.NoError(t, err)
	return x
}

// near compares with a number of twelve significant digits.
func near(t testing.TB, want, got float64, what ...any) {
	t.Helper()
	require.InDelta(t, want, got, 1e-9*math.Abs(want)+1e-12, "%v", what)
}
