package change

import (
	"maps"
	"math"
	"sync"
	"weak"

	"github.com/leeway-ml/leeway/judge/outcome"
	"github.com/leeway-ml/leeway/profile"
	"github.com/leeway-ml/leeway/stats/sequential"
)

// reference is what a profile says of a loss.
type reference struct {
	law sequential.Law
	// mean of the reference's outcomes, and the highest mean that is no change.
	mean, baseline float64
}

// maxReferences is how many profiles' numbers are remembered; when it is full, those go first whose profiles are gone.
const maxReferences = 2000

// references remembers what profiles say of losses. It keeps no profile alive.
type references struct {
	mutex sync.Mutex
	known map[weak.Pointer[profile.Profile]]map[*loss]*reference
}

// of returns what the profile says of the loss, nil where it has too few outcomes.
func (j *Judge) reference(p *profile.Profile, l *loss) *reference {
	if p == nil || len(p.Outcomes) == 0 {
		return nil
	}
	r := &j.references
	key := weak.Make(p)
	r.mutex.Lock()
	defer r.mutex.Unlock()
	of, ok := r.known[key]
	if !ok {
		of = j.newReferences(p)
		if len(r.known) >= maxReferences {
			maps.DeleteFunc(r.known, func(p weak.Pointer[profile.Profile], _ map[*loss]*reference) bool { return p.Value() == nil })
		}
		if r.known == nil || len(r.known) >= maxReferences {
			r.known = map[weak.Pointer[profile.Profile]]map[*loss]*reference{}
		}
		r.known[key] = of
	}
	return of[l]
}

func (j *Judge) newReferences(p *profile.Profile) map[*loss]*reference {
	series := outcome.Series(p.Outcomes)
	of := map[*loss]*reference{}
	for _, l := range j.losses {
		total := l.total(series)
		if total.Count < float64(j.cfg.MinSamples) {
			continue
		}
		r := &reference{law: l.law(series), mean: total.Mean()}
		tolerance := j.tolerance(math.NaN())
		if stray, known := l.stray(p, r.mean, j.cfg.MinChunks); known {
			tolerance = j.tolerance(stray)
		}
		r.baseline = max(tolerance(r.mean), sequential.Upper(r.law, []sequential.Pane{total}, 0, math.Log(j.cfg.RunLength)))
		of[l] = r
	}
	return of
}

// tolerance is what makes of a mean the highest that is no change. stray is how much more the worst of a reference's chunks had; NaN where that is not
// known.
func (j *Judge) tolerance(stray float64) func(mean float64) float64 {
	share, more := j.cfg.Tolerance, j.cfg.Factor*stray
	if math.IsNaN(stray) {
		share, more = 2*j.cfg.Tolerance, 0
	}
	return func(mean float64) float64 { return mean + max(share*mean, more) }
}
