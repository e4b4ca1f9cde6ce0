package conceptdrift

import (
	"fmt"
	"math"
)

// HDDMWConfig is the configuration of HDDM-W.
type HDDMWConfig struct {
	HDDMConfig
	// Lambda is the weight of the newest value.
	Lambda float64
	// FromFirst begins a moving average with its first value, as the paper does. River takes the value itself for the average
	// as long as that is 0, so that the first error after any number of right predictions makes it 1.
	FromFirst bool
}

// DefaultHDDMW is River's: Increase only, and its moving average.
func DefaultHDDMW() HDDMWConfig { return HDDMWConfig{HDDMConfig: DefaultHDDMA(), Lambda: 0.05} }

func (c HDDMWConfig) validate() error {
	if err := c.HDDMConfig.validate(); err != nil {
		return err
	}
	return inside("lambda", c.Lambda, 1e-6, 1)
}

// HDDMW is HDDM-W, drift detection by McDiarmid's bound on exponentially weighted averages. With z such an average of all values, and
// c = Lambda^2 + (1 - Lambda)^2 c of the step before (at first 1), the cut is where z + sqrt(c ln(1/Drift) / 2) was least. With x, c_x
// those at the cut and y, c_y of the values after it, an increase is
//
//	y - x > sqrt((c_x + c_y) ln(1/Drift) / 2),
//
// and a decrease alike with the sides exchanged.
//
// Values are from 0 to 1. With its default Lambda the average has the weight of 20 values: it sees great changes soon, however long the
// good times were, and small ones never.
//
// Source: as HDDMA. As River, which follows MOA but for the beginning of its averages (see FromFirst); with FromFirst as frouros,
// tornado and scikit-multiflow. Departure: that of HDDMA.
type HDDMW struct {
	config HDDMWConfig
	total  moving
	// low is the cut for an increase, lowAfter what came after it; high and highAfter those for a decrease.
	low, lowAfter, high, highAfter moving
	lowest, highest                float64
	level                          Level
	weights                        weights
	driftLog, warningLog           float64
}

// weights are those of a moving average.
type weights struct {
	newest, newestSquared, rest, restSquared float64
	fromFirst                                bool
}

// moving is an exponentially weighted average, and the sum of its squared weights.
type moving struct {
	n, mean, squares float64
}

func (m *moving) update(x float64, w *weights) {
	if m.n == 0 || !w.fromFirst && m.mean == 0 {
		m.mean = x
	} else {
		m.mean = float64(w.newest*x) + float64(w.rest*m.mean)
	}
	if m.n == 0 {
		m.squares = 1
	}
	if m.n > 0 || !w.fromFirst {
		m.squares = w.newestSquared + float64(w.restSquared*m.squares)
	}
	m.n++
}

func (m *moving) write(b []byte) []byte {
	b = appendCount(b, m.n)
	b = appendFloat(b, m.mean)
	return appendFloat(b, m.squares)
}

func (m *moving) read(r *reader) {
	m.n = float64(r.count(mostValues))
	m.mean = r.share()
	m.squares = r.share()
}

// NewHDDMW makes an HDDM-W.
func NewHDDMW(c HDDMWConfig) (*HDDMW, error) {
	if err := c.validate(); err != nil {
		return nil, fmt.Errorf("conceptdrift: HDDM-W: %w", err)
	}
	d := &HDDMW{config: c}
	d.prepare()
	return d, nil
}

func (d *HDDMW) prepare() {
	c := d.config
	d.driftLog, d.warningLog = math.Log(1/c.Drift), math.Log(1/c.Warning)
	d.weights = weights{c.Lambda, c.Lambda * c.Lambda, 1 - c.Lambda, (1 - c.Lambda) * (1 - c.Lambda), c.FromFirst}
	d.lowest, d.highest = math.Inf(1), math.Inf(-1)
	if d.low.n > 0 {
		d.lowest = d.low.mean + d.bound(d.low.squares)
	}
	if d.high.n > 0 {
		d.highest = d.high.mean - d.bound(d.high.squares)
	}
}

func (d *HDDMW) bound(squares float64) float64 { return math.Sqrt(squares * d.driftLog / 2) }

// Update takes the next value, from 0 to 1.
func (d *HDDMW) Update(x float64) (Level, error) {
	if !(x >= 0 && x <= 1) {
		return refuse(x)
	}
	if d.level == Drift {
		d.total, d.low, d.lowAfter, d.high, d.highAfter = moving{}, moving{}, moving{}, moving{}, moving{}
		d.lowest, d.highest = math.Inf(1), math.Inf(-1)
	}
	d.total.update(x, &d.weights)
	bound := d.bound(d.total.squares)
	d.level = Stable
	if d.config.Direction.up() {
		if least := d.total.mean + bound; least < d.lowest {
			d.lowest, d.low, d.lowAfter = least, d.total, moving{}
		} else {
			d.lowAfter.update(x, &d.weights)
			d.level = d.test(d.low.squares+d.lowAfter.squares, d.lowAfter.mean-d.low.mean)
		}
	}
	if d.config.Direction.down() {
		if most := d.total.mean - bound; most > d.highest {
			d.highest, d.high, d.highAfter = most, d.total, moving{}
		} else {
			d.highAfter.update(x, &d.weights)
			d.level = max(d.level, d.test(d.high.squares+d.highAfter.squares, d.high.mean-d.highAfter.mean))
		}
	}
	return d.level, nil
}

func (d *HDDMW) test(squares, difference float64) Level {
	if difference <= 0 {
		return Stable
	}
	switch {
	case difference <= math.Sqrt(squares*d.warningLog/2):
		return Stable
	case difference <= math.Sqrt(squares*d.driftLog/2):
		return Warning
	}
	return Drift
}

// Level is what the last update said.
func (d *HDDMW) Level() Level { return d.level }

// Estimate is of moving averages, of the cut that is nearer to a drift.
func (d *HDDMW) Estimate() Estimate {
	e := Estimate{Mean: d.total.mean, Count: uint64(d.total.n), Before: d.total.mean, After: d.total.mean}
	before, after := d.low, d.lowAfter
	if !d.config.Direction.up() || d.config.Direction == Both && d.high.mean-d.highAfter.mean > d.lowAfter.mean-d.low.mean {
		before, after = d.high, d.highAfter
	}
	if before.n > 0 && after.n > 0 {
		e.Before, e.After, e.Since = before.mean, after.mean, uint64(after.n)
	}
	return e
}

// Method is MethodHDDMW.
func (d *HDDMW) Method() Method { return MethodHDDMW }

// AppendBinary appends the state.
func (d *HDDMW) AppendBinary(b []byte) ([]byte, error) { return encode(b, MethodHDDMW, d), nil }

// MarshalBinary is the state.
func (d *HDDMW) MarshalBinary() ([]byte, error) { return d.AppendBinary(nil) }

// UnmarshalBinary reads a state.
func (d *HDDMW) UnmarshalBinary(data []byte) error {
	var read HDDMW
	return unmarshal(data, MethodHDDMW, d, &read, &read, func(d *HDDMW) HDDMWConfig { return d.config })
}

func (d *HDDMW) write(b []byte) []byte {
	b = d.config.write(b)
	b = appendFloat(b, d.config.Lambda)
	b = appendFlag(b, d.config.FromFirst)
	b = d.total.write(b)
	b = d.low.write(b)
	b = d.lowAfter.write(b)
	b = d.high.write(b)
	b = d.highAfter.write(b)
	return appendCount(b, uint8(d.level))
}

func (d *HDDMW) read(r *reader) {
	d.config.read(r)
	d.config.Lambda = r.finite()
	d.config.FromFirst = r.flag()
	r.check(d.config.validate())
	for _, m := range []*moving{&d.total, &d.low, &d.lowAfter, &d.high, &d.highAfter} {
		m.read(r)
	}
	d.level = r.level()
	r.require(d.low.n+d.lowAfter.n <= d.total.n && d.high.n+d.highAfter.n <= d.total.n, "a cut after more values than there were")
	if r.err == nil {
		d.prepare()
	}
}
