package learn

import (
	"compress/gzip"
	"encoding/csv"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/leeway-ml/leeway/judge/drift"
	"github.com/leeway-ml/leeway/profile"
	"github.com/leeway-ml/leeway/profile/build"
)

// shared is a file of the data and golden numbers beside the repository; the test is skipped where it is absent.
func shared(t *testing.T, name string) string {
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

var bikeColumns = []string{"hr", "temp", "atemp", "hum", "windspeed", "predicted_value"}

// bikes are the rows of the bike sharing predictions: times and numbers by month ("" is the reference).
func bikes(t *testing.T) map[string][]event {
	t.Helper()
	file, err := os.Open(shared(t, "data/bike_sharing_predictions.csv.gz"))
	require.NoError(t, err)
	defer file.Close()
	z, err := gzip.NewReader(file)
	require.NoError(t, err)
	rows, err := csv.NewReader(z).ReadAll()
	require.NoError(t, err)
	at := func(column string) int { return slices.Index(rows[0], column) }
	out := map[string][]event{}
	for _, row := range rows[1:] {
		when, err := time.Parse(time.RFC3339, row[at("timestamp")])
		require.NoError(t, err)
		e := event{at: when.Sub(monday), inputs: map[string]any{}}
		for _, column := range bikeColumns {
			x, err := strconv.ParseFloat(row[at(column)], 64)
			require.NoError(t, err)
			e.inputs[column] = x
		}
		month := ""
		if row[at("split")] != "reference" {
			month = when.Format("2006-01")
		}
		out[month] = append(out[month], e)
	}
	return out
}

func learnBikes(t *testing.T, reference []event) *profile.Profile {
	t.Helper()
	judge, err := drift.New(drift.DefaultConfig())
	require.NoError(t, err)
	o := options()
	o.Windows, o.Stray = []string{"24h", "7d"}, judge.Stray
	m := New("bikes", "v1", o)
	for _, e := range reference {
		feed(t, m, summarise([]event{e})...)
	}
	hours := m.Hours()
	p, err := m.Profile(Period{slices.Min(hours), slices.Max(hours) + 1}, wall)
	require.NoError(t, err)
	return p
}

// What scipy and numpy say of the raw values, against what the learned profile says: exact where it is to be exact, and
// within the bins where it is not.
func TestLearnedAgainstGolden(t *testing.T) {
	content, err := os.ReadFile(shared(t, "golden/bike_sharing_drift.json"))
	require.NoError(t, err)
	var golden struct {
		Windows map[string]struct {
			Numeric map[string]struct {
				Ref struct {
					N              uint64
					Mean, Min, Max float64
					Std            float64
				}
				KS struct{ Statistic float64 }
			}
		} `json:"windows_values"`
	}
	require.NoError(t, json.Unmarshal(content, &golden))
	data := bikes(t)
	p := learnBikes(t, data[""])
	assert.Equal(t, profile.Week, p.Rhythm.Cycle)
	for month, window := range golden.Windows {
		for column, want := range window.Numeric {
			v := p.Feature(column)
			require.NotNil(t, v, column)
			assert.Equal(t, want.Ref.N, v.Observed())
			assert.InEpsilon(t, want.Ref.Mean, v.Mean, 1e-9, column)
			assert.Equal(t, want.Ref.Min, v.Min, column)
			assert.InEpsilon(t, want.Ref.Max, v.Max, 1e-11, column)
			assert.InEpsilon(t, want.Ref.Std, v.StdDev, 0.01, column)

			// KS at the bins' edges is at most the largest bin's share below the exact one.
			var current []uint64
			for range v.Counts {
				current = append(current, 0)
			}
			for _, e := range data[month] {
				current[v.Bin(e.inputs[column].(float64))]++
			}
			var ks, below, currentBelow, largest float64
			for i, n := range v.Counts {
				below += float64(n) / float64(v.Observed())
				currentBelow += float64(current[i]) / float64(len(data[month]))
				ks = max(ks, math.Abs(below-currentBelow))
				largest = max(largest, float64(n)/float64(v.Observed()), float64(current[i])/float64(len(data[month])))
			}
			assert.LessOrEqual(t, ks, want.KS.Statistic+1e-9, "%s %s", month, column)
			assert.GreaterOrEqual(t, ks, want.KS.Statistic-largest, "%s %s", month, column)
		}
	}
}

// A profile learned online, and one built from the file with the same rows, know much the same of how far chunks stray.
func TestLearnedAgainstBuilt(t *testing.T) {
	reference := bikes(t)[""]
	path := filepath.Join(t.TempDir(), "reference.csv")
	file, err := os.Create(path)
	require.NoError(t, err)
	w := csv.NewWriter(file)
	require.NoError(t, w.Write(append([]string{"timestamp"}, bikeColumns...)))
	for _, e := range reference {
		row := []string{monday.Add(e.at).Format(time.RFC3339)}
		for _, column := range bikeColumns {
			row = append(row, strconv.FormatFloat(e.inputs[column].(float64), 'g', -1, 64))
		}
		require.NoError(t, w.Write(row))
	}
	w.Flush()
	require.NoError(t, file.Close())
	o := build.DefaultOptions()
	o.Model, o.TimeColumn, o.Windows = "bikes", "timestamp", []string{"24h", "7d"}
	result, err := build.Build(t.Context(), []string{path}, o)
	require.NoError(t, err)

	learned := learnBikes(t, reference)
	assert.Equal(t, result.Profile.Rhythm, learned.Rhythm)
	for _, column := range bikeColumns {
		built, own := result.Profile.Feature(column), learned.Feature(column)
		require.NotNil(t, built, column)
		assert.Equal(t, len(built.Limits), len(own.Limits), column)
		for window, limits := range built.Limits {
			for _, statistic := range []string{"psi", "ks_statistic"} {
				t.Logf("%s %s %s: %.3f built, %.3f learned", column, window, statistic, limits[statistic].Greatest, own.Limits[window][statistic].Greatest)
				assert.Equal(t, limits[statistic].Chunks, own.Limits[window][statistic].Chunks, column)
				assert.InDelta(t, limits[statistic].Greatest, own.Limits[window][statistic].Greatest, 0.1+0.2*math.Abs(limits[statistic].Greatest), "%s %s %s", column, window, statistic)
			}
		}
	}
}
