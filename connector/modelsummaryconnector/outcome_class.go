package modelsummaryconnector

import (
	"slices"
	"strings"

	"github.com/leeway-ml/leeway/internal/event"
	"github.com/leeway-ml/leeway/profile"
	"github.com/leeway-ml/leeway/stats/loss"
)

// threshold is from which score on the positive class counts as predicted, where an event says no class; from semconv.md.
const threshold = 0.5

// predictedLabel is the class of the top label's series: whichever was predicted.
const predictedLabel = "__predicted__"

// prepareBinary finds classes, score and losses of an outcome of a binary task.
func (s *shard) prepareBinary(p *planState, o *observation) {
	e, x := o.event, &o.outcome
	truth, ok := s.trueClass(p.plan, e)
	if !ok {
		return
	}
	s.prepareScores(p, o)
	positive, score, hasScore := "", 0.0, len(o.scores) > 0
	if hasScore {
		positive, score = o.scores[0].class, o.scores[0].score
	} else if p.profile != nil {
		positive, _ = positiveClass(p.plan, e)
	}
	for _, class := range []string{positive, e.Class} {
		if !alike(class, truth) {
			s.refuse(p.plan, fieldGroundTruth, refusedClass, "the true class is of another kind than the model's own classes; send both as the same words, numbers or booleans",
				truth+" beside "+class)
			return
		}
	}
	predicted := e.Class
	switch {
	case predicted != "":
	case hasScore && score >= threshold:
		predicted = positive
	case hasScore:
		predicted = negativeClass(p.plan, positive, truth)
	default:
		s.refuse(p.plan, fieldClass, refusedMissing, "an outcome needs the predicted class, or a score; send ml.prediction.class or ml.prediction.score", "neither")
		return
	}
	s.setClasses(p.plan, x, predicted, truth)
	if hasScore {
		x.scores = append(x.scores, o.scores...)
		x.loss(lossLog, loss.LogBinary(score, truth == positive))
		x.loss(lossBrier, loss.Brier(score, truth == positive))
	}
}

// prepareMulticlass finds classes, scores and losses of an outcome of a multiclass task.
func (s *shard) prepareMulticlass(p *planState, o *observation) {
	e, x := o.event, &o.outcome
	truth, ok := s.trueClass(p.plan, e)
	if !ok {
		return
	}
	s.prepareScores(p, o)
	byClass := func(a, b scored) int { return strings.Compare(a.class, b.class) }
	if !slices.IsSortedFunc(o.scores, byClass) {
		slices.SortFunc(o.scores, byClass)
	}
	predicted := e.Class
	if predicted == "" && len(e.Probabilities) > 0 && len(o.scores) > 0 {
		most := slices.MaxFunc(o.scores, func(a, b scored) int { return compareFloats(a.score, b.score) }) // the first of several, as numpy's argmax
		predicted = most.class
	}
	if predicted == "" {
		s.refuse(p.plan, fieldClass, refusedMissing, "an outcome needs the predicted class; send ml.prediction.class, or ml.prediction.probability.<class>", "none")
		return
	}
	s.setClasses(p.plan, x, predicted, truth)
	x.scores = append(x.scores, o.scores...)
	if at, ok := find(o.scores, predicted); ok {
		x.top, x.hasTop = o.scores[at].score, true
	}
	s.probabilityLosses(p.plan, o, truth)
}

// probabilityLosses are those of an outcome that has a probability for each class.
func (s *shard) probabilityLosses(p *plan, o *observation, truth string) {
	x := &o.outcome
	if len(o.event.Probabilities) == 0 || len(o.scores) < len(o.event.Probabilities) {
		return // no probabilities, or some that were refused
	}
	total := 0.0
	for i := range o.scores {
		x.probabilities = append(x.probabilities, o.scores[i].score)
		total += o.scores[i].score
	}
	if total == 0 {
		s.refuse(p, fieldScore, refusedRange, "the probabilities add up to 0; they are to add up to 1", "")
		return
	}
	at, ofTruth := -1, 0.0
	if i, ok := find(o.scores, truth); ok {
		at, ofTruth = i, x.probabilities[i]/total
	}
	x.loss(lossLog, loss.Log(ofTruth))
	x.loss(lossBrier, loss.BrierMulticlass(x.probabilities, at))
	for i, k := range s.losses.topK {
		if k < len(x.probabilities) {
			x.loss(s.losses.firstTop+i, loss.TopKMiss(x.probabilities, at, k))
		}
	}
}

func find(sorted []scored, class string) (int, bool) {
	return slices.BinarySearchFunc(sorted, class, func(x scored, class string) int { return strings.Compare(x.class, class) })
}

func compareFloats(a, b float64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// trueClass is what the outcome says.
func (s *shard) trueClass(p *plan, e *event.Event) (string, bool) {
	if e.GroundTruthClass != "" {
		return e.GroundTruthClass, true
	}
	s.refuse(p, fieldGroundTruth, refusedType, "the truth of a classification is a class; send ml.ground_truth.class, or ml.task.type if the model is no classifier", "no class")
	return "", false
}

// setClasses notes what was predicted and what was true, and tells of classes that the profile does not know.
func (s *shard) setClasses(p *plan, x *outcome, predicted, truth string) {
	x.predicted, x.truth = predicted, truth
	if p.classes == nil {
		return
	}
	for _, class := range []string{predicted, truth} {
		if _, known := p.classes[class]; !known {
			s.unseenClass(p, class)
			return
		}
	}
}

// classesOf are the classes that a profile knows; nil where it does not know all that the reference had.
func classesOf(p *profile.Profile) map[string]struct{} {
	var classes map[string]struct{}
	for _, v := range []*profile.Variable{p.TrueClass, p.Class} {
		if v == nil || len(v.Categories) == 0 || len(v.Counts) > len(v.Categories) && v.Counts[len(v.Categories)] > 0 {
			continue
		}
		if classes == nil {
			classes = map[string]struct{}{}
		}
		for _, class := range v.Categories {
			classes[class] = struct{}{}
		}
	}
	return classes
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

// negativeClass is what a binary model that says no class predicts, where it does not predict the positive one: the truth's
// name for it, else the profile's, else the usual opposite.
func negativeClass(p *plan, positive, truth string) string {
	if truth != positive {
		return truth
	}
	if p.negative != "" {
		return p.negative
	}
	for class, of := range usualPositives {
		if of == usualPositives[positive] && class != positive && class != "" {
			return class
		}
	}
	return profile.Other
}

// negativeOf is the other class of a binary profile, empty where it does not say.
func negativeOf(p *profile.Profile) string {
	for _, v := range []*profile.Variable{p.TrueClass, p.Class} {
		if p.PositiveClass == "" || v == nil || len(v.Categories) != 2 {
			continue
		}
		if i := slices.Index(v.Categories, p.PositiveClass); i >= 0 {
			return v.Categories[1-i]
		}
	}
	return ""
}
