package conceptdrift

import (
	"fmt"
	"math"
	"slices"
)

// KSWINConfig is the configuration of a KSWIN.
type KSWINConfig struct {
	// Alpha is the p-value that is a drift: of one test, and there is one at each value.
	Alpha float64
	// Window is the number of values that are kept, Recent how many of them are the newer side. The older side has at least as many.
	Window, Recent int
	// Seed is where the random numbers begin.
	Seed uint64
}

// DefaultKSWIN is River's, with a seed.
func DefaultKSWIN() KSWINConfig { return KSWINConfig{Alpha: 0.005, Window: 100, Recent: 30, Seed: 1} }

const mostKSWIN = 1000

func (c KSWINConfig) validate() error {
	if err := inside("alpha", c.Alpha, 0, 1); err != nil {
		return err
	}
	if err := inside("window", float64(c.Window), 4, mostKSWIN); err != nil {
		return err
	}
	return inside("recent", float64(c.Recent), 2, float64(c.Window/2))
}

// KSWIN compares the Recent newest values with as many that are drawn from the older ones of its window, by the test of Kolmogorov and
// Smirnov. With D the greatest difference of their two distribution functions, a drift is
//
//	P(D) <= Alpha and D > 0.1,
//
// with the exact probability for samples of equal size. Any values; it sees any change of a distribution, not of its mean alone. No
// warnings. It tests at each value, so that at River's Alpha it fires every 800 values without any change; and its window is
// short, so that a small change leaves it before it is seen.
//
// Source: Raab, Heusinger, Schleif, Reactive soft prototype computing for concept drift streams, Neurocomputing 416, 2020. As River: the
// exact p-value rather than the paper's sqrt(-ln(Alpha) / r), the bound of 0.1, and no window left after a drift, where the paper
// keeps the newer side. Departures: the random numbers are its own (SplitMix64), so that its change points are not River's but
// alike in number and delay; they go on after a drift, where River begins them again.
type KSWIN struct {
	config KSWINConfig
	random splitMix64
	// window is a ring, its oldest value at start once it is full.
	window []float64
	start  int
	level  Level
	// critical is the least drift, as a count of values.
	critical int
	// Room for the two samples.
	older, recent []float64
}

// NewKSWIN makes a KSWIN.
func NewKSWIN(c KSWINConfig) (*KSWIN, error) {
	if err := c.validate(); err != nil {
		return nil, fmt.Errorf("conceptdrift: KSWIN: %w", err)
	}
	d := &KSWIN{config: c, random: splitMix64(c.Seed)}
	d.prepare()
	return d, nil
}

func (d *KSWIN) prepare() {
	c := d.config
	d.window = slices.Grow(d.window, c.Window-len(d.window))
	d.older, d.recent = make([]float64, c.Window-c.Recent), make([]float64, c.Recent)
	d.critical = 1
	for d.critical <= c.Recent && (float64(d.critical)/float64(c.Recent) <= 0.1 || smirnov(c.Recent, d.critical) > c.Alpha) {
		d.critical++
	}
}

// Update takes the next value.
func (d *KSWIN) Update(x float64) (Level, error) {
	if !(math.Abs(x) <= greatest) {
		return refuse(x)
	}
	if d.level == Drift {
		d.window, d.start, d.level = d.window[:0], 0, Stable
	}
	if len(d.window) < d.config.Window {
		d.window = append(d.window, x)
	} else {
		d.window[d.start] = x
		d.start = (d.start + 1) % d.config.Window
	}
	if len(d.window) == d.config.Window {
		d.sample()
		if greatestDifference(d.older[:d.config.Recent], d.recent) >= d.critical {
			d.level = Drift
		}
	}
	return d.level, nil
}

// sample draws from the older values, without replacement, and sorts both sides.
func (d *KSWIN) sample() {
	n := copy(d.older, d.window[d.start:])
	copied := copy(d.older[n:], d.window)
	if n < len(d.older) {
		copy(d.recent, d.window[copied:d.start])
	} else {
		k := copy(d.recent, d.window[d.start+n:])
		copy(d.recent[k:], d.window[:d.start])
	}
	for i := range d.recent {
		k := i + d.random.below(len(d.older)-i)
		d.older[i], d.older[k] = d.older[k], d.older[i]
	}
	slices.Sort(d.older[:d.config.Recent])
	slices.Sort(d.recent)
}

// greatestDifference is that of the counts of two sorted samples of equal size up to a value.
func greatestDifference(a, b []float64) int {
	i, k, greatest := 0, 0, 0
	for i < len(a) && k < len(b) {
		x := min(a[i], b[k])
		for i < len(a) && a[i] == x {
			i++
		}
		for k < len(b) && b[k] == x {
			k++
		}
		greatest = max(greatest, i-k, k-i)
	}
	return greatest
}

// smirnov is the probability that two samples of n values each from one law differ by h/n or more,
//
//	2 sum over j = 1..n/h of (-1)^(j+1) C(2n, n - j h) / C(2n, n).
//
// Source: Gnedenko, Korolyuk, On the maximum discrepancy between two empirical distributions, 1951.
func smirnov(n, h int) float64 {
	all := logBinomial(2*n, n)
	p, sign := 0.0, 2.0
	for k := n - h; k >= 0; k -= h {
		p += sign * math.Exp(logBinomial(2*n, k)-all)
		sign = -sign
	}
	return min(p, 1)
}

func logBinomial(n, k int) float64 {
	logFactorial := func(n int) float64 {
		l, _ := math.Lgamma(float64(n) + 1)
		return l
	}
	return logFactorial(n) - logFactorial(k) - logFactorial(n-k)
}

// Level is what the last update said: Stable or Drift.
func (d *KSWIN) Level() Level { return d.level }

// Estimate is of the window; once it is full, Before and After are the means of its older and its newer side.
func (d *KSWIN) Estimate() Estimate {
	n := len(d.window)
	if n == 0 {
		return Estimate{}
	}
	var older, all mean
	for i := range n {
		x := d.window[(d.start+i)%n]
		all.update(x)
		if i < d.config.Window-d.config.Recent {
			older.update(x)
		}
	}
	if n < d.config.Window {
		return split(all.n, all.mean, 0, 0)
	}
	return split(all.n, all.mean, older.n, older.mean)
}

// Method is MethodKSWIN.
func (d *KSWIN) Method() Method { return MethodKSWIN }

// AppendBinary appends the state.
func (d *KSWIN) AppendBinary(b []byte) ([]byte, error) { return encode(b, MethodKSWIN, d), nil }

// MarshalBinary is the state.
func (d *KSWIN) MarshalBinary() ([]byte, error) { return d.AppendBinary(nil) }

// UnmarshalBinary reads a state.
func (d *KSWIN) UnmarshalBinary(data []byte) error {
	var read KSWIN
	return unmarshal(data, MethodKSWIN, d, &read, &read, func(d *KSWIN) KSWINConfig { return d.config })
}

func (d *KSWIN) write(b []byte) []byte {
	b = appendFloat(b, d.config.Alpha)
	b = appendCount(b, d.config.Window)
	b = appendCount(b, d.config.Recent)
	b = appendCount(b, d.config.Seed)
	b = appendCount(b, uint64(d.random))
	b = appendCount(b, uint8(d.level))
	b = appendCount(b, len(d.window))
	for i := range d.window {
		b = appendFloat(b, d.window[(d.start+i)%len(d.window)])
	}
	return b
}

func (d *KSWIN) read(r *reader) {
	d.config.Alpha = r.finite()
	d.config.Window = int(r.count(mostKSWIN))
	d.config.Recent = int(r.count(mostKSWIN))
	d.config.Seed = r.count(math.MaxUint64)
	r.check(d.config.validate())
	d.random = splitMix64(r.count(math.MaxUint64))
	d.level = r.level()
	r.require(d.level != Warning, "a warning, which KSWIN never gives")
	n := int(r.count(uint64(d.config.Window)))
	for range n {
		d.window = append(d.window, r.value())
	}
	if r.err == nil {
		d.prepare()
	}
}
