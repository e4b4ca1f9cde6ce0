package distance

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The numbers that docs/statistics.md prints for Leeway are those that the code gives.
func TestDocumentedNumbers(t *testing.T) {
	folder := shared(t)
	text, err := os.ReadFile(filepath.Join("..", "..", "docs", "statistics.md"))
	require.NoError(t, err)
	require.DirExists(t, folder)
	table := string(text[strings.Index(string(text), "## What others would print"):])

	data := readRows(t, "california_housing.csv.gz")
	first := map[string]string{}
	for _, column := range []string{"MedInc", "AveOccup"} {
		reference, current := data.numbers(t, column, 0, 5832), data.numbers(t, column, 5832, 6552)
		fine := binsOf(reference)
		c, r := fine.shares(current), fine.shares(reference)
		low, high := min(slices.Min(reference), slices.Min(current)), max(slices.Max(reference), slices.Max(current))
		std := deviation(reference) * math.Sqrt(5832.0/5831.0)
		for name, value := range map[string]float64{
			"KS": KS(c, r), "Wasserstein": Wasserstein(c, r, fine.bounds, low, high, false) / std,
		} {
			assert.Equal(t, documented(t, table, column, name), fmt.Sprintf("%.3f", value), "%s %s", column, name)
		}
		if column == "MedInc" {
			assert.Equal(t, documented(t, table, column, "KS p"), strings.Replace(fmt.Sprintf("%.0e", KSPValue(KS(c, r), 720, 5832)), "e-0", "e-", 1))
		}
		deciles := bins{bounds: equalMass(reference, 10)}
		c, r = deciles.shares(current), deciles.shares(reference)
		for name, value := range map[string]float64{"PSI": PSI(c, r, DefaultFloor), "JS distance": JSDistance(c, r), "Hellinger": Hellinger(c, r)} {
			assert.Equal(t, documented(t, table, column, name), fmt.Sprintf("%.3f", value), "%s %s", column, name)
		}
		first[column] = fmt.Sprintf("%.3f", PSI(c, r, DefaultFloor))
	}
	assert.Contains(t, string(text), "| "+first["MedInc"]+" | "+first["AveOccup"]+" |", "the table at the top")
	for _, k := range []int{5, 20, 50, 100} {
		reference, current := data.numbers(t, "MedInc", 0, 5832), data.numbers(t, "MedInc", 5832, 6552)
		b := bins{bounds: equalMass(reference, k)}
		assert.Contains(t, string(text), fmt.Sprintf("%.3f", PSI(b.shares(current), b.shares(reference), DefaultFloor)), "PSI over %d bins", k)
	}
}

// documented is Leeway's entry of a row in the table of peers.
func documented(t *testing.T, table, column, statistic string) string {
	t.Helper()
	_, rows, found := strings.Cut(table, "| `"+column+"` |")
	require.True(t, found, column)
	for _, line := range strings.Split(rows, "\n") {
		cells := strings.Split(strings.Trim(line, "| "), "|")
		for i := range cells {
			cells[i] = strings.TrimSpace(cells[i])
		}
		if cells[0] == statistic {
			return cells[1]
		}
	}
	t.Fatalf("no row %s of %s", statistic, column)
	return ""
}
