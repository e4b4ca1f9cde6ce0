package drift

import (
	"math"
	"math/rand/v2"
	"sort"
	"time"

	"github.com/leeway-ml/leeway/profile"
	"github.com/leeway-ml/leeway/semconv"
	"github.com/leeway-ml/leeway/summary"
)

// simulation draws one feature hour by hour, with or without rhythm.
type simulation struct {
	daily, weekly, traffic, heavy bool
	perHour                       float64
	random                        *rand.Rand
}

// draw calls each for every event of the hours [from, from+hours); shift is added to every value.
func (s *simulation) draw(from, hours int, shift float64, each func(hour int, x float64)) {
	for h := from; h < from+hours; h++ {
		of, rate := float64(h%24)/24, s.perHour
		if s.traffic {
			rate *= 1 + 0.8*math.Sin(2*math.Pi*of)
		}
		mean := shift
		if s.daily {
			mean += math.Sin(2*math.Pi*of + 1)
		}
		if s.weekly && (h/24)%7 >= 5 {
			mean += 0.5
		}
		for range s.poisson(rate) {
			noise := s.random.NormFloat64()
			if s.heavy { // Student's t of two degrees of freedom
				noise /= math.Sqrt(s.random.ExpFloat64())
			}
			each(h, mean+noise)
		}
	}
}

// poisson is near enough a Poisson variable for the rates here (5 or more): a rounded normal one.
func (s *simulation) poisson(rate float64) int {
	return max(0, int(math.Round(rate+math.Sqrt(rate)*s.random.NormFloat64())))
}

// reference is a learned profile with its counts by hour, to make windows of.
type reference struct {
	profile *profile.Profile
	byHour  [][]uint64 // counts over fine bins, of each hour of the reference
	begin   int        // the first of them, since the epoch
}

func (r *reference) variable() *profile.Variable { return r.profile.Features[0] }

// learn makes a profile of the first hours, as profiles are made of files.
func (s *simulation) learn(hours int, cycle profile.Cycle, j *Judge, windows []simulatedWindow) *reference {
	var at []int
	var xs []float64
	s.draw(0, hours, 0, func(hour int, x float64) { at, xs = append(at, hour), append(xs, x) })
	sorted := append([]float64(nil), xs...)
	sort.Float64s(sorted)
	v := numericVariable("x", sorted)
	r := &reference{profile: &profile.Profile{Rhythm: profile.Rhythm{Cycle: cycle}, Features: []*profile.Variable{v}}, byHour: make([][]uint64, hours)}
	for h := range r.byHour {
		r.byHour[h] = make([]uint64, len(v.Counts))
	}
	for i, x := range xs {
		r.byHour[at[i]][v.Bin(x)]++
	}
	if cells := cycle.Cells(); cells > 0 {
		v.Hours = &profile.Hours{Counts: make([][]uint64, cells), Missing: make([]uint64, cells)}
		for c := range v.Hours.Counts {
			v.Hours.Counts[c] = make([]uint64, len(v.Rollup))
		}
		for h, counts := range r.byHour {
			addTo(v.Hours.Counts[r.cell(h)], profile.SumBins(counts, v.Rollup))
		}
	}
	r.learnLimits(j, windows)
	return r
}

func (r *reference) cell(hour int) int {
	return r.profile.Rhythm.Cycle.Cell(time.Unix(int64(hour)*3600, 0), time.UTC)
}

// learnLimits judges chunks of the reference, a quarter of a chunk apart, each against the rest.
func (r *reference) learnLimits(j *Judge, windows []simulatedWindow) {
	v := r.variable()
	limits := make(map[string]map[string]profile.Limit)
	for _, w := range windows {
		limits[w.name] = make(map[string]profile.Limit)
		for first := 0; first+w.hours <= len(r.byHour); first += max(1, w.hours/4) {
			counts, hours := r.sum(r.byHour, r.begin+first, first, w.hours)
			exclude := make([][]uint64, max(1, r.profile.Rhythm.Cycle.Cells()))
			for c := range exclude {
				exclude[c] = make([]uint64, len(v.Rollup))
			}
			for h := first; h < first+w.hours; h++ {
				addTo(exclude[r.cell(r.begin+h)], profile.SumBins(r.byHour[h], v.Rollup))
			}
			for name, stray := range j.Stray(v, counts, 0, v.At(r.profile.Rhythm, hours, exclude)) {
				l := limits[w.name][name]
				l.Greatest = max(l.Greatest, stray)
				l.Chunks++
				limits[w.name][name] = l
			}
		}
	}
	v.Limits = limits
}

// sum adds up the hours [first, first+n) of byHour, the first of which is the hour `begin`.
func (r *reference) sum(byHour [][]uint64, begin, first, n int) (counts []uint64, hours []summary.HourCount) {
	counts = make([]uint64, len(r.variable().Counts))
	for i := range n {
		var events uint64
		for bin, c := range byHour[first+i] {
			counts[bin] += c
			events += c
		}
		if events > 0 {
			hours = append(hours, summary.HourCount{Hour: int64(begin + i), Count: events})
		}
	}
	return counts, hours
}

func addTo(into, from []uint64) {
	for i, x := range from {
		into[i] += x
	}
}

type simulatedWindow struct {
	name        string
	hours, step int
}

// outcome is what a rule said of a series of windows.
type outcome struct{ windows, called int }

func (o outcome) share() float64 { return float64(o.called) / float64(max(1, o.windows)) }

// watch judges 30 days that follow the reference. psi has the values of PSI.
func (r *reference) watch(s *simulation, j *Judge, w simulatedWindow, shift float64) (o outcome, psi []float64) {
	begin, v := len(r.byHour), r.variable()
	byHour := make([][]uint64, 720)
	for h := range byHour {
		byHour[h] = make([]uint64, len(v.Counts))
	}
	s.draw(begin, 720, shift, func(hour int, x float64) { byHour[hour-begin][v.Bin(x)]++ })
	for first := 0; first+w.hours <= 720; first += w.step {
		counts, hours := r.sum(byHour, begin+first, first, w.hours)
		points := byName(j.Judge(&summary.Window{Name: w.name, Series: []summary.Series{{
			Metric: semconv.MetricFeatureValue, Attributes: feature("x"), Hours: hours,
			Histogram: &summary.Histogram{Bounds: v.Bounds, Counts: counts, Sum: math.NaN(), Min: math.NaN(), Max: math.NaN()},
		}}}, r.profile))
		o.windows++
		o.called += int(points["ml.feature.drift.detected psi x"])
		psi = append(psi, points["ml.feature.drift.psi x"])
	}
	return o, psi
}
