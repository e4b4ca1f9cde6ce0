package drift

import (
	"math"

	"github.com/leeway-ml/leeway/profile"
	"github.com/leeway-ml/leeway/summary"
)

// shareStatistics belong to one share.
type shareStatistics struct{ share, reference, threshold statistic }

var (
	ofMissing    = shareStatistics{missingShare, missingShareReference, missingShareThreshold}
	ofOutOfRange = shareStatistics{outOfRangeShare, outOfRangeShareReference, outOfRangeShareThreshold}
	ofUnseen     = shareStatistics{unseenShare, unseenShareReference, unseenShareThreshold}
)

// shares publishes and judges the shares of missing, out-of-range and unseen values of a feature. judged is false where
// nothing was: too few rows, no reference, or no share chosen.
func (s *sitting) shares(o *observed, v *profile.Variable, key string, reference profile.Reference, known bool, r *rules, wanted set, attributes []summary.Attribute) (judged, drifted bool) {
	publish := func(x shareStatistics, current, expected, n, m float64) {
		if !wanted.has(x.share) || n < float64(r.minSamples) {
			return
		}
		names := &s.judge.names[ofFeature]
		s.add(names[x.share].value, attributes, current)
		if !known || m <= 0 {
			return
		}
		limit := r.limit(x.share, v, s.window.Name)
		threshold := shareThreshold(current, expected, n, m, limit, s.judge.cfg.BeyondNoise)
		far := math.Abs(current-expected) > threshold
		if wanted.has(x.reference) {
			s.add(names[x.reference].value, attributes, expected)
		}
		if wanted.has(x.threshold) {
			s.add(names[x.threshold].value, attributes, threshold)
		}
		s.detected(ofFeature, x.share, attributes, far)
		judged, drifted = true, drifted || far
	}
	n := float64(o.n())
	if rows := n + float64(o.missing); rows > 0 {
		expected := reference
		if known && o.missing > 0 {
			// The hours of all rows, not only of those that had a value.
			all := hours{counts: o.hours.counts}
			all.add(o.absent.counts)
			expected, _ = s.reference(key, v, all.counts)
		}
		m := expected.Size
		if expected.MissingShare < 1 {
			m /= 1 - expected.MissingShare
		}
		publish(ofMissing, float64(o.missing)/rows, expected.MissingShare, rows, m)
	}
	if n == 0 || v == nil {
		return judged, drifted
	}
	if v.Type == profile.Numeric {
		publish(ofOutOfRange, float64(o.beyond())/n, 0, n, reference.Size)
	} else {
		publish(ofUnseen, float64(o.categories[len(o.categories)-1])/n, 0, n, reference.Size)
	}
	return judged, drifted
}

// beyond is how many values lay outside the reference's range: as the summary says, or by the bins where those tell. The
// open bins of a discrete variable hold nothing of the reference.
func (o *observed) beyond() uint64 {
	v, h := o.variable, &o.numeric
	byBins := uint64(0)
	if v.Discrete && len(h.bounds) > 1 && h.bounds[0] == v.Bounds[0] && h.bounds[len(h.bounds)-1] == v.Bounds[len(v.Bounds)-1] {
		byBins = h.counts[0] + h.counts[len(h.counts)-1]
	}
	return min(o.n(), max(byBins, o.outOfRange))
}
