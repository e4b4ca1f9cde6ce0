package conceptdrift

import (
	"fmt"
	"math"
)

// CUSUMConfig is the configuration of a CUSUM; Threshold and Delta are in the values' unit.
type CUSUMConfig struct {
	// WarmUp is the number of values before the first test.
	WarmUp int
	// Delta is the change of the mean that is to be tolerated.
	Delta float64
	// Threshold is the sum of deviations that is a drift.
	Threshold float64
	Direction Direction
}

// DefaultCUSUM is frouros' and tornado's; River has no CUSUM.
func DefaultCUSUM() CUSUMConfig { return CUSUMConfig{WarmUp: 30, Delta: 0.005, Threshold: 50} }

func (c CUSUMConfig) validate() error {
	if err := inside("warm-up", float64(c.WarmUp), 1, 1e9); err != nil {
		return err
	}
	if err := inside("delta", c.Delta, 0, greatest); err != nil {
		return err
	}
	if err := inside("threshold", c.Threshold, 0, greatest); err != nil {
		return err
	}
	return c.Direction.validate()
}

// CUSUM is the cumulative sum of deviations from the running mean, which begins anew at 0. With m_t the mean of all values until t,
//
//	u_t = max(0, u_(t-1) + x_t - m_t - Delta), an increase where u_t > Threshold,
//	v_t = max(0, v_(t-1) + m_t - x_t - Delta), a decrease where v_t > Threshold.
//
// Any values. No warnings. Threshold and Delta must suit the values, as for PageHinkley, from which it differs in that it forgets nothing.
//
// Source: Page, Continuous inspection schemes, Biometrika 41, 1954. As frouros; tornado tests from one value earlier, and both know
// increases only.
type CUSUM struct {
	config CUSUMConfig
	mean   mean
	// rise and fall are u and v; each was last 0 at a mean of so many values.
	rise, fall             float64
	beforeRise, beforeFall mean
	level                  Level
}

// NewCUSUM makes a CUSUM.
func NewCUSUM(c CUSUMConfig) (*CUSUM, error) {
	if err := c.validate(); err != nil {
		return nil, fmt.Errorf("conceptdrift: CUSUM: %w", err)
	}
	return &CUSUM{config: c}, nil
}

// Update takes the next value.
func (d *CUSUM) Update(x float64) (Level, error) {
	if !(math.Abs(x) <= greatest) {
		return refuse(x)
	}
	if d.level == Drift {
		*d = CUSUM{config: d.config}
	}
	d.mean.update(x)
	d.rise += x - d.mean.mean - d.config.Delta
	if d.rise <= 0 {
		d.rise, d.beforeRise = 0, d.mean
	}
	d.fall += d.mean.mean - x - d.config.Delta
	if d.fall <= 0 {
		d.fall, d.beforeFall = 0, d.mean
	}
	if d.mean.n >= float64(d.config.WarmUp) &&
		(d.config.Direction.up() && d.rise > d.config.Threshold || d.config.Direction.down() && d.fall > d.config.Threshold) {
		d.level = Drift
	}
	return d.level, nil
}

// Level is what the last update said: Stable or Drift.
func (d *CUSUM) Level() Level { return d.level }

// Estimate is split where the greater sum last was 0.
func (d *CUSUM) Estimate() Estimate {
	at := d.beforeRise
	if !d.config.Direction.up() || d.config.Direction == Both && d.fall > d.rise {
		at = d.beforeFall
	}
	return split(d.mean.n, d.mean.mean, at.n, at.mean)
}

// Method is MethodCUSUM.
func (d *CUSUM) Method() Method { return MethodCUSUM }

// AppendBinary appends the state.
func (d *CUSUM) AppendBinary(b []byte) ([]byte, error) { return encode(b, MethodCUSUM, d), nil }

// MarshalBinary is the state.
func (d *CUSUM) MarshalBinary() ([]byte, error) { return d.AppendBinary(nil) }

// UnmarshalBinary reads a state.
func (d *CUSUM) UnmarshalBinary(data []byte) error {
	var read CUSUM
	return unmarshal(data, MethodCUSUM, d, &read, &read, func(d *CUSUM) CUSUMConfig { return d.config })
}

func (d *CUSUM) write(b []byte) []byte {
	b = appendCount(b, d.config.WarmUp)
	b = appendFloat(b, d.config.Delta)
	b = appendFloat(b, d.config.Threshold)
	b = appendCount(b, uint8(d.config.Direction))
	b = d.mean.write(b)
	b = appendFloat(b, d.rise)
	b = appendFloat(b, d.fall)
	b = d.beforeRise.write(b)
	b = d.beforeFall.write(b)
	return appendCount(b, uint8(d.level))
}

func (d *CUSUM) read(r *reader) {
	d.config.WarmUp = int(r.count(1e9))
	d.config.Delta = r.finite()
	d.config.Threshold = r.finite()
	d.config.Direction = r.direction()
	r.check(d.config.validate())
	d.mean.read(r)
	d.rise = r.float(0, 1e240)
	d.fall = r.float(0, 1e240)
	d.beforeRise.read(r)
	d.beforeFall.read(r)
	d.level = r.level()
	r.require(d.beforeRise.n <= d.mean.n && d.beforeFall.n <= d.mean.n, "a sum that began after more values than there were")
	r.require(d.level != Warning, "a warning, which CUSUM never gives")
}
