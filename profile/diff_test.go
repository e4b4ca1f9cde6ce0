package profile

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestDiffOfTheSameIsEmpty(t *testing.T) {
	assert.Empty(t, Diff(sample(), sample()))
	b := sample()
	b.Provenance.Rows, b.Created = 7, b.Created.AddDate(1, 0, 0)
	assert.Empty(t, Diff(sample(), b), "where it comes from does not count")
	rapid.Check(t, func(t *rapid.T) {
		p := rowsOf([]float64{0, 10}, drawRows(t, "rows"))
		assert.Empty(t, Diff(p, p))
	})
}

func TestDiff(t *testing.T) {
	a, b := sample(), sample()
	b.Version, b.Task = "4", Multiclass
	b.Features[0].Bounds = []float64{1.5, 3}
	b.Features[0].Mean = 3
	b.Features[0].Missing = 10
	importance := 0.25
	b.Features[0].Importance = &importance
	b.Features[1].Categories = []string{"DE", "IT"}
	b.Features[2] = &Variable{Name: "flag", Type: Boolean, Categories: []string{"true"}, Counts: []uint64{1, 0}, Rollup: []int{0, 1}}
	b.Scores[0].Counts = []uint64{3, 8}
	b.Class = nil
	b.Segments[0].Attributes = map[string]string{"country": "IT"}
	differences := Diff(a, b)
	texts := map[string]string{}
	for _, d := range differences {
		texts[d.Path] += d.Text + "|"
	}
	assert.Equal(t, `"4", was "3"|`, texts["version"])
	assert.Equal(t, `"multiclass", was "binary"|`, texts["task"])
	assert.Contains(t, texts["feature/amount"], "other bins (3, were 3); PSI ")
	assert.Contains(t, texts["feature/amount"], "mean 3, was 2.25; missing 50.00 %, was 9.09 %; importance 0.25, was not known")
	assert.Contains(t, texts["feature/country"], `new categories "IT"; categories gone "FR"; PSI`)
	assert.Equal(t, "removed|", texts["feature/member"])
	assert.Equal(t, "added (boolean)|", texts["feature/flag"])
	assert.Equal(t, "removed|", texts["class"])
	assert.Equal(t, `added "country=IT"|removed "country=DE"|`, texts["segments"])

	for _, d := range differences {
		if d.Path == "score/1" { // (c-r) ln(c/r) over two bins
			c, r := 3.0/11, 6.0/11
			want := (c-r)*math.Log(c/r) + (r-c)*math.Log((1-c)/(1-r))
			require.InDelta(t, want, d.PSI, 1e-12)
		}
	}
	b.Features[0].Type = Categorical
	assert.Contains(t, diffTexts(a.Features[0], b.Features[0]), "categorical, was numeric")
}

func diffTexts(v, w *Variable) []string {
	texts, _ := diffVariable(v, w)
	return texts
}

// TestDiffOfOtherBinsIsSmallForTheSameRows: with other bounds, what differs is only what interpolation loses.
func TestDiffOfOtherBinsIsSmallForTheSameRows(t *testing.T) {
	var rows []row
	for i := range 2000 {
		rows = append(rows, row{amount: float64(i%200) / 10, country: "DE"})
	}
	a, b := rowsOf([]float64{2, 4, 6, 8, 10, 12, 14, 16, 18}, rows), rowsOf([]float64{3, 5, 7, 9, 11, 13, 15, 17}, rows)
	a.Features[0].Deciles = []int{0, 2, 4, 6, 8}
	differences := Diff(a, b)
	require.Len(t, differences, 1)
	assert.Less(t, differences[0].PSI, 0.001)
}
