package quality

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/leeway-ml/leeway/judge/outcome"
	"github.com/leeway-ml/leeway/profile"
	"github.com/leeway-ml/leeway/semconv"
	"github.com/leeway-ml/leeway/stats/quality"
	"github.com/leeway-ml/leeway/stats/scores"
	"github.com/leeway-ml/leeway/summary"
)

// value of a measure, and of what.
type value struct {
	attributes []summary.Attribute
	value      float64
	interval   quality.Interval
	// part is true where the value is of one class of several: it is published, but the objective is for all of them.
	part bool
}

// noInterval is of measures whose sums don't tell how far chance takes them.
var noInterval = quality.Interval{Lower: math.NaN(), Upper: math.NaN()}

// one is a measure's only value.
func one(x float64, i quality.Interval, attributes ...summary.Attribute) []value {
	return []value{{attributes: attributes, value: x, interval: i}}
}

func ofClass(class string) summary.Attribute {
	return summary.Attribute{Key: semconv.AttrClass, Value: class}
}

// Averages over classes, as values of ml.class.
const (
	macro    = "macro"
	micro    = "micro"
	weighted = "weighted"
)

func accuracy(s *subject, _ *Config) []value {
	if s.matrix == nil {
		return nil
	}
	return one(quality.Accuracy(s.matrix), quality.AccuracyInterval(s.matrix))
}

func balancedAccuracy(s *subject, _ *Config) []value {
	if s.matrix == nil {
		return nil
	}
	return one(quality.BalancedAccuracy(s.matrix), quality.BalancedAccuracyInterval(s.matrix))
}

func mcc(s *subject, _ *Config) []value {
	if s.matrix == nil {
		return nil
	}
	return one(quality.MCC(s.matrix), quality.MCCInterval(s.matrix))
}

func cohenKappa(s *subject, _ *Config) []value {
	if s.matrix == nil {
		return nil
	}
	return one(quality.CohenKappa(s.matrix), quality.CohenKappaInterval(s.matrix))
}

func positiveShare(s *subject, _ *Config) []value {
	if s.task != profile.Binary || s.matrix == nil {
		return nil
	}
	return one(s.matrix.Truth(1)/s.matrix.Samples(), quality.Wilson(s.matrix.Truth(1), s.matrix.Samples()))
}

type (
	byClass         func(c *quality.Confusion, class int) float64
	byClassInterval func(c *quality.Confusion, class int) quality.Interval
)

// perClass is a measure of the positive class, or its macro average and those of the classes; all averages if asked for.
func (s *subject) perClass(cfg *Config, of byClass, interval byClassInterval, averages bool) []value {
	switch {
	case s.matrix == nil:
		return nil
	case s.task == profile.Binary:
		return one(of(s.matrix, 1), interval(s.matrix, 1), ofClass(s.class))
	}
	values := one(quality.Averaged(s.matrix, quality.Macro, of), quality.AveragedInterval(s.matrix, quality.Macro, of), ofClass(macro))
	if averages {
		for _, a := range []struct {
			name    string
			average quality.Average
		}{{micro, quality.Micro}, {weighted, quality.Weighted}} {
			values = append(values, value{
				attributes: []summary.Attribute{ofClass(a.name)}, part: true,
				value: quality.Averaged(s.matrix, a.average, of), interval: quality.AveragedInterval(s.matrix, a.average, of),
			})
		}
	}
	if classes := s.Confusion.Classes; len(classes) <= cfg.MaxClasses {
		for i, class := range classes {
			values = append(values, value{attributes: []summary.Attribute{ofClass(class)}, value: of(s.matrix, i), interval: interval(s.matrix, i), part: true})
		}
	}
	return values
}

func precision(s *subject, cfg *Config) []value {
	return s.perClass(cfg, quality.Precision, quality.PrecisionInterval, slices.Contains(cfg.Statistics, all))
}

func recall(s *subject, cfg *Config) []value {
	return s.perClass(cfg, quality.Recall, quality.RecallInterval, slices.Contains(cfg.Statistics, all))
}

func specificity(s *subject, cfg *Config) []value {
	return s.perClass(cfg, quality.Specificity, quality.SpecificityInterval, false)
}

// f1 of each class is left to those who ask for it: with precision and recall it says nothing new.
func f1(s *subject, cfg *Config) []value {
	values := s.fBeta(cfg, 1)
	if len(cfg.Statistics) == 0 && len(values) > 1 {
		values = values[:1]
	}
	return values
}

func fBeta(s *subject, cfg *Config) []value { return s.fBeta(cfg, cfg.Beta) }

func (s *subject) fBeta(cfg *Config, beta float64) []value {
	return s.perClass(cfg,
		func(c *quality.Confusion, class int) float64 { return quality.FBeta(c, class, beta) },
		func(c *quality.Confusion, class int) quality.Interval { return quality.FBetaInterval(c, class, beta) },
		slices.Contains(cfg.Statistics, all))
}

// ranked is a measure of the positive class's scores; with several classes the mean over all, each against the others, and that
// of each class where all is asked for. The mean's interval is the mean of theirs: as wide as if all erred alike, and so too wide.
func (s *subject) ranked(cfg *Config, of func(*scores.Table) float64, interval func(*scores.Table) quality.Interval) []value {
	if s.task == profile.Binary {
		t := s.table(s.class)
		if t == nil {
			return nil
		}
		return one(of(t), interval(t), ofClass(s.class))
	}
	var sum, n float64
	var mean quality.Interval
	var classes []value
	for _, class := range s.scored() {
		t := s.table(class)
		x := of(t)
		if math.IsNaN(x) || !s.scoresAll(t) {
			continue
		}
		i := interval(t)
		sum, n = sum+x, n+1
		mean.Lower, mean.Upper = mean.Lower+i.Lower, mean.Upper+i.Upper
		classes = append(classes, value{attributes: []summary.Attribute{ofClass(class)}, value: x, interval: i, part: true})
	}
	if n == 0 {
		return nil
	}
	values := one(sum/n, mean.Map(func(x float64) float64 { return x / n }), ofClass(macro))
	if slices.Contains(cfg.Statistics, all) && len(classes) <= cfg.MaxClasses {
		values = append(values, classes...)
	}
	return values
}

// scoresAll reports whether a class has a score in nearly all outcomes. Where models say the score of the predicted class only, its
// scores tell nothing of the outcomes that were predicted as others.
func (s *subject) scoresAll(t *scores.Table) bool {
	positives, negatives := t.Totals()
	return s.matrix == nil || ofNearly(positives+negatives, s.matrix.Samples())
}

// scored are the classes that have scores, sorted.
func (s *subject) scored() []string {
	var classes []string
	for class := range s.Scores {
		classes = append(classes, class)
	}
	slices.Sort(classes)
	return classes
}

func rocAUC(s *subject, cfg *Config) []value {
	return s.ranked(cfg, quality.ROCAUC, quality.ROCAUCInterval)
}

func averagePrecision(s *subject, cfg *Config) []value {
	return s.ranked(cfg, quality.AveragePrecision, quality.AveragePrecisionInterval)
}

func gini(s *subject, cfg *Config) []value {
	return s.ranked(cfg,
		func(t *scores.Table) float64 { return quality.Gini(quality.ROCAUC(t)) },
		func(t *scores.Table) quality.Interval { return quality.ROCAUCInterval(t).Map(quality.Gini) })
}

func ksSeparation(s *subject, cfg *Config) []value {
	return s.ranked(cfg, quality.KSSeparation, func(*scores.Table) quality.Interval { return noInterval })
}

// loss is the mean of a loss, and NaN where there is none.
func (s *subject) loss(name string) (mean, n float64) {
	l := s.Losses[name]
	return l.Mean(), l.Count
}

// ofNearly reports whether a distribution is of the same outcomes as a loss: a few may lack a score.
func ofNearly(samples, n float64) bool { return math.Abs(samples-n) <= 0.01*n }

func logLoss(s *subject, _ *Config) []value {
	mean, n := s.loss("log")
	var m quality.Moments
	if s.task == profile.Binary {
		if t := s.table(s.class); t != nil {
			m.AddLogLosses(t)
		}
	} else {
		for _, class := range s.scored() {
			m.AddLogLossesOfPositives(s.table(class))
		}
	}
	if !ofNearly(m.Samples(), n) {
		return one(mean, noInterval)
	}
	return one(mean, quality.LossInterval(mean, m.StandardError()))
}

func brierScore(s *subject, _ *Config) []value {
	mean, n := s.loss("brier")
	var m quality.Moments
	if t := s.table(s.class); t != nil && s.task == profile.Binary {
		m.AddSquaredErrors(t)
	}
	if !ofNearly(m.Samples(), n) {
		return one(mean, noInterval)
	}
	return one(mean, quality.LossInterval(mean, m.StandardError()))
}

// Names of losses that end in a number.
const (
	topBefore      = "top_"
	topAfter       = "_miss"
	ndcgAt         = "ndcg_"
	hitAt          = "hit_"
	reciprocalRank = "reciprocal_rank"
)

// at are the means of the losses whose name has a number between the two, by that number, turned by a function.
func (s *subject) at(before, after string, turn func(outcome.Sum) outcome.Sum) []value {
	var values []value
	for name, l := range s.Losses {
		rest, begins := strings.CutPrefix(name, before)
		k, ends := strings.CutSuffix(rest, after)
		if _, err := strconv.Atoi(k); !begins || !ends || err != nil {
			continue
		}
		l = turn(l)
		values = append(values, value{
			attributes: []summary.Attribute{{Key: semconv.AttrQualityK, Value: k}}, value: l.Mean(), interval: meanOfShares(l),
		})
	}
	slices.SortFunc(values, func(a, b value) int { return strings.Compare(a.attributes[0].Value, b.attributes[0].Value) })
	return values
}

// meanOfShares is Wilson's interval of a mean of values within 0..1. Where the values are 0 or 1 it is exact; else it is too wide, since
// none of that mean vary more.
func meanOfShares(l outcome.Sum) quality.Interval { return quality.Wilson(l.Sum, l.Count) }

func topK(s *subject, _ *Config) []value {
	return s.at(topBefore, topAfter, func(l outcome.Sum) outcome.Sum { return outcome.Sum{Count: l.Count, Sum: l.Count - l.Sum} })
}

func asItIs(l outcome.Sum) outcome.Sum { return l }

func ndcg(s *subject, _ *Config) []value { return s.at(ndcgAt, "", asItIs) }

func hitRate(s *subject, _ *Config) []value { return s.at(hitAt, "", asItIs) }

func mrr(s *subject, _ *Config) []value {
	l := s.Losses[reciprocalRank]
	return one(l.Mean(), meanOfShares(l))
}

// withErrors is an interval that needs the distribution of the errors.
func (s *subject) withErrors(n float64, of func(*quality.Errors) quality.Interval) quality.Interval {
	if s.errors == nil || !ofNearly(s.errors.Samples(), n) {
		return noInterval
	}
	return of(s.errors)
}

func rmse(s *subject, _ *Config) []value {
	mean, n := s.loss("squared")
	return one(quality.RMSE(mean), s.withErrors(n, func(e *quality.Errors) quality.Interval { return quality.RMSEInterval(mean, e) }))
}

func mae(s *subject, _ *Config) []value {
	mean, n := s.loss("absolute")
	return one(mean, s.withErrors(n, func(e *quality.Errors) quality.Interval { return quality.MAEInterval(mean, e) }))
}

func medianAbsoluteError(s *subject, _ *Config) []value {
	if s.errors == nil {
		return nil
	}
	return one(quality.MedianAbsoluteError(s.errors), quality.MedianAbsoluteErrorInterval(s.errors))
}

func mape(s *subject, _ *Config) []value {
	mean, _ := s.loss("absolute_percentage")
	return one(mean, noInterval)
}

func smape(s *subject, _ *Config) []value {
	mean, _ := s.loss("symmetric_percentage")
	return one(mean, noInterval)
}

func r2(s *subject, _ *Config) []value {
	mean, n := s.loss("squared")
	squares, m := s.loss("ground_truth_squared")
	if !ofNearly(m, n) || !ofNearly(s.Truth.Count, n) { // of a few, what was predicted may be missing
		return nil
	}
	return one(quality.R2(mean, s.Truth.Mean(), squares), noInterval)
}

func meanError(s *subject, _ *Config) []value {
	over, n := s.loss("over")
	under, _ := s.loss("under")
	mean := quality.MeanError(over, under)
	return one(mean, s.withErrors(n, func(e *quality.Errors) quality.Interval { return quality.MeanErrorInterval(mean, e) }))
}

func pinballLoss(s *subject, cfg *Config) []value {
	over, n := s.loss("over")
	under, _ := s.loss("under")
	var values []value
	for _, q := range cfg.Quantiles {
		x := quality.PinballLoss(over, under, q)
		values = append(values, value{
			attributes: []summary.Attribute{{Key: semconv.AttrQuantile, Value: strconv.FormatFloat(q, 'g', -1, 64)}}, value: x,
			interval: s.withErrors(n, func(e *quality.Errors) quality.Interval { return quality.PinballLossInterval(x, q, e) }),
		})
	}
	return values
}
