package conceptdrift

import (
	"fmt"
	"math"
)

// ADWINConfig is the configuration of an ADWIN.
type ADWINConfig struct {
	// Delta is the probability of a false alarm by which the bound is set: of one test, not of a stream.
	Delta float64
	// Clock is how many values there are from one test to the next.
	Clock int
	// MaxBuckets is how many buckets of each size are kept; more cut the window more finely and cost more.
	MaxBuckets int
	// MinWindow is the least number of values on each side of a cut.
	MinWindow int
	// Grace is the number of values before the first test.
	Grace int
	// ScaleFree leaves out the term of the bound that takes values to be from 0 to 1, so that values in any unit are treated
	// alike.
	ScaleFree bool
	// Direction is which changes are drifts. After a change in the other one the detector begins anew without saying so.
	Direction Direction
}

// DefaultADWIN is River's: both directions.
func DefaultADWIN() ADWINConfig {
	return ADWINConfig{Delta: 0.002, Clock: 32, MaxBuckets: 5, MinWindow: 5, Grace: 10, Direction: Both}
}

func (c ADWINConfig) validate() error {
	if err := inside("delta", c.Delta, 1e-300, 1); err != nil {
		return err
	}
	if err := inside("clock", float64(c.Clock), 1, 1e6); err != nil {
		return err
	}
	if err := inside("max buckets", float64(c.MaxBuckets), 2, mostBuckets); err != nil {
		return err
	}
	if err := inside("min window", float64(c.MinWindow), 1, 1e9); err != nil {
		return err
	}
	if err := inside("grace", float64(c.Grace), 0, 1e9); err != nil {
		return err
	}
	return c.Direction.validate()
}

const (
	mostBuckets = 16
	// mostRows is for 2^40 values.
	mostRows = 40
	// mostDifference is of two values, with room for rounding.
	mostDifference = 2.1 * greatest
)

// ADWIN keeps a window of the newest values, as long as no cut through it has means on its two sides that differ by more than
//
//	e = sqrt(2/m s2 L) + 2/3 L/m, L = ln(2 ln n / Delta), 1/m = 1/(n0 - MinWindow + 1) + 1/(n1 - MinWindow + 1),
//
// with n0, n1 the sizes of the sides, n of the window, s2 its variance. The window is kept as buckets of 1, 2, 4 ... values, at most
// MaxBuckets of a size, so that its memory is
//
//	16 (MaxBuckets + 1) (log2 n + 1) bytes,
//
// 2 KiB for 10^7 values; cuts are between buckets. No warnings. The second term takes values to be from 0 to 1: in a smaller unit it
// makes the detector blind, see ScaleFree.
//
// Source: Bifet, Gavaldà, Learning from time-changing data with adaptive windowing, SDM 2007; variances of buckets by Babcock, Datar,
// Motwani, O'Callaghan, Maintaining variance and k-medians over data stream windows, PODS 2003. As River: its 1/m (the paper has
// n0, n1), the newest bucket of each size always on the newer side of a cut, and no window left after a drift, where the paper
// keeps the newer side. Departures: at a drift Estimate is of the whole window, split where the change is likeliest, where River
// has dropped the older side already; values are counted from the first of the window, so that a constant adds up without
// rounding errors, and neither it nor values far from 0 with little variance make false alarms.
type ADWIN struct {
	config ADWINConfig
	// Row i is the lengths[i] buckets of 2^i values, the oldest first, at i * (MaxBuckets + 1) of buckets.
	lengths []int
	buckets []bucket
	// origin is subtracted from each value; total is of what is left, squares the sum of its squared deviations from its mean.
	origin, total, squares, width float64
	// tick is how many values there were since the last test.
	tick int
	// older is how many values lie before a change that was found, olderMean their mean.
	older, olderMean float64
	level            Level
}

type bucket struct{ total, squares float64 }

// NewADWIN makes an ADWIN.
func NewADWIN(c ADWINConfig) (*ADWIN, error) {
	if err := c.validate(); err != nil {
		return nil, fmt.Errorf("conceptdrift: ADWIN: %w", err)
	}
	return &ADWIN{config: c}, nil
}

// Update takes the next value.
func (d *ADWIN) Update(x float64) (Level, error) {
	if !(math.Abs(x) <= greatest) {
		return refuse(x)
	}
	if d.older > 0 {
		*d = ADWIN{config: d.config, lengths: d.lengths[:0], buckets: d.buckets[:0]}
	}
	if d.width == 0 {
		d.origin = x
	}
	d.insert(x - d.origin)
	d.tick++
	if d.tick == d.config.Clock {
		d.tick = 0
		if d.width > float64(d.config.Grace) {
			d.test()
		}
	}
	return d.level, nil
}

func (d *ADWIN) insert(x float64) {
	if d.width > 0 {
		deviation := x - d.total/d.width
		d.squares += float64(d.width * deviation * deviation / (d.width + 1))
	}
	d.width++
	d.total += x
	stride := d.config.MaxBuckets + 1
	carry, size := bucket{total: x}, 1.0
	for i := 0; ; i++ {
		if i == len(d.lengths) {
			d.addRow()
		}
		r := d.buckets[i*stride : (i+1)*stride]
		n := d.lengths[i]
		r[n] = carry
		if n < d.config.MaxBuckets {
			d.lengths[i] = n + 1
			return
		}
		// The two oldest of the row become one of the next.
		difference := r[0].total/size - r[1].total/size
		carry = bucket{r[0].total + r[1].total, r[0].squares + r[1].squares + float64(size*size*difference*difference/(2*size))}
		copy(r, r[2:])
		r[n-1], r[n] = bucket{}, bucket{}
		d.lengths[i] = n - 1
		size *= 2
	}
}

// addRow makes room for buckets of the next size.
func (d *ADWIN) addRow() {
	d.lengths = append(d.lengths, 0)
	for range d.config.MaxBuckets + 1 {
		d.buckets = append(d.buckets, bucket{})
	}
}

func (d *ADWIN) test() {
	if !d.changed() {
		return
	}
	rise := d.locate()
	if rise && d.config.Direction.up() || !rise && d.config.Direction.down() {
		d.level = Drift
	}
}

// changed reports whether the two sides of some cut differ.
func (d *ADWIN) changed() bool {
	least := float64(d.config.MinWindow)
	log := math.Log(2 * math.Log(d.width) / d.config.Delta)
	spread := d.squares / d.width
	scale := 2.0 / 3.0 * log
	if d.config.ScaleFree {
		scale = 0
	}
	stride := d.config.MaxBuckets + 1
	size := math.Ldexp(1, len(d.lengths)-1)
	n0, n1, u0, u1 := 0.0, d.width, 0.0, d.total
	for i := len(d.lengths) - 1; i >= 0; i-- {
		// The newest bucket of each size counts with the newer side: so River has it.
		for _, b := range d.buckets[i*stride : i*stride+d.lengths[i]-1] {
			n0 += size
			n1 -= size
			u0 += b.total
			u1 -= b.total
			if n0 < least || n1 < least {
				continue
			}
			difference := math.Abs(u0/n0 - u1/n1)
			m := 1/(n0-least+1) + 1/(n1-least+1)
			if difference > math.Sqrt(2*m*spread*log)+float64(scale*m) {
				return true
			}
		}
		size /= 2
	}
	return false
}

// locate finds where a change is likeliest, between any two buckets, and reports whether it is a rise: at the greatest
// difference of means in units of its deviation.
//
// Source: Hinkley, Inference about the change-point in a sequence of random variables, Biometrika 57, 1970.
func (d *ADWIN) locate() (rise bool) {
	stride := d.config.MaxBuckets + 1
	size := math.Ldexp(1, len(d.lengths)-1)
	n0, n1, u0, u1, most := 0.0, d.width, 0.0, d.total, -1.0
	for i := len(d.lengths) - 1; i >= 0; i-- {
		for _, b := range d.buckets[i*stride : i*stride+d.lengths[i]] {
			n0 += size
			n1 -= size
			u0 += b.total
			u1 -= b.total
			if n1 == 0 {
				break
			}
			difference := u1/n1 - u0/n0
			if score := math.Abs(difference) / math.Sqrt(1/n0+1/n1); score > most {
				most, rise, d.older, d.olderMean = score, difference > 0, n0, u0/n0
			}
		}
		size /= 2
	}
	return rise
}

// Level is what the last update said: Stable or Drift.
func (d *ADWIN) Level() Level { return d.level }

// Estimate is of the window. At a change it is split where the two sides differ most.
func (d *ADWIN) Estimate() Estimate {
	if d.width == 0 {
		return Estimate{}
	}
	e := split(d.width, d.total/d.width, d.older, d.olderMean)
	e.Mean, e.Before, e.After = d.origin+e.Mean, d.origin+e.Before, d.origin+e.After
	return e
}

// Method is MethodADWIN.
func (d *ADWIN) Method() Method { return MethodADWIN }

// AppendBinary appends the state.
func (d *ADWIN) AppendBinary(b []byte) ([]byte, error) { return encode(b, MethodADWIN, d), nil }

// MarshalBinary is the state.
func (d *ADWIN) MarshalBinary() ([]byte, error) { return d.AppendBinary(nil) }

// UnmarshalBinary reads a state.
func (d *ADWIN) UnmarshalBinary(data []byte) error {
	var read ADWIN
	return unmarshal(data, MethodADWIN, d, &read, &read, func(d *ADWIN) ADWINConfig { return d.config })
}

func (d *ADWIN) write(b []byte) []byte {
	c := d.config
	b = appendFloat(b, c.Delta)
	b = appendCount(b, c.Clock)
	b = appendCount(b, c.MaxBuckets)
	b = appendCount(b, c.MinWindow)
	b = appendCount(b, c.Grace)
	b = appendFlag(b, c.ScaleFree)
	b = appendCount(b, uint8(c.Direction))
	b = appendFloat(b, d.origin)
	b = appendFloat(b, d.total)
	b = appendFloat(b, d.squares)
	b = appendCount(b, d.tick)
	b = appendCount(b, d.older)
	b = appendFloat(b, d.olderMean)
	b = appendCount(b, uint8(d.level))
	b = appendCount(b, len(d.lengths))
	for i, n := range d.lengths {
		b = appendCount(b, n)
		for _, bucket := range d.buckets[i*(c.MaxBuckets+1):][:n] {
			b = appendFloat(b, bucket.total)
			// A bucket of one value has no deviations.
			if i > 0 {
				b = appendFloat(b, bucket.squares)
			}
		}
	}
	return b
}

func (d *ADWIN) read(r *reader) {
	c := &d.config
	c.Delta = r.finite()
	c.Clock = int(r.count(1e6))
	c.MaxBuckets = int(r.count(mostBuckets))
	c.MinWindow = int(r.count(1e9))
	c.Grace = int(r.count(1e9))
	c.ScaleFree = r.flag()
	c.Direction = r.direction()
	r.check(c.validate())
	d.origin = r.value()
	d.total = r.finite()
	d.squares = r.finite()
	d.tick = int(r.count(1e6))
	d.older = float64(r.count(mostValues))
	d.olderMean = r.float(-mostDifference, mostDifference)
	d.level = r.level()
	r.require(d.level == Stable || d.level == Drift && d.older > 0, "a warning, which ADWIN never gives, or a drift of no values")
	r.require(d.tick < max(c.Clock, 1), "a test that was left out")
	rows := int(r.count(mostRows))
	size := 1.0
	for i := range rows {
		n := int(r.count(uint64(c.MaxBuckets)))
		r.require(n > 0, "a size without buckets")
		if r.err != nil {
			return
		}
		d.addRow()
		d.lengths[i] = n
		for k := range n {
			b := &d.buckets[i*(c.MaxBuckets+1)+k]
			b.total = r.float(-mostDifference*size, mostDifference*size)
			if i > 0 {
				b.squares = r.float(0, mostDifference*mostDifference*size)
			}
		}
		d.width += size * float64(n)
		size *= 2
	}
	r.require(d.older <= d.width, "more older values than there are")
	r.require(math.Abs(d.total) <= mostDifference*d.width, "a total that is too great")
	r.require(math.Abs(d.squares) <= mostDifference*mostDifference*d.width, "a sum of squares that is too great")
}
