// Package falsealarms replays simulated months, with and without rhythm and drift, through the real binary, and counts how
// often our rule and two common ones call what is no drift, and how soon they call what is. docs/false-alarms.md has the result.
package falsealarms

import (
	"math"
	"math/rand/v2"
	"time"
)

// scenario is a model whose features share a rhythm.
type scenario struct {
	name    string
	perHour float64
	// features is how many are drawn: each is a chance of its own to cry wolf.
	features int
	// length of the windows that are judged.
	length time.Duration
	// daily to wander say what the features follow.
	daily, weekly, traffic, heavyTails, wander bool
	// days of the reference, of the month without drift, and of the month with.
	reference, steady, drifting int
	// shift of the mean in the last month, in standard deviations of the noise.
	shift float64
	seed  uint64
}

// start is a Monday, so that simulated weeks are weeks.
var start = time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)

func (s scenario) hours() int              { return 24 * (s.reference + s.steady + s.drifting) }
func (s scenario) steadyFrom() time.Time   { return start.AddDate(0, 0, s.reference) }
func (s scenario) driftingFrom() time.Time { return start.AddDate(0, 0, s.reference+s.steady) }
func (s scenario) end() time.Time          { return start.AddDate(0, 0, s.reference+s.steady+s.drifting) }

// draw yields every event in order of time: its time, and a value for each feature, of four decimals. The slice is used again.
func (s scenario) draw(yield func(at time.Time, values []float64) bool) {
	random := rand.New(rand.NewPCG(s.seed, 0))
	values := make([]float64, s.features)
	wandering := make([]float64, s.features)
	for i := range wandering {
		wandering[i] = 0.5 * random.NormFloat64()
	}
	for hour := range s.hours() {
		angle := 2 * math.Pi * float64(hour%24) / 24
		rate, mean := s.perHour, 0.0
		if s.traffic {
			rate *= 1 + 0.8*math.Sin(angle)
		}
		if s.daily {
			mean += math.Sin(angle + 1)
		}
		if s.weekly && hour/24%7 >= 5 {
			mean += 0.5
		}
		if hour >= 24*(s.reference+s.steady) {
			mean += s.shift
		}
		if s.wander { // AR(1), correlated over a day and a half
			for i := range wandering {
				wandering[i] = 0.97*wandering[i] + 0.5*math.Sqrt(1-0.97*0.97)*random.NormFloat64()
			}
		}
		n := poisson(random, rate)
		for k := range n {
			for i := range values {
				noise := random.NormFloat64()
				if s.heavyTails {
					noise = studentT2(random)
				}
				values[i] = mean + noise
				if s.wander {
					values[i] += wandering[i]
				}
				// The profile is made from text, so that both must see the same number.
				values[i] = math.Round(values[i]*1e4) / 1e4
			}
			at := start.Add(time.Duration(hour)*time.Hour + time.Duration(k)*time.Hour/time.Duration(n))
			if !yield(at, values) {
				return
			}
		}
	}
}

// studentT2 draws from Student's t with two degrees of freedom, by its inverse distribution function.
func studentT2(random *rand.Rand) float64 {
	u := random.Float64()
	for u == 0 {
		u = random.Float64()
	}
	return (2*u - 1) / math.Sqrt(2*u*(1-u))
}

// poisson draws a Poisson count: by multiplication where the rate is small, else by the normal approximation.
func poisson(random *rand.Rand, rate float64) int {
	if rate > 200 {
		return max(0, int(math.Round(rate+math.Sqrt(rate)*random.NormFloat64())))
	}
	limit, product, n := math.Exp(-rate), random.Float64(), 0
	for product > limit {
		product *= random.Float64()
		n++
	}
	return n
}
