package conceptdrift

import (
	"fmt"
	"math"
	"math/bits"
)

// STEPDConfig is the configuration of a STEPD.
type STEPDConfig struct {
	// Window is the number of values of the newer side.
	Window int
	// Drift and Warning are p-values: of one test, and there is one at each value.
	Drift, Warning float64
	Direction      Direction
}

// DefaultSTEPD is the paper's, with both directions as in frouros; River has no STEPD.
func DefaultSTEPD() STEPDConfig {
	return STEPDConfig{Window: 30, Drift: 0.003, Warning: 0.05, Direction: Both}
}

const mostSTEPD = 4096

func (c STEPDConfig) validate() error {
	if err := inside("window", float64(c.Window), 1, mostSTEPD); err != nil {
		return err
	}
	if err := inside("drift", c.Drift, 0, 0.5); err != nil {
		return err
	}
	if err := inside("warning", c.Warning, c.Drift, 0.5); err != nil {
		return err
	}
	return c.Direction.validate()
}

// STEPD compares the errors of the Window newest values, e1 of n1, with those before, e0 of n0, by the test of equal proportions with
// continuity correction. With p = (e0 + e1) / (n0 + n1) and i = 1/n0 + 1/n1,
//
//	T = (|e0/n0 - e1/n1| - i/2) / sqrt(p (1-p) i)
//
// and the one-sided p-value is 1 - Phi(T). Values are 0 or 1, 1 an error. It tests at each value from 2 Window values on. Its window is
// short: it sees great changes soon, and small ones never.
//
// Source: Nishida, Yamauchi, Detecting concept drift using statistical testing, Discovery Science 2007. Departure from frouros, which
// takes the absolute value of T: where the difference is less than its correction, T is negative and there is no change; with
// frouros, an error rate below some 0.002 is a drift at once.
type STEPD struct {
	config STEPDConfig
	n      float64
	errors float64
	// ring has the newest values as bits, the next to be overwritten at next.
	ring         []uint64
	next         int
	windowErrors float64
	level        Level
	// Quantiles of the normal distribution.
	driftZ, warningZ float64
}

// NewSTEPD makes a STEPD.
func NewSTEPD(c STEPDConfig) (*STEPD, error) {
	if err := c.validate(); err != nil {
		return nil, fmt.Errorf("conceptdrift: STEPD: %w", err)
	}
	d := &STEPD{config: c}
	d.prepare()
	return d, nil
}

func (d *STEPD) prepare() {
	d.ring = make([]uint64, (d.config.Window+63)/64)
	d.driftZ = math.Sqrt2 * math.Erfcinv(2*d.config.Drift)
	d.warningZ = math.Sqrt2 * math.Erfcinv(2*d.config.Warning)
}

// Update takes the next value, 0 or 1.
func (d *STEPD) Update(x float64) (Level, error) {
	if x != 0 && x != 1 {
		return refuse(x)
	}
	if d.level == Drift {
		clear(d.ring)
		d.n, d.errors, d.next, d.windowErrors, d.level = 0, 0, 0, 0, Stable
	}
	d.push(x)
	d.level = Stable
	if d.n < 2*float64(d.config.Window) {
		return Stable, nil
	}
	n1 := float64(d.config.Window)
	n0 := d.n - n1
	p, inverse := d.errors/d.n, 1/n0+1/n1
	rise := d.windowErrors/n1 - (d.errors-d.windowErrors)/n0
	if p == 0 || p == 1 || rise > 0 && !d.config.Direction.up() || rise < 0 && !d.config.Direction.down() {
		return Stable, nil
	}
	switch t := (math.Abs(rise) - 0.5*inverse) / math.Sqrt(p*(1-p)*inverse); {
	case t > d.driftZ:
		d.level = Drift
	case t > d.warningZ:
		d.level = Warning
	}
	return d.level, nil
}

func (d *STEPD) push(x float64) {
	word, bit := d.next/64, uint64(1)<<(d.next%64)
	if d.ring[word]&bit != 0 {
		d.windowErrors--
	}
	if x == 1 {
		d.ring[word] |= bit
		d.windowErrors++
		d.errors++
	} else {
		d.ring[word] &^= bit
	}
	d.n++
	d.next++
	if d.next == d.config.Window {
		d.next = 0
	}
}

// Level is what the last update said.
func (d *STEPD) Level() Level { return d.level }

// Estimate has the newest values as After, once there are as many before them.
func (d *STEPD) Estimate() Estimate {
	if d.n == 0 {
		return Estimate{}
	}
	n0 := d.n - float64(d.config.Window)
	if n0 < float64(d.config.Window) {
		return split(d.n, d.errors/d.n, 0, 0)
	}
	return split(d.n, d.errors/d.n, n0, (d.errors-d.windowErrors)/n0)
}

// Method is MethodSTEPD.
func (d *STEPD) Method() Method { return MethodSTEPD }

// AppendBinary appends the state.
func (d *STEPD) AppendBinary(b []byte) ([]byte, error) { return encode(b, MethodSTEPD, d), nil }

// MarshalBinary is the state.
func (d *STEPD) MarshalBinary() ([]byte, error) { return d.AppendBinary(nil) }

// UnmarshalBinary reads a state.
func (d *STEPD) UnmarshalBinary(data []byte) error {
	var read STEPD
	return unmarshal(data, MethodSTEPD, d, &read, &read, func(d *STEPD) STEPDConfig { return d.config })
}

func (d *STEPD) write(b []byte) []byte {
	b = appendCount(b, d.config.Window)
	b = appendFloat(b, d.config.Drift)
	b = appendFloat(b, d.config.Warning)
	b = appendCount(b, uint8(d.config.Direction))
	b = appendCount(b, d.n)
	b = appendCount(b, d.errors)
	b = appendCount(b, d.next)
	b = appendCount(b, uint8(d.level))
	for _, word := range d.ring {
		b = appendCount(b, word)
	}
	return b
}

func (d *STEPD) read(r *reader) {
	d.config.Window = int(r.count(mostSTEPD))
	d.config.Drift = r.finite()
	d.config.Warning = r.finite()
	d.config.Direction = r.direction()
	r.check(d.config.validate())
	if r.err != nil {
		return
	}
	d.prepare()
	d.n = float64(r.count(mostValues))
	d.errors = float64(r.count(mostValues))
	d.next = int(r.count(uint64(d.config.Window - 1)))
	d.level = r.level()
	for i := range d.ring {
		d.ring[i] = r.count(math.MaxUint64)
	}
	d.readWindow(r)
}

// readWindow checks the ring against the counts.
func (d *STEPD) readWindow(r *reader) {
	ones := 0
	for _, word := range d.ring {
		ones += bits.OnesCount64(word)
	}
	d.windowErrors = float64(ones)
	unused := len(d.ring)*64 - d.config.Window
	r.require(bits.LeadingZeros64(d.ring[len(d.ring)-1]) >= unused, "a window that is too long")
	r.require(d.next == int(uint64(d.n)%uint64(d.config.Window)), "a window that is out of step")
	r.require(d.windowErrors <= d.errors && d.errors-d.windowErrors <= max(0, d.n-float64(d.config.Window)) && d.windowErrors <= d.n, "more errors than values")
}
