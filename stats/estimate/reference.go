package estimate

import (
	"errors"
	"fmt"
	"slices"

	"github.com/leeway-ml/leeway/stats/calibration"
	"github.com/leeway-ml/leeway/stats/scores"
)

// Reference is what scores meant when the truth was known: how they become probabilities, and how sure that is.
type Reference struct {
	calibrator calibration.Calibrator // nil: scores are probabilities as they are
	groups     []group
}

// group is a stretch of scores whose calibration is known as well, or as badly, throughout.
type group struct {
	// last is the greatest score of the group.
	last float64
	// variance of the mean probability of the group, as the reference's outcomes tell it.
	variance float64
}

// maxGroups is how many groups the reference's outcomes are cut into.
const maxGroups = 20

// Names of methods beside those of package calibration.
const (
	// Auto calibrates if the reference's scores are off by more than chance.
	Auto = "auto"
	// None takes scores as they are.
	None = "none"
)

// Methods are the ways to calibrate.
func Methods() []string {
	return []string{Auto, calibration.NameIsotonic, calibration.NamePlatt, None}
}

const (
	// leastOutcomes from which on an isotonic calibrator is better than one of two parameters. Source: Niculescu-Mizil and Caruana,
	// Predicting good probabilities with supervised learning, ICML 2005.
	leastOutcomes = 1000
	// leastOfEach class that isotonic calibration needs, so that its ends are not a matter of chance.
	leastOfEach = 50
)

// NewReference learns from the reference's outcomes what a score means. Method is one of Methods. Auto does not calibrate where the reference's
// ECE, over its groups, is within the 99th percentile of what calibrated scores give by chance: then a calibrator would
// only add its own noise. Beyond that it is isotonic where there are 1,000 outcomes with 50 of each class, else Platt's.
//
// NannyML decides by ten random splits of the reference's rows, whether the ECE is lower with calibration than without. Sums can't be split again.
func NewReference(t *scores.Table, method string) (*Reference, error) {
	positives, negatives := t.Totals()
	if !(positives > 0) || !(negatives > 0) {
		return nil, errors.New("the reference has outcomes of one class only; an estimate needs both")
	}
	r := &Reference{}
	if method == Auto {
		method = r.choose(t, min(positives, negatives), positives+negatives)
	}
	if method != None {
		c, err := calibration.Fit(method, t)
		if err != nil {
			return nil, fmt.Errorf("the reference's scores can't be calibrated: %w", err)
		}
		r.calibrator = c
	}
	r.cut(t)
	return r, nil
}

// choose says what auto means. r must not have a calibrator yet.
func (r *Reference) choose(t *scores.Table, ofRarer, outcomes float64) string {
	bins := r.cut(t)
	switch {
	case !(bins.ECE() > calibration.ECENoise(bins).P99):
		return None
	case outcomes >= leastOutcomes && ofRarer >= leastOfEach:
		return calibration.NameIsotonic
	}
	return calibration.NamePlatt
}

// Method is how the reference calibrates: the calibrator's name, or None.
func (r *Reference) Method() string {
	if r.calibrator == nil {
		return None
	}
	return r.calibrator.Name()
}

// probability that the class of a score is the true one.
func (r *Reference) probability(score float64) float64 {
	if r.calibrator == nil {
		return min(max(score, 0), 1)
	}
	return r.calibrator.Apply(score)
}

// cut makes the groups, and returns what is in them. Half of the weight is on outcomes, half on uncertainty, p (1-p): a model of rare events
// has nearly all scores near 0, and the few that matter far away.
//
// Within a group, the calibrated probability may be off by what the mean truth of its outcomes is: m Bernoulli variables. It takes the
// error as the same throughout the group, and as independent of that of other groups. For isotonic calibration, which takes
// means of stretches, that is nearly so; Platt's, of two parameters for all, is rather better known.
func (r *Reference) cut(t *scores.Table) calibration.Bins {
	counts := t.Distribution().Counts
	var outcomes, doubts float64
	doubt := make([]float64, len(counts))
	for i, n := range counts {
		p := r.probability(t.Bins[i].Score)
		doubt[i] = n * p * (1 - p)
		outcomes, doubts = outcomes+n, doubts+doubt[i]
	}
	r.groups = nil
	var bins calibration.Bins
	var bin calibration.Bin
	var weight, spread float64
	end := func(last float64) {
		// A quarter more, and an outcome more, than there were, after Agresti and Coull 1998: twenty outcomes of one class are no proof
		// that there is no other.
		m := bin.Samples()
		r.groups = append(r.groups, group{last, (spread + 0.25) / (m + 1) / m})
		bins = append(bins, bin)
		bin, spread = calibration.Bin{}, 0
	}
	for i, n := range counts {
		if n == 0 {
			continue
		}
		positives, negatives, score := t.Positives[i], t.Negatives[i], t.Bins[i].Score
		bin.Add(calibration.Bin{Positives: positives, Negatives: negatives, PositiveScores: positives * score, NegativeScores: negatives * score})
		spread += doubt[i]
		weight += n / outcomes / 2
		if doubts > 0 {
			weight += doubt[i] / doubts / 2
		}
		if weight*maxGroups >= float64(len(bins)+1) && bin.Samples() >= leastInGroup {
			end(score)
		}
	}
	if bin.Samples() > 0 && (bin.Samples() >= leastInGroup || len(bins) == 0) {
		end(1)
	}
	r.groups[len(r.groups)-1].last = 1
	return bins
}

// leastInGroup is how many outcomes a group has at least.
const leastInGroup = 20

// group is the index of the group that holds the score; the nearest beyond the ends.
func (r *Reference) group(score float64) int {
	i, _ := slices.BinarySearchFunc(r.groups, score, func(g group, s float64) int {
		switch {
		case g.last < s:
			return -1
		case g.last > s:
			return 1
		}
		return 0
	})
	return min(i, len(r.groups)-1)
}

// Expect is what the predictions are expected to turn out as.
func (r *Reference) Expect(p Predictions) *Expected {
	e := &Expected{Predictions: p, reference: r, probabilities: make([]float64, len(p.Bins))}
	for i, b := range p.Bins {
		q := r.probability(b.Score)
		e.probabilities[i] = q
		e.tp += p.Predicted[i] * q
		e.fp += p.Predicted[i] * (1 - q)
		e.fn += p.Others[i] * q
		e.tn += p.Others[i] * (1 - q)
	}
	return e
}
