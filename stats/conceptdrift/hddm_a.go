package conceptdrift

import (
	"fmt"
	"math"
)

// HDDMConfig is the configuration of HDDM-A.
type HDDMConfig struct {
	// Drift and Warning are the probabilities of a false alarm by which the bounds are set: of one comparison, not of a stream.
	Drift, Warning float64
	Direction      Direction
}

// DefaultHDDMA is River's: Increase only.
func DefaultHDDMA() HDDMConfig { return HDDMConfig{Drift: 0.001, Warning: 0.005} }

func (c HDDMConfig) validate() error {
	if err := inside("drift", c.Drift, 1e-300, 1); err != nil {
		return err
	}
	if err := inside("warning", c.Warning, c.Drift, 1); err != nil {
		return err
	}
	return c.Direction.validate()
}

func (c HDDMConfig) write(b []byte) []byte {
	b = appendFloat(b, c.Drift)
	b = appendFloat(b, c.Warning)
	return appendCount(b, uint8(c.Direction))
}

func (c *HDDMConfig) read(r *reader) {
	c.Drift = r.finite()
	c.Warning = r.finite()
	c.Direction = r.direction()
	r.check(c.validate())
}

// HDDMA is HDDM-A, drift detection by Hoeffding's bound on averages. It keeps the mean z of n values and the cut, the k values after
// which mean plus bound, sqrt(ln(1/Drift) / 2k), was least; its mean is x. An increase is
//
//	z - x >= sqrt((n - k) / (k n) ln(2/Drift) / 2),
//
// and a decrease alike with the sides exchanged.
//
// Values are from 0 to 1; any law within. Nothing but that is assumed, so that the bounds are as wide for rare errors as for frequent
// ones: it is calm, soon where errors are frequent, and late where they are rare.
//
// Source: Frías-Blanco, del Campo-Ávila, Ramos-Jiménez, Morales-Bueno, Ortiz-Díaz, Caballero-Mota, Online and non-parametric drift
// detection methods based on Hoeffding's bounds, IEEE TKDE 27(3), 2015. As River, which follows MOA. Departure: where a decrease
// warns while an increase has drifted, River says both, this detector the drift.
type HDDMA struct {
	config HDDMConfig
	mean   mean
	// low is the cut for an increase, high that for a decrease, with their bounds.
	low, high           mean
	lowBound, highBound float64
	level               Level
	// Logarithms of the configuration.
	cutLog, driftLog, warningLog float64
}

// NewHDDMA makes an HDDM-A.
func NewHDDMA(c HDDMConfig) (*HDDMA, error) {
	if err := c.validate(); err != nil {
		return nil, fmt.Errorf("conceptdrift: HDDM-A: %w", err)
	}
	d := &HDDMA{config: c}
	d.prepare()
	return d, nil
}

func (d *HDDMA) prepare() {
	d.cutLog, d.driftLog, d.warningLog = math.Log(1/d.config.Drift), math.Log(2/d.config.Drift), math.Log(2/d.config.Warning)
}

func (d *HDDMA) bound(n float64) float64 { return math.Sqrt(1 / (2 * n) * d.cutLog) }

// Update takes the next value, from 0 to 1.
func (d *HDDMA) Update(x float64) (Level, error) {
	if !(x >= 0 && x <= 1) {
		return refuse(x)
	}
	if d.level == Drift {
		d.mean, d.low, d.high, d.lowBound, d.highBound = mean{}, mean{}, mean{}, 0, 0
	}
	d.mean.update(x)
	bound := d.bound(d.mean.n)
	d.level = Stable
	if d.config.Direction.up() {
		if d.low.n == 0 || d.low.mean+d.lowBound >= d.mean.mean+bound {
			d.low, d.lowBound = d.mean, bound
		} else {
			d.level = d.test(d.low.n, d.mean.mean-d.low.mean)
		}
	}
	if d.config.Direction.down() {
		if d.high.n == 0 || d.high.mean-d.highBound <= d.mean.mean-bound {
			d.high, d.highBound = d.mean, bound
		} else {
			d.level = max(d.level, d.test(d.high.n, d.high.mean-d.mean.mean))
		}
	}
	return d.level, nil
}

// test is for a difference of the mean and that of its first k values.
func (d *HDDMA) test(k, difference float64) Level {
	if difference <= 0 {
		return Stable
	}
	half := (d.mean.n - k) / k * (1 / d.mean.n) / 2
	switch {
	case difference < math.Sqrt(half*d.warningLog):
		return Stable
	case difference < math.Sqrt(half*d.driftLog):
		return Warning
	}
	return Drift
}

// Level is what the last update said.
func (d *HDDMA) Level() Level { return d.level }

// Estimate is of the cut that is nearer to a drift.
func (d *HDDMA) Estimate() Estimate {
	cut := d.low
	if !d.config.Direction.up() || d.config.Direction == Both && d.high.mean-d.mean.mean > d.mean.mean-d.low.mean {
		cut = d.high
	}
	return split(d.mean.n, d.mean.mean, cut.n, cut.mean)
}

// Method is MethodHDDMA.
func (d *HDDMA) Method() Method { return MethodHDDMA }

// AppendBinary appends the state.
func (d *HDDMA) AppendBinary(b []byte) ([]byte, error) { return encode(b, MethodHDDMA, d), nil }

// MarshalBinary is the state.
func (d *HDDMA) MarshalBinary() ([]byte, error) { return d.AppendBinary(nil) }

// UnmarshalBinary reads a state.
func (d *HDDMA) UnmarshalBinary(data []byte) error {
	var read HDDMA
	return unmarshal(data, MethodHDDMA, d, &read, &read, func(d *HDDMA) HDDMConfig { return d.config })
}

func (d *HDDMA) write(b []byte) []byte {
	b = d.config.write(b)
	b = d.mean.write(b)
	b = d.low.write(b)
	b = d.high.write(b)
	return appendCount(b, uint8(d.level))
}

func (d *HDDMA) read(r *reader) {
	d.config.read(r)
	d.mean.readWithin(r, 0, 1)
	d.low.readWithin(r, 0, 1)
	d.high.readWithin(r, 0, 1)
	d.level = r.level()
	r.require(d.low.n <= d.mean.n && d.high.n <= d.mean.n, "a cut after more values than there were")
	if r.err != nil {
		return
	}
	d.prepare()
	if d.low.n > 0 {
		d.lowBound = d.bound(d.low.n)
	}
	if d.high.n > 0 {
		d.highBound = d.bound(d.high.n)
	}
}
