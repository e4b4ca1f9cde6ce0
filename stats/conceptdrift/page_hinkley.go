package conceptdrift

import (
	"fmt"
	"math"
)

// PageHinkleyConfig is the configuration of a Page-Hinkley test, and Threshold and Delta are in the values' unit.
type PageHinkleyConfig struct {
	// WarmUp is the number of values before the first test.
	WarmUp int
	// Delta is the change of the mean that is to be tolerated.
	Delta float64
	// Threshold is the sum of deviations that is a drift.
	Threshold float64
	// Alpha is what of the sum is kept at each value; 1 forgets nothing.
	Alpha     float64
	Direction Direction
}

// DefaultPageHinkley is River's: both directions.
func DefaultPageHinkley() PageHinkleyConfig {
	return PageHinkleyConfig{WarmUp: 30, Delta: 0.005, Threshold: 50, Alpha: 1 - 0.0001, Direction: Both}
}

func (c PageHinkleyConfig) validate() error {
	if err := inside("warm-up", float64(c.WarmUp), 1, 1e9); err != nil {
		return err
	}
	if err := inside("delta", c.Delta, 0, greatest); err != nil {
		return err
	}
	if err := inside("threshold", c.Threshold, 0, greatest); err != nil {
		return err
	}
	if err := inside("alpha", c.Alpha, 0, 1); err != nil {
		return err
	}
	return c.Direction.validate()
}

// PageHinkley is the Page-Hinkley test of a mean, with forgetting. With m_t the mean of all values until t,
//
//	u_t = Alpha u_(t-1) + x_t - m_t - Delta, an increase where u_t - min u > Threshold,
//	v_t = Alpha v_(t-1) + x_t - m_t + Delta, a decrease where max v - v_t > Threshold.
//
// Any values. No warnings. Threshold and Delta must suit the values: the default threshold is a change of the mean by 0.1 over
// some 500 values.
//
// Source: Page, Continuous inspection schemes, Biometrika 41, 1954; Hinkley, Inference about the change-point from cumulative sum tests,
// Biometrika 58, 1971; with forgetting as in Sebastião, Fernandes, Supporting the Page-Hinkley test with empirical mode
// decomposition for change detection, ISMIS 2017. As River. Others mean something else by the name: frouros and tornado test the sum
// itself, scikit-multiflow a sum that never falls below 0.
type PageHinkley struct {
	config PageHinkleyConfig
	mean   mean
	// rise and fall are u and v; least and most their extremes, at a mean of so many values.
	rise, fall, least, most float64
	atLeast, atMost         mean
	level                   Level
}

// NewPageHinkley makes a Page-Hinkley test.
func NewPageHinkley(c PageHinkleyConfig) (*PageHinkley, error) {
	if err := c.validate(); err != nil {
		return nil, fmt.Errorf("conceptdrift: Page-Hinkley: %w", err)
	}
	return &PageHinkley{config: c}, nil
}

// Update takes the next value.
func (d *PageHinkley) Update(x float64) (Level, error) {
	if !(math.Abs(x) <= greatest) {
		return refuse(x)
	}
	if d.level == Drift {
		*d = PageHinkley{config: d.config}
	}
	if d.mean.n == 0 {
		d.most = -1 // As River has it; a sum that is never above tells nothing.
	}
	d.mean.update(x)
	deviation := x - d.mean.mean
	d.rise = float64(d.config.Alpha*d.rise) + deviation - d.config.Delta
	d.fall = float64(d.config.Alpha*d.fall) + deviation + d.config.Delta
	if d.rise < d.least || d.mean.n == 1 {
		d.least, d.atLeast = d.rise, d.mean
	}
	if d.fall > d.most {
		d.most, d.atMost = d.fall, d.mean
	}
	if d.mean.n >= float64(d.config.WarmUp) &&
		(d.config.Direction.up() && d.rise-d.least > d.config.Threshold || d.config.Direction.down() && d.most-d.fall > d.config.Threshold) {
		d.level = Drift
	}
	return d.level, nil
}

// Level is what the last update said: Stable or Drift.
func (d *PageHinkley) Level() Level { return d.level }

// Estimate is split where the sum that is nearer to the threshold had its extreme.
func (d *PageHinkley) Estimate() Estimate {
	at := d.atLeast
	if !d.config.Direction.up() || d.config.Direction == Both && d.most-d.fall > d.rise-d.least {
		at = d.atMost
	}
	return split(d.mean.n, d.mean.mean, at.n, at.mean)
}

// Method is MethodPageHinkley.
func (d *PageHinkley) Method() Method { return MethodPageHinkley }

// AppendBinary appends the state.
func (d *PageHinkley) AppendBinary(b []byte) ([]byte, error) {
	return encode(b, MethodPageHinkley, d), nil
}

// MarshalBinary is the state.
func (d *PageHinkley) MarshalBinary() ([]byte, error) { return d.AppendBinary(nil) }

// UnmarshalBinary reads a state.
func (d *PageHinkley) UnmarshalBinary(data []byte) error {
	var read PageHinkley
	return unmarshal(data, MethodPageHinkley, d, &read, &read, func(d *PageHinkley) PageHinkleyConfig { return d.config })
}

func (d *PageHinkley) write(b []byte) []byte {
	b = appendCount(b, d.config.WarmUp)
	b = appendFloat(b, d.config.Delta)
	b = appendFloat(b, d.config.Threshold)
	b = appendFloat(b, d.config.Alpha)
	b = appendCount(b, uint8(d.config.Direction))
	b = d.mean.write(b)
	for _, x := range []float64{d.rise, d.fall, d.least, d.most} {
		b = appendFloat(b, x)
	}
	b = d.atLeast.write(b)
	b = d.atMost.write(b)
	return appendCount(b, uint8(d.level))
}

func (d *PageHinkley) read(r *reader) {
	d.config.WarmUp = int(r.count(1e9))
	d.config.Delta = r.finite()
	d.config.Threshold = r.finite()
	d.config.Alpha = r.finite()
	d.config.Direction = r.direction()
	r.check(d.config.validate())
	d.mean.read(r)
	for _, x := range []*float64{&d.rise, &d.fall, &d.least, &d.most} {
		*x = r.finite()
	}
	d.atLeast.read(r)
	d.atMost.read(r)
	d.level = r.level()
	r.require(d.atLeast.n <= d.mean.n && d.atMost.n <= d.mean.n, "an extreme after more values than there were")
	r.require(d.level != Warning, "a warning, which Page-Hinkley never gives")
}
