package profile

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/leeway-ml/leeway/stats/calibration"
)

func fraudCalibrator() *Calibrator {
	return &Calibrator{
		Model: "fraud", Version: "3", Class: "1", Revision: 2, Window: "7d", Fitted: time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC), Outcomes: 1200,
		Judged: CalibratorJudged{Outcomes: 400, BrierBefore: 0.2, BrierAfter: 0.15, StandardError: 0.01},
		Method: &calibration.Platt{Slope: 0.5, Intercept: -0.25},
	}
}

func TestCalibratorIsWrittenForPeople(t *testing.T) {
	text, err := fraudCalibrator().Write()
	require.NoError(t, err)
	assert.Equal(t, `{
  "schema": "leeway.calibrator/v1",
  "model": "fraud",
  "version": "3",
  "class": "1",
  "revision": 2,
  "window": "7d",
  "fitted": "2026-03-01T00:00:00Z",
  "outcomes": 1200,
  "judged": {
    "outcomes": 400,
    "brier_before": 0.2,
    "brier_after": 0.15,
    "standard_error": 0.01
  },
  "calibrator": {
    "name": "platt",
    "slope": 0.5,
    "intercept": -0.25
  }
}
`, string(text))
	again, err := ReadCalibrator(text)
	require.NoError(t, err)
	assert.Equal(t, fraudCalibrator(), again)
	assert.Equal(t, fraudCalibrator().ID(), again.ID())
	assert.Len(t, again.ID(), 16)
}

func TestCalibratorThatIsRefused(t *testing.T) {
	good, err := fraudCalibrator().Write()
	require.NoError(t, err)
	for change, says := range map[[2]string]string{
		{`leeway.calibrator/v1`, `leeway.calibrator/v2`}:                    `schema is "leeway.calibrator/v2"; this version reads`,
		{`"model": "fraud"`, `"model": ""`}:                                 "model",
		{`"version": "3"`, `"version": "` + strings.Repeat("3", 300) + `"`}: "version",
		{`"revision": 2`, `"revision": 0`}:                                  "revision",
		{`"outcomes": 1200`, `"outcomes": -1`}:                              "outcomes",
		{`"slope": 0.5`, `"slope": -0.5`}:                                   "calibrator: platt: slope",
		{`"name": "platt"`, `"name": "magic"`}:                              "unknown calibrator",
		{`"fitted": "2026`, `"fitted": "yesterday`}:                         "not a calibrator",
	} {
		text := strings.Replace(string(good), change[0], change[1], 1)
		require.NotEqual(t, string(good), text)
		_, err := ReadCalibrator([]byte(text))
		require.ErrorContains(t, err, says, change[1])
	}
	_, err = ReadCalibrator(make([]byte, MaxCalibratorSize+1))
	require.ErrorContains(t, err, "more than")
	bad := fraudCalibrator()
	bad.Judged.BrierAfter = math.NaN()
	_, err = bad.Write()
	require.ErrorContains(t, err, "brier_after")
	assert.Empty(t, (&Calibrator{}).ID())
}

// Whatever is accepted can be written and applied.
func FuzzReadCalibrator(f *testing.F) {
	text, err := fraudCalibrator().Write()
	require.NoError(f, err)
	f.Add(text)
	f.Fuzz(func(t *testing.T, text []byte) {
		c, err := ReadCalibrator(text)
		if err != nil {
			return
		}
		p := c.Method.Apply(0.5)
		require.True(t, p >= 0 && p <= 1)
		_, err = c.Write()
		require.NoError(t, err)
	})
}
