package conceptdrift

import (
	"fmt"
	"math"
)

// DDMConfig is the configuration of a DDM.
type DDMConfig struct {
	// WarmUp is the number of values before the first test.
	WarmUp int
	// Warning and Drift are how many standard deviations the error rate lies above its best.
	Warning, Drift float64
}

// DefaultDDM is River's.
func DefaultDDM() DDMConfig { return DDMConfig{WarmUp: 30, Warning: 2, Drift: 3} }

func (c DDMConfig) validate() error {
	if err := inside("warm-up", float64(c.WarmUp), 1, 1e9); err != nil {
		return err
	}
	if err := inside("drift", c.Drift, 1, 1e6); err != nil {
		return err
	}
	return inside("warning", c.Warning, 1, c.Drift)
}

// DDM is the drift detection method: the error rate of a model that learns, or is left alone, falls or stays; where it is well
// above its best, something changed. With p the error rate since the detector began, s = sqrt(p (1-p) / n), and p', s' those at
// which p + s was least,
//
//	p + s > p' + Warning s', p + s > p' + Drift s'.
//
// Values are from 0 to 1. Increase only. The longer the good times were, the longer the delay, since p is a mean of all of them; the
// less errors there are, the more false alarms, since p' of the first errors is chance.
//
// Source: Gama, Medas, Castillo, Rodrigues, Learning with drift detection, SBIA 2004. As River: it tests only past WarmUp values,
// and the minimum is taken from then on.
type DDM struct {
	config        DDMConfig
	rate          mean
	best          mean
	bestDeviation float64
	level         Level
}

// NewDDM makes a DDM.
func NewDDM(c DDMConfig) (*DDM, error) {
	if err := c.validate(); err != nil {
		return nil, fmt.Errorf("conceptdrift: DDM: %w", err)
	}
	return &DDM{config: c}, nil
}

// Update takes the next value, from 0 to 1.
func (d *DDM) Update(x float64) (Level, error) {
	if !(x >= 0 && x <= 1) {
		return refuse(x)
	}
	if d.level == Drift {
		*d = DDM{config: d.config}
	}
	d.rate.update(x)
	d.level = Stable
	if d.rate.n <= float64(d.config.WarmUp) {
		return Stable, nil
	}
	p := d.rate.mean
	s := math.Sqrt(p * (1 - p) / d.rate.n)
	if d.best.n == 0 || p+s <= d.best.mean+d.bestDeviation {
		d.best, d.bestDeviation = d.rate, s
	}
	switch {
	case p+s > d.best.mean+float64(d.config.Drift*d.bestDeviation):
		d.level = Drift
	case p+s > d.best.mean+float64(d.config.Warning*d.bestDeviation):
		d.level = Warning
	}
	return d.level, nil
}

// Level is what the last update said.
func (d *DDM) Level() Level { return d.level }

// Estimate has the error rate at its best as that before a change.
func (d *DDM) Estimate() Estimate { return split(d.rate.n, d.rate.mean, d.best.n, d.best.mean) }

// Method is MethodDDM.
func (d *DDM) Method() Method { return MethodDDM }

// AppendBinary appends the state.
func (d *DDM) AppendBinary(b []byte) ([]byte, error) { return encode(b, MethodDDM, d), nil }

// MarshalBinary is the state.
func (d *DDM) MarshalBinary() ([]byte, error) { return d.AppendBinary(nil) }

// UnmarshalBinary reads a state.
func (d *DDM) UnmarshalBinary(data []byte) error {
	var read DDM
	return unmarshal(data, MethodDDM, d, &read, &read, func(d *DDM) DDMConfig { return d.config })
}

func (d *DDM) write(b []byte) []byte {
	b = appendCount(b, d.config.WarmUp)
	b = appendFloat(b, d.config.Warning)
	b = appendFloat(b, d.config.Drift)
	b = d.rate.write(b)
	b = d.best.write(b)
	b = appendFloat(b, d.bestDeviation)
	return appendCount(b, uint8(d.level))
}

func (d *DDM) read(r *reader) {
	d.config.WarmUp = int(r.count(1e9))
	d.config.Warning = r.finite()
	d.config.Drift = r.finite()
	r.check(d.config.validate())
	d.rate.readWithin(r, 0, 1)
	d.best.readWithin(r, 0, 1)
	d.bestDeviation = r.share()
	d.level = r.level()
	r.require(d.best.n <= d.rate.n, "the best rate is of more values than there were")
}
