package calibration

import (
	"maps"
	"sync"
	"weak"

	"github.com/leeway-ml/leeway/judge/outcome"
	"github.com/leeway-ml/leeway/profile"
	"github.com/leeway-ml/leeway/semconv"
	"github.com/leeway-ml/leeway/stats/calibration"
)

// maxReferences is how many profiles' numbers are remembered; when it is full, those go first whose profiles are gone.
const maxReferences = 2000

// references remembers what profiles say of calibration. It keeps no profile alive.
type references struct {
	// minSamples is how many outcomes a reference must have of a score to be a yardstick.
	minSamples float64
	mutex      sync.Mutex
	known      map[weak.Pointer[profile.Profile]]map[string]float64
}

// excess is the reference's own ECE for the class, less what chance gives; 0 where the reference has too few outcomes to say.
func (r *references) excess(p *profile.Profile, class string) float64 {
	if p == nil || len(p.Outcomes) == 0 {
		return 0
	}
	key := weak.Make(p)
	r.mutex.Lock()
	defer r.mutex.Unlock()
	of, ok := r.known[key]
	if !ok {
		of = r.excesses(p)
		if len(r.known) >= maxReferences {
			maps.DeleteFunc(r.known, func(p weak.Pointer[profile.Profile], _ map[string]float64) bool { return p.Value() == nil })
		}
		if len(r.known) >= maxReferences {
			clear(r.known)
		}
		if r.known == nil {
			r.known = map[weak.Pointer[profile.Profile]]map[string]float64{}
		}
		r.known[key] = of
	}
	return of[class]
}

// excesses by class.
func (r *references) excesses(p *profile.Profile) map[string]float64 {
	var bins []profile.OutcomeSeries
	for _, s := range p.Outcomes {
		if s.Metric == semconv.MetricOutcomeCalibration {
			bins = append(bins, s)
		}
	}
	of := map[string]float64{}
	for class, twenty := range outcome.Gather(outcome.Series(bins)).Calibration {
		s := subject{bins: twenty}
		ten := twenty.Coarser(calibration.Width)
		if excess := ten.ECE() - calibration.ECENoise(ten).Expected; excess > 0 && s.samples() >= r.minSamples { // and not NaN
			of[class] = excess
		}
	}
	return of
}
