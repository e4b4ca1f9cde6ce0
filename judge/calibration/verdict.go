package calibration

import (
	"math"

	"github.com/leeway-ml/leeway/judge"
	"github.com/leeway-ml/leeway/profile"
	"github.com/leeway-ml/leeway/semconv"
	"github.com/leeway-ml/leeway/stats/calibration"
	"github.com/leeway-ml/leeway/summary"
)

// appendVerdict says whether the scores are off. They are where ECE, less what chance gives on average, is above the limit: the floor, or the
// factor times the reference's own, that too less its chance; and above what chance gives in 99 of 100 windows.
func (j *Judge) appendVerdict(points []judge.Point, s *subject, p *profile.Profile) []judge.Point {
	bins := s.bins.Coarser(calibration.Width)
	ece, noise := bins.ECE(), calibration.ECENoise(bins)
	if math.IsNaN(ece) {
		return points
	}
	limit := j.cfg.MaxECE
	if limit == 0 {
		limit = max(j.cfg.Floor, j.cfg.Factor*j.references.excess(p, s.class))
	}
	threshold := limit + noise.Expected
	degraded := 0.0
	if ece > threshold && (!j.cfg.BeyondNoise || ece > noise.P99) {
		degraded = 1
	}
	class := []summary.Attribute{{Key: semconv.AttrClass, Value: s.class}}
	return append(points,
		judge.Point{Metric: semconv.MetricCalibrationDegraded, Attributes: class, Value: degraded},
		judge.Point{Metric: semconv.MetricCalibrationECEThreshold, Attributes: class, Value: threshold},
		judge.Point{Metric: semconv.MetricCalibrationECENoise, Attributes: class, Value: noise.P99},
	)
}
