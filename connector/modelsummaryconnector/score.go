package modelsummaryconnector

import (
	"strings"

	"github.com/leeway-ml/leeway/internal/event"
	"github.com/leeway-ml/leeway/profile"
)

// scored is a score and the class that it is for.
type scored struct {
	class string
	score float64
}

// prepareScores finds which scores the event carries, and for which classes. In binary tasks that is one, for the positive
// class; in multiclass tasks one for each class that has a probability, else the score for the predicted class.
func (s *shard) prepareScores(p *planState, o *observation) {
	e := o.event
	if e.Score.Kind == event.Missing && len(e.Probabilities) == 0 {
		return
	}
	if taskOf(p.plan, e) == profile.Multiclass {
		for i := range e.Probabilities {
			s.score(p, o, e.Probabilities[i].Name, &e.Probabilities[i].Value)
		}
		if len(e.Probabilities) == 0 && e.Class != "" {
			s.score(p, o, e.Class, &e.Score)
		} else if len(e.Probabilities) == 0 {
			s.refuse(p.plan, fieldScore, refusedClass, "in a multiclass task a score is for the predicted class, but the event has none; send ml.prediction.class, or ml.prediction.probability.<class>", "no class")
		}
		return
	}
	class, ok := positiveClass(p.plan, e)
	if !ok {
		s.refuse(p.plan, fieldScore, refusedClass, "which class is the score for? The predicted class is none of 1, true, yes, positive and their opposites; "+
			"set positive_class in the model's profile, or send ml.task.type=multiclass where the score is for the predicted class", e.Class)
		return
	}
	if e.Score.Kind != event.Missing {
		s.score(p, o, class, &e.Score)
		return
	}
	for i := range e.Probabilities {
		if e.Probabilities[i].Name == class {
			s.score(p, o, class, &e.Probabilities[i].Value)
			return
		}
	}
	s.refuse(p.plan, fieldScore, refusedClass, "the event has probabilities, but none for the positive class; send that one, or ml.prediction.score", "positive class "+class)
}

func (s *shard) score(p *planState, o *observation, class string, v *event.Value) {
	x, ok := s.number(p.plan, v, fieldScore)
	if !ok {
		return
	}
	if x < 0 || x > 1 {
		s.refuse(p.plan, fieldScore, refusedRange, "a score is a probability, from 0 to 1", "")
		return
	}
	for i := range o.scores {
		if o.scores[i].class == class {
			return
		}
	}
	o.scores = append(o.scores, scored{class, x})
}

// taskOf is what the event says, else the profile, else what the event looks like.
func taskOf(p *plan, e *event.Event) profile.Task {
	switch task := profile.Task(e.Task); task {
	case profile.Binary, profile.Multiclass, profile.Regression, profile.Ranking:
		return task
	}
	switch {
	case p.profile != nil && p.profile.Task != "":
		return p.profile.Task
	case len(e.Probabilities) > 2:
		return profile.Multiclass
	}
	return profile.Binary
}

// positiveClass is the class that the score of a binary task is for: the profile's, else the usual name of a positive class
// that goes with the predicted class, or else with the true one, else, where no class is sent at all, "1".
func positiveClass(p *plan, e *event.Event) (string, bool) {
	if p.profile != nil {
		if p.profile.PositiveClass != "" {
			return p.profile.PositiveClass, true
		}
		if len(p.profile.Scores) == 1 {
			return p.profile.Scores[0].Name, true
		}
	}
	class := e.Class
	if class == "" && len(e.Probabilities) > 0 {
		class = e.Probabilities[0].Name
	}
	if class == "" {
		class = e.GroundTruthClass
	}
	return usualPositive(class)
}

// usualPositives by their opposites.
var usualPositives = map[string]string{
	"": "1", "0": "1", "1": "1",
	"false": "true", "true": "true", "False": "True", "True": "True", "FALSE": "TRUE", "TRUE": "TRUE",
	"no": "yes", "yes": "yes", "No": "Yes", "Yes": "Yes", "NO": "YES", "YES": "YES",
	"negative": "positive", "positive": "positive", "Negative": "Positive", "Positive": "Positive",
	"NEGATIVE": "POSITIVE", "POSITIVE": "POSITIVE",
}

func usualPositive(class string) (string, bool) {
	if positive, ok := usualPositives[class]; ok {
		return positive, true
	}
	positive, ok := usualPositives[strings.ToLower(class)]
	return positive, ok
}

// scoreBounds are the bounds for the scores of a class.
func (p *plan) scoreBounds(class string, coarse bool) []float64 {
	bins, ok := p.scores[class]
	switch {
	case !ok:
		return scoreBounds
	case coarse:
		return bins.coarse
	}
	return bins.fine
}

// leastScore is how far from 0 and 1 scores are taken to be in odds; from semconv.md.
const leastScore = 1e-9

func odds(score float64) float64 {
	score = min(max(score, leastScore), 1-leastScore)
	return score / (1 - score)
}
