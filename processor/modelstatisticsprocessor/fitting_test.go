package modelstatisticsprocessor

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/leeway-ml/leeway/internal/window"
	"github.com/leeway-ml/leeway/judge"
	"github.com/leeway-ml/leeway/judge/calibration"
	"github.com/leeway-ml/leeway/profile"
	stats "github.com/leeway-ml/leeway/stats/calibration"
	"github.com/leeway-ml/leeway/summary"
)

// fits is a judge that always finds a steeper calibrator than the one in force, up to 3.
type fits struct {
	window string
	asked  []string
}

func (*fits) Name() string                                          { return "fits" }
func (*fits) Wants(string) bool                                     { return false }
func (*fits) Judge(*summary.Window, *profile.Profile) []judge.Point { return nil }

func (f *fits) FitsWindow() (string, bool) { return f.window, f.window != "never" }

func (f *fits) Fit(w *summary.Window, _ *profile.Profile, inForce *profile.Calibrator) *profile.Calibrator {
	f.asked = append(f.asked, w.Name)
	slope := 1.0
	if inForce != nil {
		slope = inForce.Method.(*stats.Platt).Slope + 1
	}
	if slope > 3 {
		return nil
	}
	return &profile.Calibrator{Model: w.Group.Model, Version: w.Group.Version, Method: &stats.Platt{Slope: slope}}
}

// kept are calibrators by model and version.
type kept map[string]*profile.Calibrator

func (k kept) Calibrator(model, version string) *profile.Calibrator { return k[model+version] }
func (k kept) PublishCalibrator(c *profile.Calibrator)              { k[c.Model+c.Version] = c }

func TestCalibratorsAreFittedOnOneWindow(t *testing.T) {
	settings := &window.Settings{Windows: []window.Definition{{Name: "1h", Length: time.Hour}, {Name: "7d", Length: 168 * time.Hour}, {Name: "24h", Length: 24 * time.Hour}}}
	for configured, want := range map[string][]string{"": {"7d", "7d", "7d", "7d"}, "24h": {"24h", "24h", "24h", "24h"}, "never": nil} {
		f := &fits{window: configured}
		k := kept{}
		p := &statistics{fitters: fittersOf([]judge.Judge{f}, settings), calibrators: k}
		for range 4 {
			for _, d := range settings.Windows {
				p.fit(&summary.Window{Group: summary.Group{Model: "fraud", Version: "1"}, Name: d.Name}, nil)
			}
		}
		assert.Equal(t, want, f.asked)
		if configured != "never" {
			assert.Equal(t, 3.0, k["fraud1"].Method.(*stats.Platt).Slope, "the one in force is handed over, and replaced")
		}
	}
	assert.NotPanics(t, func() {
		(&statistics{fitters: fittersOf([]judge.Judge{&fits{}}, settings)}).fit(&summary.Window{Name: "7d"}, nil)
	}, "nobody keeps calibrators")
}

func TestCalibrationIsConfigured(t *testing.T) {
	c := createDefaultConfig().(*Config)
	c.Calibration.Window = "30d"
	require.ErrorContains(t, c.Validate(), `calibration::window: there is no window "30d"`)
	c.Calibration.Window = "24h"
	require.NoError(t, c.Validate())
	c.Calibration.Calibrators = []string{"magic"}
	_, err := newJudges(c)
	require.ErrorContains(t, err, `calibration: calibrators[0]: unknown calibrator "magic"`)
	assert.Equal(t, calibration.DefaultConfig(), &createDefaultConfig().(*Config).Calibration)
}
