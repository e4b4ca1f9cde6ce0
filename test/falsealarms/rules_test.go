package falsealarms

import (
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/leeway-ml/leeway/internal/window"
	"github.com/leeway-ml/leeway/profile"
)

// rule says which windows are too far.
type rule struct {
	name string
	// learn makes the verdict from the feature, and from the reference's own chunks.
	learn func(of *track, chunks []judgement) (called func(judgement) bool)
}

// The rules that are compared.
var (
	ours = rule{"Leeway", func(*track, []judgement) func(judgement) bool {
		return func(j judgement) bool { return j.drifted }
	}}
	// shares are our verdicts on missing and out-of-range values.
	shares = rule{"Leeway, shares", func(*track, []judgement) func(judgement) bool {
		return func(j judgement) bool { return j.share }
	}}
	// usual is the common rule of thumb.
	usual = rule{"PSI > 0.2", func(*track, []judgement) func(judgement) bool {
		return func(j judgement) bool { return j.wholePSI > 0.2 }
	}}
	psiOfChunks = rule{"PSI > mean + 3 std", func(_ *track, chunks []judgement) func(judgement) bool {
		limit := meanAnd3Std(chunks, func(j judgement) float64 { return j.wholePSI })
		return func(j judgement) bool { return j.wholePSI > limit }
	}}
	// jsOfChunks is NannyML's default for numbers (0.13.1, drift/univariate/calculator.py: jensen_shannon, DEFAULT_THRESHOLDS;
	// thresholds.py: StandardDeviationThreshold, without a lower limit). Its bins are of equal width, by Doane's rule; these
	// are the profile's deciles.
	jsOfChunks = rule{"JS distance > mean + 3 std", func(_ *track, chunks []judgement) func(judgement) bool {
		limit := meanAnd3Std(chunks, func(j judgement) float64 { return j.wholeJS })
		return func(j judgement) bool { return j.wholeJS > limit }
	}}
)

// rules are those of the tables.
func rules() []rule { return []rule{ours, usual, psiOfChunks, jsOfChunks} }

const (
	ourFactor = 1.2
	ourFloor  = 0.1
)

// variant is our rule with another factor and floor, from what was published.
func variant(factor, floor float64) rule {
	limit := func(learned profile.Limit, factor, floor float64) float64 { return max(floor, factor*learned.Greatest) }
	return rule{fmt.Sprintf("factor %g, floor %g", factor, floor), func(of *track, _ []judgement) func(judgement) bool {
		more := limit(of.learned, factor, floor) - limit(of.learned, ourFactor, ourFloor)
		return func(j judgement) bool { return j.psi > j.threshold+more && j.psi > j.noise }
	}}
}

// variants change one thing each.
func variants() []rule {
	return []rule{
		variant(ourFactor, ourFloor),
		variant(1, ourFloor), variant(1.5, ourFloor), variant(2, ourFloor), variant(0, ourFloor),
		variant(ourFactor, 0), variant(ourFactor, 0.05), variant(ourFactor, 0.2),
	}
}

// meanAnd3Std is the mean plus three times the standard deviation (of n, not n-1, as NannyML has it).
func meanAnd3Std(chunks []judgement, of func(judgement) float64) float64 {
	var n, sum, squares float64
	for _, c := range chunks {
		if x := of(c); !math.IsNaN(x) {
			n, sum, squares = n+1, sum+x, squares+x*x
		}
	}
	mean := sum / n
	return mean + 3*math.Sqrt(max(0, squares/n-mean*mean))
}

// period is a stretch of time that windows of a length are judged in.
type period struct {
	from, to time.Time
	length   time.Duration
}

// whole are the ends of the windows that lie in the period.
func (p period) whole(of *track) []time.Time {
	return p.ends(of, p.length)
}

// touching are the ends of the windows that hold something of the period.
func (p period) touching(of *track) []time.Time {
	return p.ends(of, 1)
}

func (p period) ends(of *track, after time.Duration) []time.Time {
	var ends []time.Time
	for end := range of.windows {
		if end.Sub(p.from) >= after && !end.After(p.to) {
			ends = append(ends, end)
		}
	}
	slices.SortFunc(ends, time.Time.Compare)
	return ends
}

// chunks are the judgements of windows side by side.
func (p period) chunks(of *track) []judgement {
	var all []judgement
	for _, end := range p.whole(of) {
		if end.Sub(p.from)%p.length == 0 {
			all = append(all, of.windows[end])
		}
	}
	return all
}

// tally counts the windows of a period.
type tally struct {
	windows, called int
	// features that had any window, those of which any was called, and those called for half an hour on end: then the alert
	// LeewayFeatureDrift fires.
	features, ever, alerting int
}

// alertFor is the alert's `for`.
const alertFor = 30 * time.Minute

func (t tally) share() float64 { return float64(t.called) / float64(max(1, t.windows)) }

// count judges all windows that lie in the period.
func (r rule) count(h history, reference, in period) tally {
	var t tally
	for _, feature := range h.features() {
		called := r.learn(h[feature], reference.chunks(h[feature]))
		ever, alerting := false, false
		ends := in.whole(h[feature])
		var since time.Time // when the feature was first called, and has been since
		for i, end := range ends {
			t.windows++
			if !called(h[feature].windows[end]) {
				since = time.Time{}
				continue
			}
			t.called++
			ever = true
			if since.IsZero() {
				since = end
			}
			until := end.Add(window.SuggestEvery(in.length)) // what was said holds until the next is
			if i+1 < len(ends) {
				until = ends[i+1]
			}
			alerting = alerting || until.Sub(since) >= alertFor
		}
		if len(ends) > 0 {
			t.features++
		}
		if ever {
			t.ever++
		}
		if alerting {
			t.alerting++
		}
	}
	return t
}

// never stands for a first call that didn't come.
const never = time.Duration(math.MaxInt64)

// firstCalls are, for each feature, how long after the period began the first window ended that was called; sorted.
func (r rule) firstCalls(h history, reference, in period) []time.Duration {
	var all []time.Duration
	for _, feature := range h.features() {
		all = append(all, r.firstCall(h[feature], reference, in))
	}
	slices.Sort(all)
	return all
}

func (r rule) firstCall(of *track, reference, in period) time.Duration {
	called := r.learn(of, reference.chunks(of))
	for _, end := range in.touching(of) {
		if called(of.windows[end]) {
			return end.Sub(in.from)
		}
	}
	return never
}
