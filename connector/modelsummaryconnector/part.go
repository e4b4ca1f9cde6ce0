package modelsummaryconnector

import "iter"

const (
	// maxPart is how many bytes of OTLP go out in one batch, by a rough estimate that is rather too high: receivers take 4 MiB
	// of gRPC by default. What is larger by itself, the summaries of one pane of one segment, is not cut.
	maxPart = 2 << 20
	// pointSize is what a data point takes beside its bins, in bytes: times, sums, and attributes with their names.
	pointSize = 200
	// binSize is what a bin of a histogram takes: its count and its bound.
	binSize = 16
	// bucketSize is what a bucket of an exponential histogram takes.
	bucketSize = 4
)

// parts cuts what is to be sent into batches, in the same order.
func parts(all []*accumulator) iter.Seq[[]*accumulator] {
	return func(yield func([]*accumulator) bool) {
		for len(all) > 0 {
			n, size := 1, all[0].sentSize()
			for n < len(all) {
				if size += all[n].sentSize(); size > maxPart {
					break
				}
				n++
			}
			if !yield(all[:n]) {
				return
			}
			all = all[n:]
		}
	}
}

// sentSize is about how many bytes of OTLP the accumulator makes.
func (a *accumulator) sentSize() int {
	size := pointSize * (1 + len(a.classes) + len(a.detections))
	for i := range a.plan.features {
		f, c := &a.plan.features[i], &a.features[i]
		switch {
		case c.binned == 0:
		case f.numeric:
			size += pointSize + binSize*f.cells(a.segment != nil)
		default:
			for _, n := range a.cellsOf(f) {
				if n > 0 {
					size += pointSize
				}
			}
		}
		for _, invalid := range []bool{c.binned < a.events, c.nonFinite > 0, c.wrongType > 0, c.outOfRange > 0} {
			if invalid {
				size += pointSize
			}
		}
	}
	for _, x := range a.extras {
		size += pointSize*(1+len(x.categories)) + x.numbers.sentSize()
		for _, n := range []uint64{x.missing, x.nonFinite, x.wrongType} {
			if n > 0 {
				size += pointSize
			}
		}
	}
	for _, x := range a.attributions {
		size += pointSize + x.numbers.sentSize()
	}
	for _, x := range a.scores {
		size += x.bins.sentSize() + x.odds.sentSize()
	}
	size += a.values.sentSize() + a.durations.sentSize()
	if a.outcomes != nil {
		size += a.outcomes.sentSize()
	}
	size += a.joint.sentSize()
	for i := range a.vectors {
		size += a.vectors[i].sentSize()
	}
	return size
}

func (m *measure) sentSize() int {
	switch {
	case m == nil:
		return 0
	case m.bins != nil:
		return m.bins.sentSize()
	}
	return pointSize + m.exponential.sentSize()
}

func (h *histogram) sentSize() int {
	if h == nil {
		return 0
	}
	return pointSize + binSize*len(h.counts)
}

func (e *exponential) sentSize() int {
	return bucketSize * (len(e.h.Positive.Counts) + len(e.h.Negative.Counts))
}
