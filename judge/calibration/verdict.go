package calibration

import (
	"math"
	"sync"

	"github.com/leeway-ml/leeway/judge"
	"github.com/leeway-ml/leeway/judge/outcome"
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
		limit = max(j.cfg.Floor, j.cfg.Factor*j.limits.excess(p, s.class))
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

// maxProfiles is how many profiles' numbers are remembered.
const maxProfiles = 256

// limits remembers what the references say, for as long as they are in force.
type limits struct {
	mutex sync.Mutex
	known map[*profile.Profile]map[string]float64
}

// excess is the reference's own ECE for the class, less what chance gives; 0 where the reference has no outcomes.
func (l *limits) excess(p *profile.Profile, class string) float64 {
	if p == nil || len(p.Outcomes) == 0 {
		return 0
	}
	l.mutex.Lock()
	defer l.mutex.Unlock()
	of, ok := l.known[p]
	if !ok {
		of = excesses(p)
		if l.known == nil || len(l.known) >= maxProfiles { // profiles come and go: begin anew
			l.known = map[*profile.Profile]map[string]float64{}
		}
		l.known[p] = of
	}
	return of[class]
}

func excesses(p *profile.Profile) map[string]float64 {
	of := map[string]float64{}
	for class, bins := range outcome.GatherReference(p).Calibration {
		ten := bins.Coarser(calibration.Width)
		if excess := ten.ECE() - calibration.ECENoise(ten).Expected; excess > 0 { // not NaN either
			of[class] = excess
		}
	}
	return of
}
