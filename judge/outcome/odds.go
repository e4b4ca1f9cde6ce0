package outcome

import (
	"math"

	"github.com/leeway-ml/leeway/semconv"
	"github.com/leeway-ml/leeway/stats/scores"
	"github.com/leeway-ml/leeway/summary"
)

const (
	// oddsBuckets is how many buckets a histogram of odds has at most, errorBuckets those of errors a sign; from semconv.md.
	oddsBuckets  = 640
	errorBuckets = 160
	// leastScore is how far from 0 and 1 scores are taken to be in odds; from semconv.md.
	leastScore = 1e-9
)

// What was predicted for an outcome, beside the class that a score is for.
const (
	asUnknown = iota
	asClass
	asOther
	relations
)

// relation of a series to its class, by the attribute ml.prediction.class.
func relation(class, predicted string) int {
	switch predicted {
	case "":
		return asUnknown
	case class:
		return asClass
	}
	return asOther
}

// oddsOfClass are histograms of the odds of one class's score: by what was predicted, and whether the class was true.
type oddsOfClass [relations][2]summary.Exponential

func (g *gatherer) addOdds(s *summary.Series) {
	class, truth := s.Attribute(semconv.AttrClass), s.Attribute(semconv.AttrGroundTruthClass)
	if class == "" || truth == "" || s.Exponential == nil || s.Exponential.Count() == 0 {
		return
	}
	o := g.odds[class]
	if o == nil {
		o = &oddsOfClass{}
		g.odds[class] = o
	}
	truly := 0
	if truth == class {
		truly = 1
	}
	addOdds(&o[relation(class, s.Attribute(semconv.AttrPredictionClass))][truly], s.Exponential, g.buckets)
}

// addOdds merges a histogram of odds. Odds are positive: what a foreign histogram counts as zero is a score of 0, whatever its
// threshold, and what it has below zero is no score.
func addOdds(to, from *summary.Exponential, buckets int) {
	x := *from
	x.ZeroThreshold, x.Negative = 0, summary.Buckets{}
	to.Merge(&x, buckets)
}

// scores brings the histograms to their coarsest scale and turns them into tables over the same bins; nil where all are empty.
func (o *oddsOfClass) scores(buckets int) *Scores {
	var parts []*summary.Exponential
	for i := range o {
		parts = append(parts, &o[i][0], &o[i][1])
	}
	bins, columns := alike(parts, buckets)
	if len(bins) == 0 {
		return nil
	}
	s := &Scores{
		AsClass: scores.Table{Bins: bins, Negatives: columns[2*asClass], Positives: columns[2*asClass+1]},
		AsOther: scores.Table{Bins: bins, Negatives: columns[2*asOther], Positives: columns[2*asOther+1]},
	}
	s.All = scores.Table{
		Bins:      bins,
		Negatives: plus(columns[0], columns[2*asClass], columns[2*asOther]),
		Positives: plus(columns[1], columns[2*asClass+1], columns[2*asOther+1]),
	}
	return s
}

// alike brings histograms to the scale that their sum needs, and returns the scores of the buckets that any of them has
// something in, and each histogram's counts of them. The histograms are changed.
func alike(parts []*summary.Exponential, buckets int) ([]scores.Bin, [][]float64) {
	var sum summary.Exponential
	for _, e := range parts {
		sum.Merge(e, buckets)
	}
	if sum.Count() == 0 {
		return nil, nil
	}
	bins := make([]scores.Bin, 0, len(sum.Positive.Counts)+1)
	columns := make([][]float64, len(parts))
	for i := range columns {
		columns[i] = make([]float64, 0, cap(bins))
	}
	if sum.Zero > 0 {
		bins = append(bins, scores.Bin{})
		for i, e := range parts {
			columns[i] = append(columns[i], float64(e.Zero))
		}
	}
	for _, e := range parts {
		e.Downscale(sum.Scale)
	}
	for at, n := range sum.Positive.Counts {
		if n == 0 {
			continue
		}
		index := sum.Positive.Offset + int32(at)
		bins = append(bins, binOf(sum.Scale, index))
		for i, e := range parts {
			count := uint64(0)
			if k := int(index) - int(e.Positive.Offset); k >= 0 && k < len(e.Positive.Counts) {
				count = e.Positive.Counts[k]
			}
			columns[i] = append(columns[i], float64(count))
		}
	}
	return bins, columns
}

// binOf is the bin of scores that a bucket of odds is. The score of its middle log-odds stands for it; at either end, where
// scores are clipped, the clipped score does where it is nearer to the middle of all scores.
func binOf(scale, index int32) scores.Bin {
	low, high := scoreOf(summary.BucketBound(scale, index)), scoreOf(summary.BucketBound(scale, index+1))
	middle := (float64(index) + 0.5) * math.Exp2(-float64(scale)) * math.Ln2
	score := max(leastScore, min(1-leastScore, 1/(1+math.Exp(-middle))))
	return scores.Bin{Low: low, High: high, Score: max(low, min(high, score))}
}

// scoreOf is the score of odds, 0..1.
func scoreOf(odds float64) float64 { return 1 / (1 + 1/odds) }

// plus adds up columns of equal length.
func plus(columns ...[]float64) []float64 {
	sum := make([]float64, len(columns[0]))
	for _, c := range columns {
		for i, x := range c {
			sum[i] += x
		}
	}
	return sum
}
