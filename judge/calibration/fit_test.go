package calibration

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/leeway-ml/leeway/profile"
	"github.com/leeway-ml/leeway/stats/calibration"
	"github.com/leeway-ml/leeway/summary"
)

func TestFit(t *testing.T) {
	j := newJudge(t, nil)
	w := windowOf(draw(1, 24, 200, sure)...)
	c := j.Fit(w, nil, nil)
	require.NotNil(t, c)
	assert.Equal(t, "fraud", c.Model)
	assert.Equal(t, "1", c.Version)
	assert.Equal(t, "1", c.Class)
	assert.Equal(t, w.End, c.Fitted)
	assert.Equal(t, 24*200.0, c.Outcomes)
	assert.Equal(t, 8*200.0, c.Judged.Outcomes)
	assert.Less(t, c.Judged.BrierAfter, c.Judged.BrierBefore-2*c.Judged.StandardError)
	for _, at := range []float64{0.1, 0.5, 0.9} {
		assert.InDelta(t, sure(at), c.Method.Apply(at), 0.07)
	}
	c.Revision = 1
	_, err := c.Write()
	require.NoError(t, err)

	assert.Nil(t, j.Fit(w, nil, c), "it is in force already")
	assert.Nil(t, j.Fit(windowOf(draw(2, 24, 200, sure)...), nil, c), "other outcomes, the same thing: no noticeable change")
	other := windowOf(draw(3, 24, 200, func(s float64) float64 { return sure(s) / 2 })...)
	assert.Nil(t, j.Fit(other, nil, c), "something else, but the one in force has not been there for a window yet")
	next := j.Fit(later(other, 24*time.Hour), nil, c)
	require.NotNil(t, next, "something else")
	assert.InDelta(t, sure(0.9)/2, next.Method.Apply(0.9), 0.07)
	assert.NotNil(t, j.Fit(w, nil, &profile.Calibrator{Class: "other", Method: c.Method}), "what is in force is for another score")
}

// later is the same window at a later time.
func later(w *summary.Window, by time.Duration) *summary.Window {
	w.End = w.End.Add(by)
	for i := range w.Panes {
		w.Panes[i].Start, w.Panes[i].End = w.Panes[i].Start.Add(by), w.Panes[i].End.Add(by)
	}
	return w
}

// Where what is better changes within the window, the one in force stays: it would have been better on a part of it, as any other would.
func TestStays(t *testing.T) {
	j := newJudge(t, nil)
	inForce := j.Fit(windowOf(draw(1, 24, 200, sure)...), nil, nil)
	require.NotNil(t, inForce)
	half := func(s float64) float64 { return sure(s) * 0.8 }
	lasting := later(windowOf(draw(2, 24, 200, half)...), 24*time.Hour)
	require.NotNil(t, j.Fit(lasting, nil, inForce))
	panes := slices.Concat(draw(3, 11, 200, sure), draw(4, 13, 200, half))
	assert.Nil(t, j.Fit(later(windowOf(panes...), 24*time.Hour), nil, inForce), "of late only")
}

// One that does harm has no grace.
func TestHarmful(t *testing.T) {
	j := newJudge(t, nil)
	w := windowOf(draw(1, 24, 200, sure)...)
	inForce := &profile.Calibrator{Class: "1", Fitted: w.End, Outcomes: 10_000, Method: &calibration.Temperature{Temperature: 0.5}}
	assert.NotNil(t, j.Fit(w, nil, inForce))
}

// One that was fitted on few outcomes gives way to one that was fitted on many, though outcomes can't tell which is better.
func TestFirmer(t *testing.T) {
	j := newJudge(t, nil)
	w := windowOf(draw(5, 12, 200, sure)...)
	near := &calibration.Platt{Slope: 0.4, Intercept: 0.15} // the truth has no intercept
	few := &profile.Calibrator{Class: "1", Outcomes: 300, Method: near}
	many := &profile.Calibrator{Class: "1", Outcomes: 2000, Method: near}
	assert.NotNil(t, j.Fit(w, nil, few))
	assert.Nil(t, j.Fit(w, nil, many))
}

// A calibrator that does harm, where none does better than the model, gives way to one that does nothing.
func TestWithdraw(t *testing.T) {
	j := newJudge(t, nil)
	inForce := &profile.Calibrator{Class: "1", Method: &calibration.Temperature{Temperature: 2.5}}
	w := windowOf(draw(1, 24, 200, honest)...)
	c := j.Fit(w, nil, inForce)
	require.NotNil(t, c)
	assert.Equal(t, calibration.NameIdentity, c.Method.Name())
	assert.Nil(t, j.Fit(w, nil, c), "once")
	assert.Nil(t, j.Fit(w, nil, nil), "nothing is in force, nothing is needed")
	mild := &profile.Calibrator{Class: "1", Method: &calibration.Temperature{Temperature: 1.02}}
	assert.Nil(t, j.Fit(w, nil, mild), "no harm to speak of")
	again := j.Fit(later(windowOf(draw(1, 24, 200, sure)...), 24*time.Hour), nil, c)
	require.NotNil(t, again)
	assert.NotEqual(t, calibration.NameIdentity, again.Method.Name())
}

// Where scores are calibrated, hardly any window yields a calibrator; where they are not, every one does.
func TestHowOftenACalibratorIsPublished(t *testing.T) {
	j := newJudge(t, nil)
	const windows = 120
	needless, missed := 0, 0
	for seed := range uint64(windows) {
		if j.Fit(windowOf(draw(1000+seed, 12, 100, honest)...), nil, nil) != nil {
			needless++
		}
		if j.Fit(windowOf(draw(2000+seed, 12, 400, sure)...), nil, nil) == nil {
			missed++
		}
	}
	t.Logf("of %d windows: %d needless, %d missed", windows, needless, missed)
	assert.LessOrEqual(t, needless, windows*6/100)
	assert.Zero(t, missed)
}

func TestNothingToFit(t *testing.T) {
	j := newJudge(t, nil)
	assert.Nil(t, j.Fit(windowOf(), nil, nil))
	assert.Nil(t, j.Fit(windowOf(draw(1, 24, 3, sure)...), nil, nil), "too few")
	assert.Nil(t, j.Fit(windowOf(draw(1, 1, 1000, sure)...), nil, nil), "one pane: nothing to judge on")
	assert.Nil(t, j.Fit(windowOf(draw(1, 24, 100, func(float64) float64 { return 1 })...), nil, nil), "one class")
}
