package build

import (
	"bufio"
	"compress/gzip"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/leeway-ml/leeway/profile"
)

// shared is a file of the data and golden numbers beside the repository; the test is skipped where it is absent.
func shared(t testing.TB, name string) string {
	t.Helper()
	folder, err := os.Getwd()
	require.NoError(t, err)
	for {
		if _, err := os.Stat(filepath.Join(folder, "go.mod")); err == nil {
			break
		}
		folder = filepath.Dir(folder)
	}
	file := filepath.Join(folder, "..", "shared", name)
	if _, err := os.Stat(file); err != nil {
		t.Skipf("%s is not there: golden numbers are not checked", file)
	}
	return file
}

// goldenNumbers are what numpy and scipy say of the references.
type goldenNumbers struct {
	Windows map[string]struct {
		Numeric     map[string]goldenColumn
		Categorical map[string]struct {
			Missing    uint64   `json:"ref_missing"`
			Categories []string // of the reference or the window
			Counts     []uint64 `json:"ref_counts"`
		}
	} `json:"windows_values"`
}

type goldenColumn struct {
	Missing uint64 `json:"ref_missing"`
	Ref     struct {
		N              uint64
		Mean, Min, Max float64
		Std            *float64
		Quantiles      map[string]float64
	}
	Deciles struct {
		Edges  []float64 `json:"interior_edges"`
		Counts []uint64  `json:"ref_counts"`
	} `json:"quantile10_right_closed"`
}

func TestGolden(t *testing.T) {
	where := []Condition{{"split", "reference"}}
	for name, o := range map[string]Options{
		"bike_sharing":       {Where: where, ValueColumn: "predicted_value", Exclude: []string{"prediction_id"}, Rhythm: "auto"},
		"elec2":              {Where: where, ScoreColumn: "predicted_probability", ClassColumn: "predicted_class", PositiveClass: "UP", IDColumn: "prediction_id", Rhythm: "week"},
		"adult":              {Where: where, LabelColumn: "class", Rhythm: "auto"},
		"california_housing": {Where: where, ScoreColumn: "y_pred_proba", ClassColumn: "y_pred", LabelColumn: "clf_target", Exclude: []string{"id"}, Rhythm: "none"},
		"weather":            {Exclude: []string{"day_index"}, Rhythm: "auto"},
	} {
		t.Run(name, func(t *testing.T) {
			file := "data/" + map[string]string{"bike_sharing": "bike_sharing_predictions", "elec2": "elec2_predictions"}[name] + ".csv.gz"
			if file == "data/.csv.gz" {
				file = "data/" + name + ".csv.gz"
			}
			path := shared(t, file)
			if name == "weather" {
				path = firstRows(t, path, 3650)
			}
			var golden goldenNumbers
			text, err := os.ReadFile(shared(t, "golden/"+name+"_drift.json"))
			require.NoError(t, err)
			require.NoError(t, json.Unmarshal(text, &golden))
			base := DefaultOptions()
			o.Model, o.Bins, o.Categories, o.ChunkMemory = name, base.Bins, base.Categories, base.ChunkMemory
			result, err := Build(t.Context(), []string{path}, o)
			require.NoError(t, err)
			checked := 0
			for _, w := range golden.Windows {
				for column, want := range w.Numeric {
					if v := find(result.Profile, o, column); v != nil && v.Type == profile.Numeric {
						checkNumeric(t, column, v, want)
						checked++
					}
				}
				for column, want := range w.Categorical {
					if v := find(result.Profile, o, column); v != nil && v.Type == profile.Categorical {
						assert.Equal(t, want.Missing, v.Missing, column)
						for i, c := range want.Categories {
							var have uint64
							if j := slices.Index(v.Categories, c); j >= 0 {
								have = v.Counts[j]
							}
							assert.Equal(t, want.Counts[i], have, "%s: %s", column, c)
						}
						checked++
					}
				}
				break // the reference is the same in every window
			}
			t.Logf("%d columns", checked)
			assert.Greater(t, checked, 5)
		})
	}
}

// find is the variable that was made of a column.
func find(p *profile.Profile, o Options, column string) *profile.Variable {
	switch column {
	case o.ScoreColumn:
		return p.Scores[0]
	case o.ValueColumn:
		return p.Value
	case o.ClassColumn:
		return p.Class
	}
	return p.Feature(column)
}

func checkNumeric(t *testing.T, column string, v *profile.Variable, want goldenColumn) {
	close := func(want, have float64, what string) {
		t.Helper()
		assert.InDelta(t, want, have, 1e-9*max(1, abs(want)), "%s: %s", column, what)
	}
	assert.Equal(t, want.Ref.N, v.Observed(), column)
	assert.Equal(t, want.Missing, v.Missing, column)
	close(want.Ref.Mean, v.Mean, "mean")
	close(want.Ref.Min, v.Min, "min")
	close(want.Ref.Max, v.Max, "max")
	if want.Ref.Std != nil {
		close(*want.Ref.Std, v.StdDev, "std_dev")
	}
	for p, x := range want.Ref.Quantiles {
		close(x, v.Quantiles[p], "quantile "+p)
	}
	have := profile.SumBins(v.Counts, v.Deciles)
	if values := len(v.Bounds) - 1; v.Discrete && values <= profile.MaxDeciles {
		// One decile a value: the golden bins are sums of neighbouring ones.
		if values > 1 {
			assert.Len(t, have, values, column)
		}
		ours := cumulated(have)
		for _, c := range cumulated(want.Deciles.Counts) {
			assert.Contains(t, ours, c, column)
		}
		return
	}
	counts := want.Deciles.Counts
	if v.Discrete && len(v.Bounds)-1 <= profile.MaxRollupBins && counts[len(counts)-1] == 0 {
		counts = counts[:len(counts)-1] // the empty bin above the greatest value has no room in the roll-ups
	}
	assert.Equal(t, counts, have, column)
}

func cumulated(counts []uint64) []uint64 {
	out := slices.Clone(counts)
	for i := 1; i < len(out); i++ {
		out[i] += out[i-1]
	}
	return out
}

func abs(x float64) float64 { return max(x, -x) }

// firstRows copies the first n rows of a gzipped CSV.
func firstRows(t *testing.T, path string, n int) string {
	in, err := os.Open(path)
	require.NoError(t, err)
	defer in.Close()
	z, err := gzip.NewReader(in)
	require.NoError(t, err)
	lines := bufio.NewScanner(z)
	var text []byte
	for i := 0; i <= n && lines.Scan(); i++ {
		text = append(append(text, lines.Bytes()...), '\n')
	}
	out := filepath.Join(t.TempDir(), "first"+strconv.Itoa(n)+".csv")
	require.NoError(t, os.WriteFile(out, text, 0o600))
	return out
}
