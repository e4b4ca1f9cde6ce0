package calibrateprocessor

import (
	"github.com/leeway-ml/leeway/internal/event"
	"github.com/leeway-ml/leeway/internal/summarypdata"
	"github.com/leeway-ml/leeway/judge/outcome"
)

// result is what became of an event.
type result uint8

const (
	calibrated result = iota
	already
	noCalibrator
	noScore
	badScore
	results
)

// apply returns the calibrated score of an event, and whether it is to have it.
func (c *calibrate) apply(e *event.Event) (float64, result) {
	if e.CalibratedScore.Kind != event.Missing {
		return 0, already
	}
	version := e.Version
	if version == "" {
		version = summarypdata.UnknownVersion
	}
	found := c.calibrators.Calibrator(e.Model, version)
	if found == nil {
		return 0, noCalibrator
	}
	score := scoreFor(found.Class, e)
	switch {
	case score.Kind == event.Missing:
		return 0, noScore
	case score.Kind != event.Number || !(score.Number >= 0 && score.Number <= 1):
		return 0, badScore
	}
	return found.Method.Apply(score.Number), calibrated
}

// scoreFor is the score that a calibrator of the class is for: ml.prediction.score, else the probability of the class.
func scoreFor(class string, e *event.Event) event.Value {
	if e.Score.Kind != event.Missing || len(e.Probabilities) == 0 {
		return e.Score
	}
	if class == outcome.Predicted {
		class = e.Class
	}
	var greatest event.Value
	for i := range e.Probabilities {
		p := &e.Probabilities[i]
		if p.Name == class {
			return p.Value
		}
		if p.Kind == event.Number && (greatest.Kind != event.Number || p.Number > greatest.Number) {
			greatest = p.Value
		}
	}
	if class == "" { // the predicted class is not sent: it is the one with the greatest probability
		return greatest
	}
	return event.Value{}
}
