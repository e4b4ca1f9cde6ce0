package multivariate

import (
	"cmp"
	"compress/gzip"
	"encoding/csv"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/leeway-ml/leeway/judge/drift"
	"github.com/leeway-ml/leeway/profile"
)

// shared is a file of the data beside the repository; the test is skipped where it is absent.
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
	file := filepath.Join(folder, "..", "shared", "data", name)
	if _, err := os.Stat(file); err != nil {
		t.Skipf("%s is not there", name)
	}
	return file
}

// readSample reads columns; those that are not numbers are categories, most frequent first.
func readSample(t *testing.T, name string, columns ...string) *sample {
	t.Helper()
	f, err := os.Open(shared(t, name))
	require.NoError(t, err)
	defer f.Close()
	z, err := gzip.NewReader(f)
	require.NoError(t, err)
	records, err := csv.NewReader(z).ReadAll()
	require.NoError(t, err)
	header, records := records[0], records[1:]
	s := &sample{names: columns, categories: make([]int, len(columns)), rows: make([][]float64, len(records))}
	for i := range s.rows {
		s.rows[i] = make([]float64, len(columns))
	}
	for c, name := range columns {
		at := slices.Index(header, name)
		require.GreaterOrEqual(t, at, 0, name)
		counts := map[string]int{}
		for i, r := range records {
			x, err := strconv.ParseFloat(r[at], 64)
			switch {
			case r[at] == "":
				x = math.NaN()
			case err != nil:
				counts[r[at]]++
			}
			s.rows[i][c] = x
		}
		if len(counts) == 0 {
			continue
		}
		categories := make([]string, 0, len(counts))
		for name := range counts {
			categories = append(categories, name)
		}
		slices.SortFunc(categories, func(a, b string) int { return cmp.Or(counts[b]-counts[a], cmp.Compare(a, b)) })
		s.categories[c] = len(categories)
		for i, r := range records {
			if r[at] != "" {
				s.rows[i][c] = float64(slices.Index(categories, r[at]))
			}
		}
	}
	return s
}

// Rows of real data, and one column after the other shuffled among the rows of a window of 1,000: every feature by itself is as ever, and it goes with no
// other any more.
func TestShuffledColumnsOfRealData(t *testing.T) {
	for _, test := range []struct {
		name, file string
		columns    []string
		found      float64 // at least this share of the columns by some statistic
		blamed     float64 // and of these named first
	}{
		{"adult", "adult.csv.gz", []string{"age", "workclass", "education", "education_num", "marital_status", "occupation", "relationship", "race", "sex", "capital_gain", "capital_loss", "hours_per_week", "native_country"}, 0.5, 0.7},
		{"bike sharing", "bike_sharing.csv.gz", []string{"season", "mnth", "hr", "holiday", "weekday", "workingday", "weathersit", "temp", "atemp", "hum", "windspeed"}, 0.85, 0.8},
		{"California housing", "california_housing.csv.gz", []string{"MedInc", "HouseAge", "AveRooms", "AveBedrms", "Population", "AveOccup", "Latitude", "Longitude"}, 0.95, 0.9},
		{"weather", "weather.csv.gz", []string{"temperature", "dew_point", "sea_level_pressure", "visibility", "mean_wind_speed", "max_wind_speed", "max_temperature", "min_temperature"}, 0.95, 0.9},
	} {
		t.Run(test.name, func(t *testing.T) {
			random := rand.New(rand.NewPCG(4, 4))
			all := readSample(t, test.file, test.columns...)
			random.Shuffle(len(all.rows), func(i, k int) { all.rows[i], all.rows[k] = all.rows[k], all.rows[i] })
			half := len(all.rows) / 2
			rest := all.rows[half:]
			all.rows = all.rows[:half]
			r := learn(all, profile.Steady)
			for _, v := range r.profile.Features { // the most sensitive that it can be
				v.Limits = map[string]map[string]profile.Limit{"24h": {"psi": {Chunks: 99}, "missing_share": {Chunks: 99}}}
			}
			j := newJudge(t)
			r.learnLimits(j, "24h", 1000)
			single, err := drift.New(drift.DefaultConfig())
			require.NoError(t, err)
			window := func(shuffled int) *sample {
				s := &sample{names: all.names, categories: all.categories}
				for range 1000 {
					s.rows = append(s.rows, slices.Clone(rest[random.IntN(len(rest))]))
				}
				if shuffled >= 0 {
					random.Shuffle(1000, func(i, k int) { s.rows[i][shuffled], s.rows[k][shuffled] = s.rows[k][shuffled], s.rows[i][shuffled] })
				}
				return s
			}
			good := newTally()
			times := max(10, *simulated)
			for range times {
				good.add(j.Judge(r.window("24h", window(-1), 0, 1000), r.profile), "joint")
			}
			t.Logf("as ever:%s", good)
			ranked := make([]float64, len(ways))
			windows, alone, some, blamed, count := 0, 0, 0.0, 0.0, newTally()
			for c := range test.columns {
				found, named := 0.0, 0.0
				for range max(2, times/10) {
					w := r.window("24h", window(c), 0, 1000)
					points := j.Judge(w, r.profile)
					count.add(points, "joint")
					windows++
					got := byName(points)
					if anyDetected(single, w, r.profile) {
						alone++
					}
					if len(got) == 0 || got["ml.joint.drift.detected reconstruction_shift"]+got["ml.joint.drift.detected mmd"]+got["ml.joint.drift.detected correlation_shift"] == 0 {
						continue
					}
					found++
					x, _ := j.compared(w, r.profile)
					for i, way := range ways {
						if ranksFirst(way.of(x), []int{c}) {
							ranked[i]++
						}
					}
					first := true
					for other := range test.columns {
						if got["ml.joint.drift.contribution "+test.columns[other]] > got["ml.joint.drift.contribution "+test.columns[c]] {
							first = false
						}
					}
					if first {
						named++
					}
				}
				some += found
				blamed += named
				t.Logf("%-20s found %.0f, named first %.0f of %d", test.columns[c], found, named, max(2, times/10))
			}
			t.Logf("shuffled:%s; some statistic %.0f %%, of which named first %.0f %%; single features %.1f %%", count, 100*some/float64(windows), 100*blamed/some, 100*float64(alone)/float64(windows))
			for i, way := range ways {
				t.Logf("%s named first %.0f %%", way.name, 100*ranked[i]/some)
			}
			for _, s := range jointStatistics {
				assert.LessOrEqual(t, good.far[s]/float64(good.windows), 0.1, s)
			}
			assert.GreaterOrEqual(t, some/float64(windows), test.found)
			assert.GreaterOrEqual(t, blamed/some, test.blamed)
			assert.LessOrEqual(t, float64(alone)/float64(windows), 0.05, "single features are as ever")
		})
	}
}
