package conceptdriftprocessor

import (
	"slices"
	"strings"

	"github.com/leeway-ml/leeway/internal/event"
	"github.com/leeway-ml/leeway/profile"
	"github.com/leeway-ml/leeway/stats/loss"
)

// What an outcome says of classes and losses here is what model_summary makes of it: both are to tell the same.

// threshold is from which score on the positive class counts as predicted, where an event says no class.
const threshold = 0.5

// scored is a score and the class that it is for.
type scored struct {
	class string
	score float64
}

// outcome finds errors and losses.
func (r *reader) outcome(e *event.Event) {
	switch outcomeTask(r.profile, e) {
	case profile.Regression:
		r.regression(e)
	case profile.Ranking:
	case profile.Multiclass:
		if r.lane.classes {
			r.multiclass(e)
		}
	default:
		if r.lane.classes {
			r.binary(e)
		}
	}
}

// outcomeTask is what the event says, else the profile, else what the outcome looks like.
func outcomeTask(p *profile.Profile, e *event.Event) profile.Task {
	switch task := taskOf(p, e); {
	case e.Task != "" || p != nil && p.Task != "" || task == profile.Multiclass:
		return task
	case e.GroundTruthClass != "" || e.Class != "" || e.Score.Kind != event.Missing:
		return task
	case len(e.Items) > 0 || len(e.Relevances) > 0:
		return profile.Ranking
	}
	return profile.Regression
}

// taskOf is what the event says, else the profile, else what the event looks like.
func taskOf(p *profile.Profile, e *event.Event) profile.Task {
	switch task := profile.Task(e.Task); task {
	case profile.Binary, profile.Multiclass, profile.Regression, profile.Ranking:
		return task
	}
	switch {
	case p != nil && p.Task != "":
		return p.Task
	case len(e.Probabilities) > 2:
		return profile.Multiclass
	}
	return profile.Binary
}

// each calls f for the signals of these sources.
func (r *reader) each(f func(at int, s source), sources ...source) {
	for at, s := range r.lane.signals {
		if slices.Contains(sources, s.source) {
			f(at, s.source)
		}
	}
}

func (r *reader) refuseAll(reason int, sources ...source) {
	r.each(func(at int, _ source) { r.refuse(at, reason) }, sources...)
}

func (r *reader) regression(e *event.Event) {
	if !r.lane.values {
		return
	}
	reason, bad := badNumber(&e.GroundTruthValue)
	if !bad {
		reason, bad = badNumber(&e.Value)
	}
	if bad {
		r.refuseAll(reason, absoluteErrorSource, squaredErrorSource)
		return
	}
	v, y := e.Value.Number, e.GroundTruthValue.Number
	for at, s := range r.lane.signals {
		switch s.source {
		case absoluteErrorSource:
			r.bounded(at, loss.Absolute(v, y))
		case squaredErrorSource:
			r.bounded(at, loss.Squared(v, y))
		}
	}
}

// bounded notes a loss of finite numbers.
func (r *reader) bounded(at int, x float64) {
	if !(x <= maxValue) {
		r.refuse(at, outOfRange)
		return
	}
	r.values[at] = x
}

func badNumber(v *event.Value) (reason int, bad bool) {
	switch {
	case v.Kind == event.Missing:
		return missing, true
	case v.Kind != event.Number:
		return badType, true
	case v.Number-v.Number != 0:
		return notFinite, true
	}
	return 0, false
}

// binary finds errors and losses of an outcome with two classes.
func (r *reader) binary(e *event.Event) {
	truth := e.GroundTruthClass
	if truth == "" {
		r.refuseAll(missing, errorSource, logLossSource, brierSource)
		return
	}
	positive, known := "", false
	score, hasScore := 0.0, false
	if e.Score.Kind != event.Missing || len(e.Probabilities) > 0 {
		if positive, known = positiveClass(r.profile, e); known {
			v := e.Score
			for i := 0; v.Kind == event.Missing && i < len(e.Probabilities); i++ {
				if e.Probabilities[i].Name == positive {
					v = e.Probabilities[i].Value
				}
			}
			score, hasScore = r.probability(&v)
		} else {
			r.refuseAll(badClass, logLossSource, brierSource)
		}
	} else if r.profile != nil {
		positive, _ = positiveClass(r.profile, e)
	}
	if !alike(positive, truth) || !alike(e.Class, truth) {
		r.refuseAll(badClass, errorSource, logLossSource, brierSource)
		return
	}
	wrong := 0.0
	switch {
	case e.Class != "":
		if e.Class != truth {
			wrong = 1
		}
	case hasScore:
		if (score >= threshold) != (truth == positive) {
			wrong = 1
		}
	default:
		reason := missing
		if positive == "" && e.Score.Kind != event.Missing {
			reason = badClass
		}
		r.refuseAll(reason, errorSource)
		return
	}
	for at, s := range r.lane.signals {
		switch {
		case s.source == errorSource:
			r.values[at] = wrong
		case s.source == logLossSource && hasScore:
			r.values[at] = loss.LogBinary(score, truth == positive)
		case s.source == brierSource && hasScore:
			r.values[at] = loss.Brier(score, truth == positive)
		}
	}
}

// probability is a score, unless it is none; then it is refused for the losses.
func (r *reader) probability(v *event.Value) (float64, bool) {
	reason, bad := badNumber(v)
	if !bad && (v.Number < 0 || v.Number > 1) {
		reason, bad = outOfRange, true
	}
	if bad {
		r.refuseAll(reason, logLossSource, brierSource)
		return 0, false
	}
	return v.Number, true
}

// multiclass finds errors and losses of an outcome with several classes.
func (r *reader) multiclass(e *event.Event) {
	truth := e.GroundTruthClass
	if truth == "" {
		r.refuseAll(missing, errorSource, logLossSource, brierSource)
		return
	}
	r.scores = r.scores[:0]
	predicted, whole := e.Class, false
	if predicted == "" || r.lane.probabilities {
		whole = r.byClass(e)
	}
	if predicted == "" && len(r.scores) > 0 {
		most := 0
		for i := range r.scores { // the first of several, as numpy's argmax
			if r.scores[i].score > r.scores[most].score {
				most = i
			}
		}
		predicted = r.scores[most].class
	}
	if predicted == "" {
		r.refuseAll(missing, errorSource, logLossSource, brierSource)
		return
	}
	wrong := 0.0
	if predicted != truth {
		wrong = 1
	}
	r.each(func(at int, _ source) { r.values[at] = wrong }, errorSource)
	if whole && r.lane.probabilities {
		r.probabilityLosses(truth)
	}
}

// byClass finds the probabilities, sorted by class, and reports whether there are any and all are good.
func (r *reader) byClass(e *event.Event) bool {
	r.scores = r.scores[:0]
	for i := range e.Probabilities {
		if x, ok := r.probability(&e.Probabilities[i].Value); ok {
			r.scores = append(r.scores, scored{e.Probabilities[i].Name, x})
		}
	}
	slices.SortStableFunc(r.scores, func(a, b scored) int { return strings.Compare(a.class, b.class) })
	r.scores = slices.CompactFunc(r.scores, func(a, b scored) bool { return a.class == b.class })
	return len(r.scores) > 0 && len(r.scores) == len(e.Probabilities)
}

func (r *reader) probabilityLosses(truth string) {
	r.probabilities = r.probabilities[:0]
	total, of := 0.0, -1
	for i, s := range r.scores {
		r.probabilities = append(r.probabilities, s.score)
		total += s.score
		if s.class == truth {
			of = i
		}
	}
	if total == 0 {
		r.refuseAll(outOfRange, logLossSource, brierSource)
		return
	}
	ofTruth := 0.0
	if of >= 0 {
		ofTruth = r.probabilities[of] / total
	}
	r.each(func(at int, s source) {
		if s == logLossSource {
			r.values[at] = loss.Log(ofTruth)
		} else {
			r.values[at] = loss.BrierMulticlass(r.probabilities, of)
		}
	}, logLossSource, brierSource)
}

// positiveClass is the class that the score of a binary task is for: the profile's, else the usual name of a positive class that
// goes with the predicted class, or else with the true one, else, where no class is sent at all, "1".
func positiveClass(p *profile.Profile, e *event.Event) (string, bool) {
	if p != nil {
		if p.PositiveClass != "" {
			return p.PositiveClass, true
		}
		if len(p.Scores) == 1 {
			return p.Scores[0].Name, true
		}
	}
	class := e.Class
	if class == "" && len(e.Probabilities) > 0 {
		class = e.Probabilities[0].Name
	}
	if class == "" {
		class = e.GroundTruthClass
	}
	if positive, ok := usualPositives[class]; ok {
		return positive, true
	}
	positive, ok := usualPositives[strings.ToLower(class)]
	return positive, ok
}

// usualPositives by their opposites.
var usualPositives = map[string]string{
	"": "1", "0": "1", "1": "1",
	"false": "true", "true": "true", "False": "True", "True": "True", "FALSE": "TRUE", "TRUE": "TRUE",
	"no": "yes", "yes": "yes", "No": "Yes", "Yes": "Yes", "NO": "YES", "YES": "YES",
	"negative": "positive", "positive": "positive", "Negative": "Positive", "Positive": "Positive",
	"NEGATIVE": "POSITIVE", "POSITIVE": "POSITIVE",
}

// alike reports whether two classes can be of the same pair: "1" and "true" can't.
func alike(a, b string) bool {
	if a == "" || b == "" {
		return true
	}
	pairA, okA := usualPositives[a]
	pairB, okB := usualPositives[b]
	return !okA || !okB || pairA == pairB
}
