package outcome

import (
	"maps"
	"math"
	"slices"
	"strconv"

	"github.com/leeway-ml/leeway/semconv"
	"github.com/leeway-ml/leeway/stats/calibration"
	"github.com/leeway-ml/leeway/summary"
)

// Wants reports whether Gather reads this summary metric.
func Wants(metric string) bool {
	switch metric {
	case semconv.MetricOutcomes, semconv.MetricOutcomeOdds, semconv.MetricOutcomeCalibration, semconv.MetricOutcomeLoss,
		semconv.MetricOutcomeError, semconv.MetricGroundTruthValue, semconv.MetricGroundTruthDelay, semconv.MetricGroundTruthJoins:
		return true
	}
	return false
}

// Gather adds up series of outcomes, of a window (summary.Window.Series) or of some of its panes, in any order: the same
// stream may come several times, and gathering the parts is gathering the whole. Histograms of odds are brought to the
// coarsest scale of a class, exactly. Other metrics, and series that lack the attributes that they are told apart by, are
// left out. Nothing of the series is changed or kept.
func Gather(series []summary.Series) *Outcomes { return gather(series, oddsBuckets) }

func gather(series []summary.Series, buckets int) *Outcomes {
	g := gatherer{odds: map[string]*oddsOfClass{}, buckets: buckets}
	g.Losses, g.Joins = map[string]Sum{}, map[string]float64{}
	g.Calibration = map[string]calibration.Bins{}
	g.confusion = map[[2]string]float64{}
	for i := range series {
		g.add(&series[i])
	}
	return g.finish()
}

type gatherer struct {
	Outcomes
	confusion map[[2]string]float64
	odds      map[string]*oddsOfClass
	buckets   int // of odds, at most
}

func (g *gatherer) add(s *summary.Series) {
	switch s.Metric {
	case semconv.MetricOutcomes:
		predicted, truth := s.Attribute(semconv.AttrPredictionClass), s.Attribute(semconv.AttrGroundTruthClass)
		if n := s.Sum; predicted != "" && truth != "" && n > 0 && !math.IsInf(n, 0) {
			g.confusion[[2]string{predicted, truth}] += n
		}
	case semconv.MetricOutcomeOdds:
		g.addOdds(s)
	case semconv.MetricOutcomeCalibration:
		g.addCalibration(s)
	case semconv.MetricOutcomeLoss:
		g.addLoss(s)
	case semconv.MetricOutcomeError:
		if s.Exponential != nil && s.Exponential.Count() > 0 {
			if g.Error == nil {
				g.Error = &summary.Exponential{}
			}
			g.Error.Merge(s.Exponential, errorBuckets)
		}
	case semconv.MetricGroundTruthValue:
		g.Truth = g.Truth.plus(sumOf(s))
	case semconv.MetricGroundTruthJoins:
		if n := s.Sum; n > 0 && !math.IsInf(n, 0) {
			g.Joins[s.Attribute(semconv.AttrJoinResult)] += n
		}
	case semconv.MetricGroundTruthDelay:
		g.addDelay(s.Histogram)
	}
}

// sumOf is the count and sum of a histogram of either kind.
func sumOf(s *summary.Series) Sum {
	switch {
	case s.Histogram != nil:
		return Sum{float64(s.Histogram.Count()), zeroIfEmpty(s.Histogram.Sum, s.Histogram.Count())}
	case s.Exponential != nil:
		return Sum{float64(s.Exponential.Count()), zeroIfEmpty(s.Exponential.Sum, s.Exponential.Count())}
	}
	return Sum{}
}

// zeroIfEmpty keeps an empty histogram's NaN out of the total.
func zeroIfEmpty(sum float64, count uint64) float64 {
	if count == 0 {
		return 0
	}
	return sum
}

func (g *gatherer) addLoss(s *summary.Series) {
	name, x := s.Attribute(semconv.AttrLossName), sumOf(s)
	if name == "" || x.Count == 0 {
		return
	}
	index := s.Attribute(semconv.AttrBinIndex)
	if index == "" {
		g.Losses[name] = g.Losses[name].plus(x)
		return
	}
	bin, err := strconv.Atoi(index)
	if err != nil || bin < 0 {
		return
	}
	if g.LossesByBin == nil {
		g.LossesByBin = map[string]map[int]Sum{}
	}
	if g.LossesByBin[name] == nil {
		g.LossesByBin[name] = map[int]Sum{}
	}
	g.LossesByBin[name][bin] = g.LossesByBin[name][bin].plus(x)
}

func (g *gatherer) addCalibration(s *summary.Series) {
	class, truth := s.Attribute(semconv.AttrClass), s.Attribute(semconv.AttrGroundTruthClass)
	bin, err := strconv.Atoi(s.Attribute(semconv.AttrCalibrationBin))
	x := sumOf(s)
	if class == "" || truth == "" || err != nil || bin < 0 || bin >= CalibrationBins || x.Count == 0 {
		return
	}
	bins := g.Calibration[class]
	if bins == nil {
		bins = make(calibration.Bins, CalibrationBins)
		g.Calibration[class] = bins
	}
	if truth == class {
		bins[bin].Add(calibration.Bin{Positives: x.Count, PositiveScores: x.Sum})
	} else {
		bins[bin].Add(calibration.Bin{Negatives: x.Count, NegativeScores: x.Sum})
	}
}

// addDelay adds up histograms of the first one's bounds; those of others are left out.
func (g *gatherer) addDelay(h *summary.Histogram) {
	switch {
	case h == nil || len(h.Counts) != len(h.Bounds)+1 || h.Count() == 0:
	case g.Delay == nil:
		c := *h
		c.Counts = slices.Clone(h.Counts)
		g.Delay = &c
	case slices.Equal(g.Delay.Bounds, h.Bounds):
		for i, n := range h.Counts {
			g.Delay.Counts[i] += n
		}
		g.Delay.Sum += h.Sum
		g.Delay.Min, g.Delay.Max = math.Min(g.Delay.Min, h.Min), math.Max(g.Delay.Max, h.Max)
	}
}

func (g *gatherer) finish() *Outcomes {
	classes := map[string]bool{}
	for pair := range g.confusion {
		classes[pair[0]], classes[pair[1]] = true, true
	}
	c := &g.Confusion
	c.Classes = slices.Sorted(maps.Keys(classes))
	c.Counts = make([][]float64, len(c.Classes))
	for i := range c.Counts {
		c.Counts[i] = make([]float64, len(c.Classes))
	}
	for pair, n := range g.confusion {
		c.Counts[c.Index(pair[0])][c.Index(pair[1])] += n
	}
	if len(g.odds) > 0 {
		g.Scores = make(map[string]*Scores, len(g.odds))
	}
	for class, o := range g.odds {
		if s := o.scores(g.buckets); s != nil {
			g.Scores[class] = s
		}
	}
	o := g.Outcomes
	return &o
}
