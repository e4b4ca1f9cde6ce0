package localprometheusexporter

import (
	"context"
	"math"
	"slices"
	"time"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/histogram"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/model/value"
	"github.com/prometheus/prometheus/storage"
	"github.com/prometheus/prometheus/tsdb/chunkenc"
	"github.com/prometheus/prometheus/util/annotations"
)

// windowLabel is ml.window, as Prometheus has it.
const windowLabel = "ml_window"

// maxHold is how long the value of any window holds at most.
const maxHold = 12 * time.Hour

// held lets the statistics of a window hold until the window's next one. A live collector sends them again every minute, a
// fast replay only when a window's pane closes: once an hour for 24h, every six hours for 7d. Prometheus forgets a series after
// five minutes. So what was not sent again in a replay is filled in when it is read, and a replayed history looks to queries and
// rules as the live one did.
//
// A value holds for a 24th of its window: model_statistics has about two dozen panes a window.
type held struct {
	storage.SampleAndChunkQueryable
	step time.Duration // between filled-in samples; less than the lookback
	head memory
}

// memory says of which times it has samples, in milliseconds, of those that came in order and of those that did not; the first
// is greater than the last where it has none.
type memory interface {
	MinTime() int64
	MaxTime() int64
	MinOOOTime() int64
	MaxOOOTime() int64
}

// Querier reads what is stored between the two times, and somewhat before.
func (h held) Querier(mint, maxt int64) (storage.Querier, error) {
	querier, err := h.SampleAndChunkQueryable.Querier(mint-maxHold.Milliseconds(), maxt)
	if err != nil {
		return nil, err
	}
	return heldQuerier{Querier: querier, step: h.step.Milliseconds(), labels: func() (storage.Querier, error) {
		first, last := h.head.MinTime(), h.head.MaxTime()
		overlooked := maxt < first || mint > last
		if first > last || !overlooked || maxt < h.head.MinOOOTime() || mint > h.head.MaxOOOTime() {
			return storage.NoopQuerier(), nil
		}
		return h.SampleAndChunkQueryable.Querier(first, last)
	}}, nil
}

type heldQuerier struct {
	storage.Querier
	step int64
	// labels reads the names and values of labels that the store leaves out: for a range of time in which memory has only
	// samples that came out of order, as of a replay beside live traffic, it does not look at memory. What it finds may be of
	// other times, too; no query is the wiser for it, and no picker stays empty.
	labels func() (storage.Querier, error)
}

// LabelValues are the store's, and those of what came out of order.
func (q heldQuerier) LabelValues(ctx context.Context, name string, hints *storage.LabelHints, matchers ...*labels.Matcher) ([]string, annotations.Annotations, error) {
	return q.withMemory(func(from storage.Querier) ([]string, annotations.Annotations, error) {
		return from.LabelValues(ctx, name, hints, matchers...)
	})
}

// LabelNames are the store's, and those of what came out of order.
func (q heldQuerier) LabelNames(ctx context.Context, hints *storage.LabelHints, matchers ...*labels.Matcher) ([]string, annotations.Annotations, error) {
	return q.withMemory(func(from storage.Querier) ([]string, annotations.Annotations, error) {
		return from.LabelNames(ctx, hints, matchers...)
	})
}

func (q heldQuerier) withMemory(read func(storage.Querier) ([]string, annotations.Annotations, error)) ([]string, annotations.Annotations, error) {
	stored, notes, err := read(q.Querier)
	if err != nil {
		return nil, notes, err
	}
	memory, err := q.labels()
	if err != nil {
		return nil, notes, err
	}
	defer func() { _ = memory.Close() }()
	more, further, err := read(memory)
	if err != nil {
		return nil, notes, err
	}
	all := slices.Concat(stored, more)
	slices.Sort(all)
	return slices.Compact(all), notes.Merge(further), nil
}

// Select is the store's, but that statistics of windows hold.
func (q heldQuerier) Select(ctx context.Context, sortSeries bool, hints *storage.SelectHints, matchers ...*labels.Matcher) storage.SeriesSet {
	if hints != nil && hints.Func != "series" {
		earlier := *hints
		earlier.Start -= maxHold.Milliseconds()
		hints = &earlier
	}
	return heldSet{SeriesSet: q.Querier.Select(ctx, sortSeries, hints, matchers...), step: q.step}
}

type heldSet struct {
	storage.SeriesSet
	step int64
}

// At is the current series.
func (s heldSet) At() storage.Series {
	series := s.SeriesSet.At()
	if hold := holdOf(series.Labels().Get(windowLabel)); hold > s.step {
		return heldSeries{Series: series, hold: hold, step: s.step}
	}
	return series
}

// holdOf is how long the value of a window holds, in milliseconds.
func holdOf(window string) int64 {
	if window == "" {
		return 0
	}
	length, err := model.ParseDuration(window)
	if err != nil {
		return 0
	}
	return min(time.Duration(length)/24, maxHold).Milliseconds()
}

type heldSeries struct {
	storage.Series
	hold, step int64
}

// Iterator iterates over the samples, with those that are filled in.
func (s heldSeries) Iterator(reuse chunkenc.Iterator) chunkenc.Iterator {
	it, ok := reuse.(*heldIterator)
	if !ok {
		it = &heldIterator{}
	}
	inner := s.Series.Iterator(it.inner)
	*it = heldIterator{inner: inner, hold: s.hold, step: s.step}
	return it
}

// sample is one that is stored.
type sample struct {
	kind      chunkenc.ValueType
	t         int64
	v         float64
	histogram *histogram.FloatHistogram
}

// heldIterator fills in the last stored value every step, until the next stored one, and at most for hold.
type heldIterator struct {
	inner      chunkenc.Iterator
	hold, step int64

	started bool
	t       int64  // of the current sample, which is stored or filled in
	last    sample // the last stored one at or before t; kind is ValNone before the first and after the end
	next    sample // the stored one after that; kind is ValNone where there is none
}

func (it *heldIterator) fetch(kind chunkenc.ValueType) {
	it.next = sample{kind: kind}
	switch kind {
	case chunkenc.ValNone:
	case chunkenc.ValFloat:
		it.next.t, it.next.v = it.inner.At()
	default:
		it.next.kind = chunkenc.ValFloatHistogram
		it.next.t, it.next.histogram = it.inner.AtFloatHistogram(nil)
	}
}

// take goes on to the next stored sample.
func (it *heldIterator) take() chunkenc.ValueType {
	it.last = it.next
	if it.last.kind != chunkenc.ValNone {
		it.t = it.last.t
		it.fetch(it.inner.Next())
	}
	return it.last.kind
}

// fill goes to the time, where the last value still holds then.
func (it *heldIterator) fill(t int64) bool {
	if it.last.kind != chunkenc.ValFloat || value.IsStaleNaN(it.last.v) {
		return false
	}
	if t > it.last.t+it.hold || (it.next.kind != chunkenc.ValNone && t >= it.next.t) {
		return false
	}
	it.t = t
	return true
}

// Next goes to the next sample.
func (it *heldIterator) Next() chunkenc.ValueType {
	if !it.started {
		it.started = true
		it.fetch(it.inner.Next())
		return it.take()
	}
	if it.fill(it.t + it.step) {
		return it.last.kind
	}
	return it.take()
}

// Seek goes to the first sample at or after the time.
func (it *heldIterator) Seek(t int64) chunkenc.ValueType {
	if !it.started {
		it.started = true
		it.fetch(it.inner.Seek(t - it.hold))
	} else if it.last.kind != chunkenc.ValNone && it.t >= t {
		return it.last.kind
	}
	if it.next.kind != chunkenc.ValNone && it.next.t < t-it.hold {
		it.last = sample{}
		it.fetch(it.inner.Seek(t - it.hold))
	}
	for it.next.kind != chunkenc.ValNone && it.next.t < t {
		it.take()
	}
	if it.last.kind != chunkenc.ValNone {
		steps := (t - it.last.t + it.step - 1) / it.step
		if it.fill(it.last.t + steps*it.step) {
			return it.last.kind
		}
	}
	return it.take()
}

// At is the current sample.
func (it *heldIterator) At() (int64, float64) { return it.t, it.last.v }

// AtHistogram is not called: statistics of windows are numbers, and histograms are given as AtFloatHistogram.
func (it *heldIterator) AtHistogram(*histogram.Histogram) (int64, *histogram.Histogram) {
	return math.MinInt64, nil
}

// AtFloatHistogram is the current histogram.
func (it *heldIterator) AtFloatHistogram(*histogram.FloatHistogram) (int64, *histogram.FloatHistogram) {
	return it.t, it.last.histogram
}

// AtT is the time of the current sample.
func (it *heldIterator) AtT() int64 { return it.t }

// AtST is unknown.
func (*heldIterator) AtST() int64 { return 0 }

// Err is what went wrong.
func (it *heldIterator) Err() error { return it.inner.Err() }
