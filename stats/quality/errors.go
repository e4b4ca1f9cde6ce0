package quality

import (
	"math"
	"sort"
)

// Errors is how a regression's errors, prediction - truth, are distributed over bins.
type Errors struct {
	bins   []ErrorBin // by the size of the error
	n      float64
	sorted bool
}

// ErrorBin holds errors of one sign whose size is in (Low, High], 0 <= Low <= High.
type ErrorBin struct {
	Low, High float64
	Negative  bool
	Count     float64
}

// middle stands for the sizes of the bin's errors: the geometric middle, the middle where the bin begins at 0.
func (b ErrorBin) middle() float64 {
	if b.Low == 0 {
		return b.High / 2
	}
	return math.Sqrt(b.Low) * math.Sqrt(b.High)
}

// Add takes in a bin.
func (e *Errors) Add(b ErrorBin) {
	if b.Count > 0 {
		e.bins = append(e.bins, b)
		e.n += b.Count
		e.sorted = false
	}
}

// Samples is how many errors there are.
func (e *Errors) Samples() float64 { return e.n }

// StandardError of the mean of a function of the errors, each bin's by its middle. Of a mean of |error|^k with bins a factor b
// wide it is off by at most the factor b^(k/2).
func (e *Errors) StandardError(of func(err float64) float64) float64 {
	var m Moments
	for _, b := range e.bins {
		x := b.middle()
		if b.Negative {
			x = -x
		}
		m.Add(of(x), b.Count)
	}
	return m.StandardError()
}

// size is the size of the error that the rank, in 0..n, falls on, interpolated in its bin.
func (e *Errors) size(rank float64) float64 {
	if e.n == 0 {
		return math.NaN()
	}
	e.sort()
	rank = max(0, min(e.n, rank))
	below := 0.0
	for i := 0; i < len(e.bins); {
		// Both signs have bins of the same sizes: they are one.
		low, high, count := e.bins[i].Low, e.bins[i].High, 0.0
		for ; i < len(e.bins) && e.bins[i].Low == low && e.bins[i].High == high; i++ {
			count += e.bins[i].Count
		}
		if rank <= below+count {
			return low + (high-low)*(rank-below)/count
		}
		below += count
	}
	return e.bins[len(e.bins)-1].High
}

func (e *Errors) sort() {
	if !e.sorted {
		sort.Slice(e.bins, func(i, j int) bool {
			if e.bins[i].Low != e.bins[j].Low {
				return e.bins[i].Low < e.bins[j].Low
			}
			return e.bins[i].High < e.bins[j].High
		})
		e.sorted = true
	}
}
