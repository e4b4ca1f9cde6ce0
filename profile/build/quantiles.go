package build

import (
	"math"
	"slices"
	"sort"

	"github.com/caio/go-tdigest/v4"
)

// maxDistinct is how many distinct values of a variable are kept with their counts; up to there quantiles are exact,
// however many rows there are. It takes 1.6 MB.
const maxDistinct = 100_000

// compression of the t-digest that takes over: quantiles from 1 % to 99 % are then off by less than 0.1 % of the rows.
const compression = 200

// quantiles are those of a stream: exact from sorted distinct values while there are at most maxDistinct, else by a
// t-digest (Dunning and Ertl 2019).
type quantiles struct {
	pending []float64
	values  []float64 // distinct, ascending
	upTo    []uint64  // how many of the stream are <= values[i]
	spare   []float64
	spareTo []uint64
	digest  *tdigest.TDigest
	low     float64
	high    float64
}

func (q *quantiles) add(x float64) {
	if cap(q.pending) == 0 {
		q.pending = make([]float64, 0, 4096)
	}
	q.pending = append(q.pending, x)
	if len(q.pending) < 4096 || len(q.pending) < len(q.values)/4 {
		return
	}
	q.flush()
}

func (q *quantiles) flush() {
	if len(q.pending) == 0 {
		return
	}
	slices.Sort(q.pending)
	if q.digest != nil {
		q.low, q.high = min(q.low, q.pending[0]), max(q.high, q.pending[len(q.pending)-1])
		q.digestPending()
		return
	}
	q.mergePending()
	if len(q.values) > maxDistinct {
		q.toDigest()
	}
}

// mergePending merges the sorted pending values into the distinct ones.
func (q *quantiles) mergePending() {
	values, upTo := q.spare[:0], q.spareTo[:0]
	var total, before uint64
	put := func(x float64, n uint64) {
		total += n
		if k := len(values); k > 0 && values[k-1] == x {
			upTo[k-1] = total
			return
		}
		values, upTo = append(values, x), append(upTo, total)
	}
	j := 0
	for i, x := range q.values {
		for ; j < len(q.pending) && q.pending[j] < x; j++ {
			put(q.pending[j], 1)
		}
		put(x, q.upTo[i]-before)
		before = q.upTo[i]
	}
	for ; j < len(q.pending); j++ {
		put(q.pending[j], 1)
	}
	q.spare, q.spareTo = q.values, q.upTo
	q.values, q.upTo = values, upTo
	q.pending = q.pending[:0]
}

func (q *quantiles) toDigest() {
	q.digest, _ = tdigest.New(tdigest.Compression(compression)) // its only error is a compression below 1
	q.low, q.high = q.values[0], q.values[len(q.values)-1]
	order := stride(len(q.values))
	var before uint64
	for i := range q.values {
		k := order(i)
		if k > 0 {
			before = q.upTo[k-1]
		} else {
			before = 0
		}
		_ = q.digest.AddWeighted(q.values[k], q.upTo[k]-before) // its only errors are NaN and a count of 0
	}
	q.values, q.upTo, q.spare, q.spareTo = nil, nil, nil, nil
}

func (q *quantiles) digestPending() {
	order := stride(len(q.pending))
	for i := 0; i < len(q.pending); {
		_ = q.digest.Add(q.pending[order(i)])
		i++
	}
	q.pending = q.pending[:0]
}

// stride visits 0 to n-1 far apart, each once: a t-digest fed in ascending order is less exact.
func stride(n int) func(i int) int {
	step := 1
	for _, prime := range []int{99991, 7919, 1009, 101, 11} {
		if n > prime && n%prime != 0 {
			step = prime
			break
		}
	}
	return func(i int) int { return int(uint64(i) * uint64(step) % uint64(n)) }
}

// exact reports whether the quantiles are exact and distinct values are known.
func (q *quantiles) exact() bool {
	q.flush()
	return q.digest == nil
}

// distinct are the distinct values, ascending; only where exact.
func (q *quantiles) distinct() []float64 {
	q.flush()
	return q.values
}

// at is the quantile of probability p: linear between order statistics, as numpy.quantile has it by default (type 7 of
// Hyndman and Fan 1996), to the last bit where exact. NaN where there are no values.
func (q *quantiles) at(p float64) float64 {
	q.flush()
	if q.digest != nil {
		return max(q.low, min(q.high, q.digest.Quantile(p)))
	}
	if len(q.values) == 0 {
		return math.NaN()
	}
	n := q.upTo[len(q.upTo)-1]
	virtual := float64(n-1) * p
	floor := math.Floor(virtual)
	gamma := virtual - floor
	a := q.ordered(uint64(floor))
	b := q.ordered(min(uint64(floor)+1, n-1))
	if gamma >= 0.5 {
		return b - (b-a)*(1-gamma)
	}
	return a + (b-a)*gamma
}

// ordered is the k-th least value, from 0.
func (q *quantiles) ordered(k uint64) float64 {
	return q.values[sort.Search(len(q.upTo), func(i int) bool { return q.upTo[i] > k })]
}
