package calibration

import (
	"math"
	"slices"

	"github.com/leeway-ml/leeway/profile"
	"github.com/leeway-ml/leeway/stats/calibration"
	"github.com/leeway-ml/leeway/stats/scores"
	"github.com/leeway-ml/leeway/summary"
)

// noticeable is how much a new calibrator must change scores on average to take the place of the one in force, as a share of their mean (or of
// what that lacks to 1, if less).
const noticeable = 0.05

// FitsWindow is the name of the window whose calibrator is published, "" for the longest one, and whether any is.
func (j *Judge) FitsWindow() (name string, fits bool) {
	return j.cfg.Window, j.cfg.Publish && len(j.cfg.Calibrators) > 0
}

// Fit returns the calibrator that is best on the window's later outcomes, fitted to all outcomes; nil where the one in force (nil: none) is
// to stay: where nothing is better than the model's own scores beyond chance and lastingly, where the best may not take the place of the one in force
// (takesPlace), or where it makes no noticeable difference. Where the one in force has become worse than no calibrator at all, and no other one is
// better, it returns one that leaves scores as they are.
func (j *Judge) Fit(w *summary.Window, _ *profile.Profile, inForce *profile.Calibrator) *profile.Calibrator {
	subjects := j.subjects(w)
	if len(subjects) == 0 {
		return nil
	}
	s := subjects[0]
	t := newTrial(w, s, float64(j.cfg.MinSamples))
	if t == nil {
		return nil
	}
	if inForce != nil && inForce.Class != s.class { // of another kind of score
		inForce = nil
	}
	var best *candidate
	for _, c := range t.candidates(j.cfg.Calibrators) {
		if c.helps() && (best == nil || c.gain.Mean > best.gain.Mean) {
			best = c
		}
	}
	if best == nil {
		return s.withdraw(w, t, inForce)
	}
	if inForce == nil && !t.lasts(&calibration.Identity{}, best.Name()) || inForce != nil && !s.takesPlace(w, t, inForce, best) {
		return nil
	}
	fitted, err := calibration.Fit(best.Name(), &s.table)
	if err != nil || inForce != nil && !differs(&s.table, inForce.Method, fitted) {
		return nil
	}
	return s.published(w, t, fitted, best.gain)
}

// firmer is on how many times as many outcomes a calibrator must be fitted to take the place of another one that is as good, as far as one
// can tell: with few outcomes the first one was fitted to much chance.
const firmer = 2

// takesPlace reports whether the best calibrator may take the place of the one in force.
//
// What is better today need not be next week: the share of positives comes and goes, and a calibrator that follows it is always late. So the one in
// force stays for the length of the window at least, and until a new one would have been better both ways: fitted on what came
// earlier and judged on what came later, beyond chance, and fitted on what came later and judged on what came earlier. One that makes
// scores worse than they are has no such grace.
func (s *subject) takesPlace(w *summary.Window, t *trial, inForce *profile.Calibrator, best *candidate) bool {
	over := calibration.GainOver(t.panes, inForce.Method, best)
	if over.Mean > confidence*over.Error {
		return harms(t, inForce) || !w.End.Add(-w.Length).Before(inForce.Fitted) && t.lasts(inForce.Method, best.Name())
	}
	return s.samples() >= firmer*inForce.Outcomes && over.Mean >= -confidence*over.Error
}

// lasts reports whether a calibrator of that name that was fitted on the later outcomes would have been better than another one on the
// earlier ones, too.
func (t *trial) lasts(than calibration.Calibrator, name string) bool {
	c, err := calibration.Fit(name, t.later)
	return err == nil && calibration.GainOver(t.before, than, c).Mean > 0
}

// harms reports whether the calibrator in force makes scores worse than they are: of late beyond chance, and over the window as a whole.
func harms(t *trial, inForce *profile.Calibrator) bool {
	of := calibration.GainOf(t.panes, inForce.Method)
	return of.Mean < -confidence*of.Error && calibration.GainOf(slices.Concat(t.before, t.panes), inForce.Method).Mean < 0
}

// withdraw returns a calibrator that does nothing, where the one in force does harm.
func (s *subject) withdraw(w *summary.Window, t *trial, inForce *profile.Calibrator) *profile.Calibrator {
	if inForce == nil || inForce.Method.Name() == calibration.NameIdentity || !harms(t, inForce) {
		return nil
	}
	return s.published(w, t, &calibration.Identity{}, calibration.Gain{})
}

func (s *subject) published(w *summary.Window, t *trial, c calibration.Calibrator, gain calibration.Gain) *profile.Calibrator {
	positives, negatives := s.table.Totals()
	laterPositives, laterNegatives := t.later.Totals()
	before := 0.0
	for _, pane := range t.panes { // as the gain is computed, each pane at its own resolution
		p, n := pane.Totals()
		if p+n > 0 {
			before += calibration.Brier(pane) * (p + n)
		}
	}
	before /= laterPositives + laterNegatives
	return &profile.Calibrator{
		Model: w.Group.Model, Version: w.Group.Version, Class: s.class, Window: w.Name, Fitted: w.End, Outcomes: positives + negatives,
		Judged: profile.CalibratorJudged{
			Outcomes: laterPositives + laterNegatives, BrierBefore: before, BrierAfter: max(before-gain.Mean, 0), StandardError: gain.Error,
		},
		Method: c,
	}
}

// differs reports whether two calibrators make noticeably different scores of the table's.
func differs(t *scores.Table, before, after calibration.Calibrator) bool {
	var change, sum, n float64
	for i, b := range t.Bins {
		weight := t.Positives[i] + t.Negatives[i]
		p := after.Apply(b.Score)
		change += weight * math.Abs(p-before.Apply(b.Score))
		sum += weight * p
		n += weight
	}
	return change > noticeable*min(sum, n-sum)
}
