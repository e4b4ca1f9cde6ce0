package e2e

import (
	"compress/gzip"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/leeway-ml/leeway/profile"
	"github.com/leeway-ml/leeway/stats/distance"
)

// goldenSet is a real data set whose drift other people's software has measured.
type goldenSet struct {
	name, file string
	// reference and windows choose rows: of the reference, and by the window's name.
	reference func(row map[string]string, i int) bool
	windows   func(row map[string]string, i int) string
	// flags say which columns are what, for leewayctl profile and replay.
	flags, exclude []string
	// prediction is the golden name of what the model's prediction is called in Leeway.
	prediction string
	// categorical columns look like numbers.
	categorical []string
}

func split(name string) func(map[string]string, int) bool {
	return func(row map[string]string, _ int) bool { return row["split"] == name }
}

// blocks cuts the rows that are not of the reference into blocks, named as in the golden files.
func blocks(column, value string, length int) func(map[string]string, int) string {
	n := -1
	return func(row map[string]string, _ int) string {
		if column != "" && row[column] != value {
			return ""
		}
		n++
		return fmt.Sprintf("rows_%d_%d", n/length*length, n/length*length+length)
	}
}

func goldenSets() []goldenSet {
	return []goldenSet{
		{
			name: "elec2", file: "elec2_predictions", reference: split("reference"), windows: blocks("split", "production", 1440),
			flags:   []string{"--class-column", "predicted_class", "--score-column", "predicted_probability"},
			exclude: []string{"prediction_id", "timestamp", "model_version"}, prediction: "predicted_probability", categorical: []string{"day"},
		},
		{
			name: "bike_sharing", file: "bike_sharing_predictions", reference: split("reference"),
			windows: func(row map[string]string, _ int) string {
				if row["split"] != "production" {
					return ""
				}
				return row["timestamp"][:7]
			},
			flags: []string{"--value-column", "predicted_value"}, exclude: []string{"prediction_id", "timestamp", "model_version", "mnth"},
			prediction: "predicted_value", categorical: []string{"season", "holiday", "weekday", "workingday", "weathersit"},
		},
		{
			name: "adult", file: "adult", reference: split("reference"),
			windows: blocks("split", "current", 5000),
		},
		{
			name: "california_housing", file: "california_housing", reference: split("reference"), windows: blocks("split", "analysis", 720),
			flags:   []string{"--class-column", "y_pred", "--score-column", "y_pred_proba"},
			exclude: []string{"id", "timestamp", "clf_target"}, prediction: "y_pred_proba",
		},
		{
			name: "weather", file: "weather", reference: func(_ map[string]string, i int) bool { return i < 3650 },
			windows: func() func(map[string]string, int) string {
				cut := blocks("", "", 365)
				return func(row map[string]string, i int) string {
					if i < 3650 {
						return ""
					}
					return cut(row, i)
				}
			}(),
			exclude: []string{"day_index"}, categorical: []string{"rain"},
		},
	}
}

// goldenFile is the part of a golden file that is compared.
type goldenFile struct {
	Windows map[string]struct {
		Rows    int                         `json:"rows"`
		Numeric map[string]goldenNumbers    `json:"numeric"`
		Cats    map[string]goldenCategories `json:"categorical"`
	} `json:"windows_values"`
}

type goldenBinned struct {
	PSI        map[string]float64 `json:"psi"`
	JSDistance float64            `json:"js_distance"`
	Hellinger  float64            `json:"hellinger"`
	TV         float64            `json:"tv"`
	LInfinity  float64            `json:"linf"`
}

type goldenNumbers struct {
	CurMissing float64 `json:"cur_missing_rate"`
	Ref, Cur   struct {
		Mean, Std float64
	}
	Deciles goldenBinned `json:"quantile10_right_closed"`
	KS      struct {
		Statistic float64 `json:"statistic"`
	} `json:"ks"`
	Wasserstein *float64 `json:"wasserstein_norm_ddof1"`
}

type goldenCategories struct {
	goldenBinned
	CurMissing float64                        `json:"cur_missing_rate"`
	Chi2       struct{ Statistic, P float64 } `json:"chi2_contingency"`
	CramersV   float64                        `json:"cramers_v"`
	New        []string                       `json:"new_categories"`
}

// TestGoldenDrift sends rows of real data through the real binary, and compares what it says of each window with what scipy
// and numpy said of the same rows.
func TestGoldenDrift(t *testing.T) {
	shared := sharedFolder(t)
	for _, set := range goldenSets() {
		t.Run(set.name, func(t *testing.T) {
			t.Parallel()
			var golden goldenFile
			text, err := os.ReadFile(filepath.Join(shared, "golden", set.name+"_drift.json"))
			require.NoError(t, err)
			require.NoError(t, json.Unmarshal(text, &golden))
			names := make([]string, 0, len(golden.Windows))
			for name := range golden.Windows {
				if name != "current" { // all rows of adult; its first block is compared
					names = append(names, name)
				}
			}
			slices.Sort(names)
			folder := t.TempDir()
			rows := set.write(t, filepath.Join(shared, "data", set.file+".csv.gz"), folder, names)

			profiled := set.profile(t, folder)
			got := set.send(t, folder)
			for k, name := range names {
				end := windowStart(k).Add(time.Hour)
				window := golden.Windows[name]
				for feature, want := range window.Numeric {
					compareNumeric(t, got, set, profiled, feature, end, want, numbers(rows[k], feature))
				}
				for feature, want := range window.Cats {
					if feature == "predicted_class" {
						continue // of a binary model, the score's drift is the prediction's
					}
					compareCategories(t, got, feature, end, want)
				}
			}
		})
	}
}

// windowStart spreads the windows over days, so that each fills one hour alone.
func windowStart(k int) time.Time { return time.Date(2024, 1, 1+k, 0, 0, 0, 0, time.UTC) }

// write makes reference.csv and windows.csv; the rows of a window get times inside its hour. It returns the rows of each
// window, the header first.
func (s goldenSet) write(t *testing.T, from, folder string, windows []string) [][][]string {
	rows := readGzippedCSV(t, from)
	header := rows[0]
	reference := [][]string{header}
	byWindow := map[string][][]string{}
	for i, fields := range rows[1:] {
		row := map[string]string{}
		for c, name := range header {
			row[name] = fields[c]
		}
		if s.reference(row, i) {
			reference = append(reference, fields)
		}
		if name := s.windows(row, i); name != "" {
			byWindow[name] = append(byWindow[name], fields)
		}
	}
	timed := [][]string{append([]string{"ts"}, header...)}
	var all [][][]string
	for k, name := range windows {
		rows := byWindow[name]
		if len(rows) == 0 { // the last block is shorter than its name would be
			for other, r := range byWindow {
				if strings.HasPrefix(other, name[:strings.LastIndex(name, "_")+1]) {
					rows = r
				}
			}
		}
		require.NotEmpty(t, rows, name)
		all = append(all, append([][]string{header}, rows...))
		for i, fields := range rows {
			at := windowStart(k).Add(time.Duration(i+1) * 55 * time.Minute / time.Duration(len(rows)))
			timed = append(timed, append([]string{at.Format(time.RFC3339Nano)}, fields...))
		}
	}
	// A row of the week after pushes the watermark past the last window.
	after := windowStart(len(windows) + 7).Format(time.RFC3339)
	timed = append(timed, append([]string{after}, timed[len(timed)-1][1:]...))
	writeCSV(t, filepath.Join(folder, "reference.csv"), reference)
	writeCSV(t, filepath.Join(folder, "windows.csv"), timed)
	return all
}

// numbers are the values of a column; the header is the first row.
func numbers(rows [][]string, column string) []float64 {
	var all []float64
	for _, row := range rows[1:] {
		if x, err := strconv.ParseFloat(row[slices.Index(rows[0], column)], 64); err == nil {
			all = append(all, x)
		}
	}
	return all
}

func readGzippedCSV(t *testing.T, path string) [][]string {
	file, err := os.Open(path)
	require.NoError(t, err)
	defer file.Close()
	unzipped, err := gzip.NewReader(file)
	require.NoError(t, err)
	rows, err := csv.NewReader(unzipped).ReadAll()
	require.NoError(t, err)
	return rows
}

func writeCSV(t *testing.T, path string, rows [][]string) {
	file, err := os.Create(path)
	require.NoError(t, err)
	defer file.Close()
	require.NoError(t, csv.NewWriter(file).WriteAll(rows))
}

func (s goldenSet) types() []string {
	var flags []string
	for _, column := range s.categorical {
		flags = append(flags, "--type", column+"=categorical")
	}
	return flags
}

func (s goldenSet) profile(t *testing.T, folder string) *profile.Profile {
	path := filepath.Join(folder, "profiles", "model.json")
	args := slices.Concat([]string{"profile", filepath.Join(folder, "reference.csv"), "--model", "golden", "--rhythm", "none", "--output", path, "--quiet"}, s.flags, s.types())
	if s.name != "weather" {
		args = append(args, "--exclude", "split")
	}
	if len(s.exclude) > 0 {
		args = append(args, "--exclude", strings.Join(s.exclude, ","))
	}
	if slices.Contains(s.flags, "--score-column") {
		args = append(args, "--positive-class", map[string]string{"elec2": "UP", "california_housing": "1"}[s.name])
	}
	ctl(t, args...)
	p, err := profile.ReadFile(path)
	require.NoError(t, err)
	return p
}

func (s goldenSet) send(t *testing.T, folder string) series {
	out := filepath.Join(folder, "statistics.json")
	collector := start(t, single(options{
		profiles: filepath.Join(folder, "profiles"), out: out,
		statistics: "windows: [{name: 1h, every: 1h}]\n    drift: {statistics: [all], min_expected: 0, min_samples: 1}",
	}))
	args := slices.Concat([]string{"replay", filepath.Join(folder, "windows.csv"), "--model", "golden", "--time-column", "ts", "--endpoint", collector.OTLPGRPC}, s.flags, s.types())
	if exclude := append([]string{"split"}, s.exclude...); true {
		args = append(args, "--exclude", strings.Join(exclude, ","))
	}
	ctl(t, args...)
	collector.Stop(t)
	return readStatistics(t, out, func(string) bool { return true })
}

func compareNumeric(t *testing.T, got series, set goldenSet, p *profile.Profile, feature string, end time.Time, want goldenNumbers, values []float64) {
	subject, v, labels := "feature", p.Feature(feature), "{ml.feature.name="+feature+",ml.model.name=golden,ml.model.version=unknown,ml.window=1h}"
	if feature == set.prediction {
		subject, labels = "prediction", "{ml.model.name=golden,ml.model.version=unknown,ml.window=1h}"
		if v = p.Value; v == nil {
			v = p.Scores[0]
		}
	}
	say := func(statistic string) float64 {
		value, ok := got["ml."+subject+".drift."+statistic+labels][end]
		if !ok {
			t.Errorf("%s %s of the window that ends %s: nothing", feature, statistic, end)
			return math.NaN()
		}
		return value
	}
	distinct := 0
	for _, c := range v.Counts {
		if c > 0 {
			distinct++
		}
	}
	switch {
	case v.Min == v.Max:
		// numpy's deciles of a constant put what lies below it into the constant's bin; ours keeps it apart, and sees more.
		assert.GreaterOrEqual(t, say("psi")+1e-9, want.Deciles.PSI["floor_1e-4"], feature)
	case v.Discrete && distinct <= profile.MaxDeciles:
		// A bin a value instead of merged deciles: finer, so never less.
		assert.GreaterOrEqual(t, say("total_variation")+1e-9, want.Deciles.TV, feature)
	default:
		same(t, feature+" psi", want.Deciles.PSI["floor_1e-4"], say("psi"))
		js := say("js_distance") // a square root, hence so much less exact near 0
		same(t, feature+" js", want.Deciles.JSDistance*want.Deciles.JSDistance, js*js)
		same(t, feature+" hellinger", want.Deciles.Hellinger, say("hellinger"))
		same(t, feature+" tv", want.Deciles.TV, say("total_variation"))
		same(t, feature+" linf", want.Deciles.LInfinity, say("l_infinity"))
	}
	if v.Discrete && distinct > 1 {
		// The binned statistic sees every value of the reference; a new value between two of them is off by at most its share.
		assert.InDelta(t, want.KS.Statistic, say("ks_statistic"), 1.0/profile.MaxFineBins, feature+" ks")
	} else if distinct > 1 {
		ks := say("ks_statistic")
		assert.LessOrEqual(t, ks, want.KS.Statistic+1e-9, feature+" ks")
		assert.GreaterOrEqual(t, ks, want.KS.Statistic-1.0/profile.MaxFineBins-2/math.Sqrt(float64(v.Observed())), feature+" ks")
	}
	if want.Ref.Std > 0 {
		same(t, feature+" mean shift", (want.Cur.Mean-want.Ref.Mean)/want.Ref.Std, say("mean_shift"))
		assert.InDelta(t, *want.Wasserstein, say("wasserstein"), wassersteinBound(v, values)+1e-9, feature+" wasserstein")
	}
}

// wassersteinBound is how far the binned distance may be from the raw one, in standard deviations of the reference.
func wassersteinBound(v *profile.Variable, values []float64) float64 {
	shares := make([]float64, len(v.Counts))
	lo, hi := v.Min, v.Max
	for _, x := range values {
		shares[v.Bin(x)] += 1 / float64(len(values))
		lo, hi = min(lo, x), max(hi, x)
	}
	return distance.WassersteinError(shares, v.Whole().Shares, v.Bounds, lo, hi, v.Discrete) / v.StdDev
}

func compareCategories(t *testing.T, got series, feature string, end time.Time, want goldenCategories) {
	labels := "{ml.feature.name=" + feature + ",ml.model.name=golden,ml.model.version=unknown,ml.window=1h}"
	for statistic, value := range map[string]float64{
		"drift.psi": want.PSI["floor_1e-4"], "drift.js_distance": want.JSDistance, "drift.hellinger": want.Hellinger,
		"drift.total_variation": want.TV, "drift.l_infinity": want.LInfinity, "drift.cramers_v": want.CramersV,
		"drift.chi_square_p_value": want.Chi2.P, "missing_share": want.CurMissing,
	} {
		if len(want.New) > 1 && (statistic == "drift.psi" || statistic == "drift.l_infinity" || strings.HasPrefix(statistic, "drift.c")) {
			continue // all that the reference never saw is one bin here, and a bin each there
		}
		said, ok := got["ml.feature."+statistic+labels][end]
		if assert.True(t, ok, "%s %s of the window that ends %s: nothing", feature, statistic, end) {
			same(t, feature+" "+statistic, value, said)
		}
	}
}

// same allows for the 12 digits that golden files carry.
func same(t *testing.T, what string, want, got float64) {
	t.Helper()
	if math.Abs(want-got) > 1e-9*math.Max(1, math.Abs(want)) {
		t.Errorf("%s: golden %s, leeway %s", what, strconv.FormatFloat(want, 'g', 12, 64), strconv.FormatFloat(got, 'g', 12, 64))
	}
}
