package calibration

import (
	"compress/gzip"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/leeway-ml/leeway/stats/calibration"
)

// shared is a file beside the repository; the test is skipped where it is absent.
func shared(t testing.TB, name string) string {
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
	file := filepath.Join(folder, "..", "shared", name)
	if _, err := os.Stat(file); err != nil {
		t.Skipf("%s is not there", name)
	}
	return file
}

func rows(t testing.TB, name string) []map[string]string {
	t.Helper()
	f, err := os.Open(shared(t, "data/"+name))
	require.NoError(t, err)
	defer f.Close()
	z, err := gzip.NewReader(f)
	require.NoError(t, err)
	records, err := csv.NewReader(z).ReadAll()
	require.NoError(t, err)
	var all []map[string]string
	for _, record := range records[1:] {
		row := map[string]string{}
		for i, field := range record {
			row[records[0][i]] = field
		}
		all = append(all, row)
	}
	return all
}

// elec2 is the labelled predictions of the production part; nil where there is no label.
func elec2(t testing.TB) []*scored {
	t.Helper()
	labels := map[string]string{}
	for _, row := range rows(t, "elec2_truth.csv.gz") {
		labels[row["prediction_id"]] = row["label"]
	}
	var all []*scored
	for _, row := range rows(t, "elec2_predictions.csv.gz") {
		if row["split"] != "production" {
			continue
		}
		var o *scored
		if label, ok := labels[row["prediction_id"]]; ok {
			score, err := strconv.ParseFloat(row["predicted_probability"], 64)
			require.NoError(t, err)
			o = &scored{"UP", score, label == "UP", row["predicted_class"] == "UP"}
		}
		all = append(all, o)
	}
	return all
}

// daily cuts 30 days of half-hourly rows into panes of a day.
func daily(all []*scored) [][]scored {
	panes := make([][]scored, (len(all)+47)/48)
	for i, o := range all {
		if o != nil {
			panes[i/48] = append(panes[i/48], *o)
		}
	}
	return panes
}

// What the judge says of a window's own scores is what scikit-learn and statsmodels say of its rows.
func TestGolden(t *testing.T) {
	var file struct {
		Windows map[string]struct {
			Width struct {
				ECE float64 `json:"ece"`
				MCE float64 `json:"mce"`
			} `json:"ece_width10_right_closed"`
			Mass struct {
				ECE float64 `json:"ece"`
			} `json:"ece_equal_mass_10"`
			Brier map[string]float64 `json:"brier"`
			Slope map[string]float64 `json:"calibration_slope"`
		} `json:"windows_values"`
	}
	text, err := os.ReadFile(shared(t, "golden/elec2_calibration.json"))
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(text, &file))
	all := elec2(t)
	j := newJudge(t, func(c *Config) { c.Statistics = []string{"all"} })
	tested := 0
	for name, want := range file.Windows {
		var from, to int
		if n, _ := fmt.Sscanf(name, "rows_%d_%d", &from, &to); n != 2 {
			continue
		}
		tested++
		got := byName(t, j.Judge(windowOf(daily(all[from:to])...), nil))
		assert.InDelta(t, want.Width.ECE, got["ece none UP"], 1e-9, name)
		assert.InDelta(t, want.Width.MCE, got["mce none UP"], 1e-9, name)
		assert.InDelta(t, want.Mass.ECE, got["ace none UP"], 2e-3, name)
		for key, metric := range map[string]string{"brier": "brier_score", "reliability": "reliability", "resolution": "resolution", "uncertainty": "uncertainty"} {
			assert.InDelta(t, want.Brier[key], got[metric+" none UP"], 1e-9, "%s of %s", key, name)
		}
		assert.InEpsilon(t, want.Slope["slope"], got["slope none UP"], 0.01, name)
		assert.InEpsilon(t, want.Slope["intercept"], got["intercept none UP"], 0.01, name)
	}
	require.GreaterOrEqual(t, tested, 4)
}

// On two and a half years of a real market, whose prices drift, calibrators that were fitted on twenty days help on the ten that follow.
func TestCalibratorsOnDriftingData(t *testing.T) {
	all := elec2(t)
	j := newJudge(t, nil)
	type row struct{ ece, brier, logLoss, better float64 }
	sums := map[string]*row{}
	windows := 0.0
	for from := 0; from+1440 <= len(all); from += 1440 {
		got := byName(t, j.Judge(windowOf(daily(all[from:from+1440])...), nil))
		windows++
		for _, name := range append([]string{calibration.NameIdentity}, calibration.Names()...) {
			if sums[name] == nil {
				sums[name] = &row{}
			}
			r := sums[name]
			r.ece += got["ece "+name+" UP"]
			r.brier += got["brier_score "+name+" UP"]
			r.logLoss += got["log_loss "+name+" UP"]
			if got["brier_score "+name+" UP"] < got["brier_score identity UP"] {
				r.better++
			}
		}
	}
	for name, r := range sums {
		t.Logf("%-11s ECE %.3f, Brier score %.3f, log loss %.3f; better in %.0f of %.0f windows", name, r.ece/windows, r.brier/windows, r.logLoss/windows, r.better, windows)
	}
	for _, name := range []string{calibration.NamePlatt, calibration.NameBeta} {
		assert.Less(t, sums[name].ece, sums[calibration.NameIdentity].ece, name)
		assert.Less(t, sums[name].brier, sums[calibration.NameIdentity].brier, name)
	}
}
