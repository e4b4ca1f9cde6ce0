package calibration

import (
	"math"

	"github.com/leeway-ml/leeway/judge"
	"github.com/leeway-ml/leeway/semconv"
	"github.com/leeway-ml/leeway/stats/calibration"
	"github.com/leeway-ml/leeway/stats/scores"
	"github.com/leeway-ml/leeway/summary"
)

// earlierShare is about which part of the outcomes calibrators are fitted on; they are judged on the rest.
const earlierShare = 2.0 / 3

// trial is a window divided in two: calibrators are fitted on what came earlier, and judged on what came later.
type trial struct {
	earlier *scores.Table
	// later as a whole, and by pane.
	later *scores.Table
	panes []*scores.Table
	// before are the panes of what came earlier.
	before []*scores.Table
}

// newTrial divides the window between two panes, so that about two thirds of the outcomes lie before; nil where one side has too few.
func newTrial(w *summary.Window, s *subject, least float64) *trial {
	if s.samples() < 2*least {
		return nil
	}
	tables := make([]*scores.Table, len(w.Panes))
	counts := make([]float64, len(w.Panes))
	total := 0.0
	for i := range w.Panes {
		tables[i] = s.tableOf(w.Panes[i].Series)
		positives, negatives := tables[i].Totals()
		counts[i] = positives + negatives
		total += counts[i]
	}
	split, before, nearest := 0, 0.0, math.Inf(1)
	for i, sum := 0, 0.0; i < len(counts)-1; i++ {
		sum += counts[i]
		if off := math.Abs(sum - earlierShare*total); off < nearest {
			split, before, nearest = i+1, sum, off
		}
	}
	if before < least || total-before < least {
		return nil
	}
	sum := func(panes []summary.Pane) *scores.Table {
		var series []summary.Series
		for _, p := range panes {
			series = append(series, p.Series...)
		}
		return s.tableOf(series)
	}
	return &trial{earlier: sum(w.Panes[:split]), later: sum(w.Panes[split:]), panes: tables[split:], before: tables[:split]}
}

// candidate is a calibrator that was fitted on the earlier outcomes.
type candidate struct {
	calibration.Calibrator
	gain calibration.Gain
}

// helps reports whether the calibrator is better than none, beyond chance (two-sided 5 %).
func (c *candidate) helps() bool { return c.gain.Mean > confidence*c.gain.Error }

const confidence = 1.959963984540054 // standard normal, 97.5 %

// candidates are the calibrators that could be fitted.
func (t *trial) candidates(names []string) []*candidate {
	var all []*candidate
	for _, name := range names {
		c, err := calibration.Fit(name, t.earlier)
		if err != nil { // one class only, for example: it has nothing to say here
			continue
		}
		all = append(all, &candidate{c, calibration.GainOf(t.panes, c)})
	}
	return all
}

// appendCalibrators says how calibrators do on later outcomes, and how the model's own scores do on the same.
func (j *Judge) appendCalibrators(points []judge.Point, w *summary.Window, s *subject) []judge.Point {
	if len(j.cfg.Calibrators) == 0 {
		return points
	}
	t := newTrial(w, s, float64(j.cfg.MinSamples))
	if t == nil {
		return points
	}
	points = t.append(points, s.class, &calibration.Identity{})
	for _, c := range t.candidates(j.cfg.Calibrators) {
		points = t.append(points, s.class, c.Calibrator)
	}
	return points
}

func (t *trial) append(points []judge.Point, class string, c calibration.Calibrator) []judge.Point {
	table := calibration.Recalibrated(t.later, c)
	points = appendOf(points, semconv.MetricCalibrationECE, class, c.Name(), calibration.BinsOf(table, calibration.Width).ECE())
	points = appendOf(points, semconv.MetricCalibrationBrierScore, class, c.Name(), calibration.Brier(table))
	return appendOf(points, semconv.MetricCalibrationLogLoss, class, c.Name(), calibration.LogLoss(table))
}
