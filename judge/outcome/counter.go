package outcome

import (
	"fmt"
	"math"
	"slices"
	"strconv"

	"github.com/leeway-ml/leeway/profile"
	"github.com/leeway-ml/leeway/semconv"
	"github.com/leeway-ml/leeway/stats/calibration"
	"github.com/leeway-ml/leeway/stats/loss"
	"github.com/leeway-ml/leeway/summary"
)

// Counter sums up outcomes one by one, as the summaries of live traffic do, for a profile. The zero Counter is ready to use. Its
// memory depends on the number of classes, not of outcomes.
type Counter struct {
	confusion   map[[2]string]float64
	odds        map[string]*oddsOfClass
	calibration map[string]calibration.Bins
	losses      [losses]Sum
	top         map[int]Sum // by k
	bins        []binLosses // by roll-up bin
	errors      summary.Exponential
	truth       Sum
}

// Losses that are counted, beside the top-k misses.
const (
	squared = iota
	absolute
	over
	under
	absolutePercentage
	symmetricPercentage
	groundTruthSquared
	logLoss
	brier
	losses // how many there are
)

// lossNames are from semconv.md.
var lossNames = [losses]string{
	"squared", "absolute", "over", "under", "absolute_percentage", "symmetric_percentage", "ground_truth_squared", "log", "brier",
}

// binLosses are the losses of the predictions in one roll-up bin.
type binLosses struct{ squared, absolute Sum }

// maxBins bounds what a wrong bin can cost.
const maxBins = 1000

// AddBinary counts an outcome of a binary task. score is of the positive class, NaN where there is none. predicted is empty
// where the model said no class: from a score of 0.5 on it is the positive one, below it the negative one.
func (c *Counter) AddBinary(positive, negative, predicted, truth string, score float64) {
	scored := score >= 0 && score <= 1
	switch {
	case truth == "" || predicted == "" && !scored:
		return
	case predicted == "" && score >= 0.5:
		predicted = positive
	case predicted == "":
		predicted = negative
	}
	c.class(predicted, truth)
	if !scored {
		return
	}
	c.score(positive, predicted, truth, score)
	c.loss(logLoss, loss.LogBinary(score, truth == positive))
	c.loss(brier, loss.Brier(score, truth == positive))
}

// AddMulticlass counts an outcome of several classes. probabilities are of the classes, which are sorted; both are empty where there
// are none. topK are the k of the top-k accuracies.
func (c *Counter) AddMulticlass(predicted, truth string, classes []string, probabilities []float64, topK []int) {
	if truth == "" || len(classes) != len(probabilities) {
		return
	}
	total := 0.0
	for _, p := range probabilities {
		if !(p >= 0 && p <= 1) {
			probabilities = nil
			break
		}
		total += p
	}
	if predicted == "" && len(probabilities) > 0 {
		predicted = classes[slices.Index(probabilities, slices.Max(probabilities))]
	}
	if predicted == "" {
		return
	}
	c.class(predicted, truth)
	if len(probabilities) == 0 || total == 0 {
		return
	}
	at := slices.Index(classes, truth)
	for i, class := range classes {
		c.score(class, predicted, truth, probabilities[i])
		if class == predicted {
			c.calibrated(Predicted, predicted == truth, probabilities[i])
		}
	}
	ofTruth := 0.0
	if at >= 0 {
		ofTruth = probabilities[at] / total
	}
	c.loss(logLoss, loss.Log(ofTruth))
	c.loss(brier, loss.BrierMulticlass(probabilities, at))
	for _, k := range topK {
		if k < len(probabilities) {
			if c.top == nil {
				c.top = map[int]Sum{}
			}
			c.top[k] = c.top[k].plus(Sum{1, loss.TopKMiss(probabilities, at, k)})
		}
	}
}

// AddTop counts an outcome of several classes whose only score is that of the predicted class.
func (c *Counter) AddTop(predicted, truth string, score float64) {
	if truth == "" || predicted == "" {
		return
	}
	c.class(predicted, truth)
	if score >= 0 && score <= 1 {
		c.score(predicted, predicted, truth, score)
		c.calibrated(Predicted, predicted == truth, score)
	}
}

// AddRegression counts an outcome of a regression. bin is the roll-up bin of the predicted value, below 0 where there are none.
func (c *Counter) AddRegression(prediction, truth float64, bin int) {
	error2, truth2 := loss.Squared(prediction, truth), loss.Squared(truth, 0)
	if !finite(error2) || !finite(truth2) {
		return
	}
	c.truth = c.truth.plus(Sum{1, truth})
	c.errors.Add(prediction-truth, errorBuckets)
	size := loss.Absolute(prediction, truth)
	c.loss(squared, error2)
	c.loss(absolute, size)
	c.loss(over, loss.Over(prediction, truth))
	c.loss(under, loss.Under(prediction, truth))
	c.loss(absolutePercentage, loss.AbsolutePercentage(prediction, truth))
	c.loss(symmetricPercentage, loss.SymmetricPercentage(prediction, truth))
	c.loss(groundTruthSquared, truth2)
	if bin < 0 || bin >= maxBins {
		return
	}
	for len(c.bins) <= bin {
		c.bins = append(c.bins, binLosses{})
	}
	c.bins[bin].squared = c.bins[bin].squared.plus(Sum{1, error2})
	c.bins[bin].absolute = c.bins[bin].absolute.plus(Sum{1, size})
}

func finite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }

func (c *Counter) class(predicted, truth string) {
	if c.confusion == nil {
		c.confusion = map[[2]string]float64{}
	}
	c.confusion[[2]string{predicted, truth}]++
}

func (c *Counter) score(class, predicted, truth string, score float64) {
	o := c.odds[class]
	if o == nil {
		if c.odds == nil {
			c.odds = map[string]*oddsOfClass{}
		}
		o = &oddsOfClass{}
		c.odds[class] = o
	}
	truly := bit(truth == class)
	clipped := max(leastScore, min(1-leastScore, score))
	o[relation(class, predicted)][truly].Add(clipped/(1-clipped), profile.MaxOddsBuckets)
	c.calibrated(class, truth == class, score)
}

func (c *Counter) calibrated(class string, right bool, score float64) {
	bins := c.calibration[class]
	if bins == nil {
		if c.calibration == nil {
			c.calibration = map[string]calibration.Bins{}
		}
		bins = make(calibration.Bins, CalibrationBins)
		c.calibration[class] = bins
	}
	b := &bins[calibration.BinIndex(score, CalibrationBins)]
	if right {
		b.Add(calibration.Bin{Positives: 1, PositiveScores: score})
	} else {
		b.Add(calibration.Bin{Negatives: 1, NegativeScores: score})
	}
}

func bit(b bool) int {
	if b {
		return 1
	}
	return 0
}

func (c *Counter) loss(which int, x float64) { c.losses[which] = c.losses[which].plus(Sum{1, x}) }

// Series are the sums as a profile holds them, sorted by metric, then by attributes.
func (c *Counter) Series() []profile.OutcomeSeries {
	var all []profile.OutcomeSeries
	add := func(metric string, s profile.OutcomeSeries, pairs ...string) {
		s.Metric = metric
		for i := 0; i < len(pairs); i += 2 {
			if s.Attributes == nil {
				s.Attributes = map[string]string{}
			}
			s.Attributes[pairs[i]] = pairs[i+1]
		}
		all = append(all, s)
	}
	sum := func(s Sum) profile.OutcomeSeries {
		return profile.OutcomeSeries{Histogram: &profile.OutcomeHistogram{Count: uint64(s.Count), Sum: s.Sum}}
	}
	for pair, n := range c.confusion {
		add(semconv.MetricOutcomes, profile.OutcomeSeries{Sum: n}, semconv.AttrPredictionClass, pair[0], semconv.AttrGroundTruthClass, pair[1])
	}
	for class, o := range c.odds {
		for r := range o {
			for truly := range o[r] {
				if e := &o[r][truly]; e.Count() > 0 {
					pairs := []string{semconv.AttrClass, class, semconv.AttrGroundTruthClass, trueLabel(class, truly == 1)}
					if r != asUnknown {
						pairs = append(pairs, semconv.AttrPredictionClass, trueLabel(class, r == asClass))
					}
					add(semconv.MetricOutcomeOdds, profile.OutcomeSeries{Exponential: profile.NewOutcomeExponential(e)}, pairs...)
				}
			}
		}
	}
	for class, bins := range c.calibration {
		for i, b := range bins {
			for _, side := range []struct {
				right bool
				sum   Sum
			}{{true, Sum{b.Positives, b.PositiveScores}}, {false, Sum{b.Negatives, b.NegativeScores}}} {
				if side.sum.Count > 0 {
					add(semconv.MetricOutcomeCalibration, sum(side.sum), semconv.AttrClass, class,
						semconv.AttrGroundTruthClass, trueLabel(class, side.right), semconv.AttrCalibrationBin, fmt.Sprintf("%02d", i))
				}
			}
		}
	}
	addLoss := func(name string, s Sum, pairs ...string) {
		if s.Count > 0 {
			add(semconv.MetricOutcomeLoss, sum(s), append(pairs, semconv.AttrLossName, name)...)
		}
	}
	for which, s := range c.losses {
		addLoss(lossNames[which], s)
	}
	for k, s := range c.top {
		addLoss("top_"+strconv.Itoa(k)+"_miss", s)
	}
	for bin, b := range c.bins {
		index := fmt.Sprintf("%02d", bin)
		addLoss(lossNames[squared], b.squared, semconv.AttrBinIndex, index)
		addLoss(lossNames[absolute], b.absolute, semconv.AttrBinIndex, index)
	}
	if c.errors.Count() > 0 {
		add(semconv.MetricOutcomeError, profile.OutcomeSeries{Exponential: profile.NewOutcomeExponential(&c.errors)})
	}
	if c.truth.Count > 0 {
		add(semconv.MetricGroundTruthValue, sum(c.truth))
	}
	profile.SortOutcomes(all)
	return all
}

// trueLabel is the value of a class attribute in the series of one class.
func trueLabel(class string, same bool) string {
	if same {
		return class
	}
	return Other
}
