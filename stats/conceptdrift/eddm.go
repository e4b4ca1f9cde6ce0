package conceptdrift

import (
	"fmt"
	"math"
)

// EDDMConfig is the configuration of an EDDM.
type EDDMConfig struct {
	// WarmUp is the number of values, and of errors, before the first test.
	WarmUp int
	// Warning and Drift are shares of the greatest distance between errors.
	Warning, Drift float64
}

// DefaultEDDM is River's.
func DefaultEDDM() EDDMConfig { return EDDMConfig{WarmUp: 30, Warning: 0.95, Drift: 0.9} }

func (c EDDMConfig) validate() error {
	if err := inside("warm-up", float64(c.WarmUp), 1, 1e9); err != nil {
		return err
	}
	if err := inside("drift", c.Drift, 0, 1); err != nil {
		return err
	}
	return inside("warning", c.Warning, c.Drift, 1)
}

// EDDM is the early drift detection method, of the distances between errors. With p their mean since the detector began, s their
// standard deviation (n - 1), and the primes the values at which p + 2 s was greatest,
//
//	(p + 2 s) / (p' + 2 s') < Warning, < Drift.
//
// Values are 0 or 1, 1 an error. Increase only. The limits are shares of a mean, not of its deviation, so that chance alone crosses them
// again and again: see the false alarms in docs/concept-drift.md before you use it.
//
// Source: Baena-García, del Campo-Ávila, Fidalgo, Bifet, Gavaldà, Morales-Bueno, Early drift detection method, IWKDDS 2006. As River:
// the maximum is taken past WarmUp values, the test past WarmUp errors, and a warning stands until a later error says otherwise.
type EDDM struct {
	config       EDDMConfig
	n, lastError float64
	// distances are those between errors; squares is the sum of their squared deviations.
	distances mean
	squares   float64
	// greatest is of p + 2 s, at a number of values and of errors.
	greatest, greatestN, greatestErrors float64
	level                               Level
}

// NewEDDM makes an EDDM.
func NewEDDM(c EDDMConfig) (*EDDM, error) {
	if err := c.validate(); err != nil {
		return nil, fmt.Errorf("conceptdrift: EDDM: %w", err)
	}
	return &EDDM{config: c}, nil
}

// Update takes the next value, 0 or 1.
func (d *EDDM) Update(x float64) (Level, error) {
	if x != 0 && x != 1 {
		return refuse(x)
	}
	if d.level == Drift {
		*d = EDDM{config: d.config}
	}
	d.n++
	if x == 0 {
		return d.level, nil
	}
	distance, before := d.n-d.lastError, d.distances.mean
	d.distances.update(distance)
	d.squares += float64((distance - before) * (distance - d.distances.mean))
	d.lastError = d.n
	if d.n <= float64(d.config.WarmUp) {
		return d.level, nil
	}
	now := d.distances.mean
	if d.distances.n > 1 {
		now += 2 * math.Sqrt(d.squares/(d.distances.n-1))
	}
	switch {
	case now > d.greatest:
		d.greatest, d.greatestN, d.greatestErrors = now, d.n, d.distances.n
	case d.distances.n <= float64(d.config.WarmUp):
	case now/d.greatest < d.config.Drift:
		d.level = Drift
	case now/d.greatest < d.config.Warning:
		d.level = Warning
	default:
		d.level = Stable
	}
	return d.level, nil
}

// Level is what the last update said.
func (d *EDDM) Level() Level { return d.level }

// Estimate is of error rates; that before a change is of the time until the distances were greatest.
func (d *EDDM) Estimate() Estimate {
	if d.n == 0 {
		return Estimate{}
	}
	rate := 0.0
	if d.greatestN > 0 {
		rate = d.greatestErrors / d.greatestN
	}
	return split(d.n, d.distances.n/d.n, d.greatestN, rate)
}

// Method is MethodEDDM.
func (d *EDDM) Method() Method { return MethodEDDM }

// AppendBinary appends the state.
func (d *EDDM) AppendBinary(b []byte) ([]byte, error) { return encode(b, MethodEDDM, d), nil }

// MarshalBinary is the state.
func (d *EDDM) MarshalBinary() ([]byte, error) { return d.AppendBinary(nil) }

// UnmarshalBinary reads a state.
func (d *EDDM) UnmarshalBinary(data []byte) error {
	var read EDDM
	return unmarshal(data, MethodEDDM, d, &read, &read, func(d *EDDM) EDDMConfig { return d.config })
}

func (d *EDDM) write(b []byte) []byte {
	b = appendCount(b, d.config.WarmUp)
	b = appendFloat(b, d.config.Warning)
	b = appendFloat(b, d.config.Drift)
	b = appendCount(b, d.n)
	b = appendCount(b, d.lastError)
	b = d.distances.write(b)
	b = appendFloat(b, d.squares)
	b = appendFloat(b, d.greatest)
	b = appendCount(b, d.greatestN)
	b = appendCount(b, d.greatestErrors)
	return appendCount(b, uint8(d.level))
}

func (d *EDDM) read(r *reader) {
	d.config.WarmUp = int(r.count(1e9))
	d.config.Warning = r.finite()
	d.config.Drift = r.finite()
	r.check(d.config.validate())
	d.n = float64(r.count(mostValues))
	d.lastError = float64(r.count(mostValues))
	d.distances.readWithin(r, 0, mostValues)
	d.squares = r.float(0, mostValues*mostValues*mostValues)
	d.greatest = r.float(0, greatest)
	d.greatestN = float64(r.count(mostValues))
	d.greatestErrors = float64(r.count(mostValues))
	d.level = r.level()
	r.require(d.lastError <= d.n && d.greatestN <= d.n && d.greatestErrors <= d.distances.n && d.greatestErrors <= d.greatestN &&
		d.distances.n <= d.lastError, "more errors than values")
	r.require(math.Abs(d.distances.n*d.distances.mean-d.lastError) <= 1e-6*d.lastError, "distances that do not add up")
}
