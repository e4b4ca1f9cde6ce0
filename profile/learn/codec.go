package learn

import (
	"encoding/binary"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"

	"github.com/leeway-ml/leeway/summary"
)

// An hour as bytes: a format number, then for each variable, sorted by key, its cell. Counts are varints, as most are
// small; floating point numbers are eight bytes.

const hourFormat = 1

// minScale and maxScale are the coarsest and the finest scale of exponential histograms.
const (
	minScale = -11
	maxScale = 20
)

var errTruncated = errors.New("ends too early")

func encodeHour(cells map[string]*cell) []byte {
	b := []byte{hourFormat}
	b = binary.AppendUvarint(b, uint64(len(cells)))
	for _, variable := range slices.Sorted(maps.Keys(cells)) {
		b = appendString(b, variable)
		b = cells[variable].encode(b)
	}
	return b
}

func decodeHour(b []byte) (map[string]*cell, error) {
	d := &decoder{b: b}
	if format := d.byte(); d.err == nil && format != hourFormat {
		return nil, fmt.Errorf("format %d; must be %d", format, hourFormat)
	}
	n := d.length(1)
	cells := make(map[string]*cell, min(n, 1<<12))
	for range n {
		variable := d.string()
		c := d.cell()
		if d.err != nil {
			return nil, d.err
		}
		cells[variable] = c
	}
	if d.err == nil && len(d.b) > 0 {
		d.err = fmt.Errorf("%d bytes too many", len(d.b))
	}
	return cells, d.err
}

func (c *cell) encode(b []byte) []byte {
	for _, n := range []uint64{c.missing, c.wrongType, c.nonFinite, c.other} {
		b = binary.AppendUvarint(b, n)
	}
	b = binary.AppendUvarint(b, uint64(len(c.categories)))
	for _, category := range slices.Sorted(maps.Keys(c.categories)) {
		b = appendString(b, category)
		b = binary.AppendUvarint(b, c.categories[category])
	}
	if e := c.exponential; e == nil {
		b = append(b, 0)
	} else {
		b = append(b, 1)
		b = binary.AppendVarint(b, int64(e.Scale))
		b = binary.AppendUvarint(b, e.Zero)
		b = appendFloats(b, e.ZeroThreshold, e.Sum, e.Min, e.Max)
		for _, side := range []summary.Buckets{e.Positive, e.Negative} {
			b = binary.AppendVarint(b, int64(side.Offset))
			b = appendCounts(b, side.Counts)
		}
	}
	b = binary.AppendUvarint(b, uint64(len(c.histograms)))
	for _, h := range c.histograms {
		b = binary.AppendUvarint(b, uint64(len(h.Bounds)))
		b = appendFloats(b, h.Bounds...)
		for _, n := range h.Counts {
			b = binary.AppendUvarint(b, n)
		}
		b = appendFloats(b, h.Sum, h.Min, h.Max)
	}
	return b
}

func (d *decoder) cell() *cell {
	c := &cell{missing: d.uint(), wrongType: d.uint(), nonFinite: d.uint(), other: d.uint()}
	for range d.length(2) {
		category := d.string()
		n := d.uint()
		if d.err != nil {
			return c
		}
		if c.categories == nil {
			c.categories = map[string]uint64{}
		}
		c.categories[category] = n
		c.categoryBytes += int64(len(category)) + entryBytes
	}
	switch d.byte() {
	case 0:
	case 1:
		e := &summary.Exponential{Scale: d.int32(), Zero: d.uint(), ZeroThreshold: d.float(), Sum: d.float(), Min: d.float(), Max: d.float()}
		for _, side := range []*summary.Buckets{&e.Positive, &e.Negative} {
			side.Offset = d.int32()
			side.Counts = d.counts(d.length(1))
		}
		if len(e.Positive.Counts) > maxOddsBuckets || len(e.Negative.Counts) > maxOddsBuckets {
			d.fail(errors.New("too many buckets"))
		}
		d.scale(e)
		c.exponential = e
	default:
		d.fail(errors.New("neither an exponential histogram nor none"))
	}
	sets := d.length(1)
	if sets > maxBoundsSets {
		d.fail(errors.New("too many sets of bounds"))
		return c
	}
	for range sets {
		bounds := d.floats(d.length(8))
		h := summary.Histogram{Bounds: bounds, Counts: d.counts(len(bounds) + 1), Sum: d.float(), Min: d.float(), Max: d.float()}
		for i, b := range bounds {
			if math.IsNaN(b) || math.IsInf(b, 0) || i > 0 && b <= bounds[i-1] {
				d.fail(errors.New("bounds that do not ascend"))
			}
		}
		if d.err != nil {
			return c
		}
		c.histograms = append(c.histograms, h)
	}
	return c
}

// scale refuses histograms that would take forever, or all memory, to be merged with others: no value is in their buckets.
func (d *decoder) scale(e *summary.Exponential) {
	if e.Scale < minScale || e.Scale > maxScale {
		d.fail(fmt.Errorf("an exponential histogram of scale %d; must be from %d to %d", e.Scale, minScale, maxScale))
		return
	}
	// The exponents of float64, and one beyond them.
	least, greatest := int64(-1075), int64(1025)
	if e.Scale > 0 {
		least, greatest = least<<e.Scale, greatest<<e.Scale
	} else {
		least, greatest = least>>-e.Scale, greatest>>-e.Scale
	}
	for _, b := range []*summary.Buckets{&e.Positive, &e.Negative} {
		if first, last := int64(b.Offset), int64(b.Offset)+int64(len(b.Counts)); len(b.Counts) > 0 && (first < least || last > greatest+1) {
			d.fail(fmt.Errorf("buckets %d to %d of an exponential histogram of scale %d; no number is that small or large", first, last, e.Scale))
		}
	}
}

func appendString(b []byte, s string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

func appendFloats(b []byte, numbers ...float64) []byte {
	for _, x := range numbers {
		b = binary.LittleEndian.AppendUint64(b, math.Float64bits(x))
	}
	return b
}

func appendCounts(b []byte, counts []uint64) []byte {
	b = binary.AppendUvarint(b, uint64(len(counts)))
	for _, n := range counts {
		b = binary.AppendUvarint(b, n)
	}
	return b
}

// decoder reads bytes of unknown origin. After an error it reads zeros; no length makes it allocate more than the bytes
// that are there could fill.
type decoder struct {
	b   []byte
	err error
}

func (d *decoder) fail(err error) {
	if d.err == nil {
		d.err, d.b = err, nil
	}
}

func (d *decoder) take(n int) []byte {
	if n > len(d.b) {
		d.fail(errTruncated)
		return nil
	}
	taken := d.b[:n]
	d.b = d.b[n:]
	return taken
}

func (d *decoder) byte() byte {
	if b := d.take(1); b != nil {
		return b[0]
	}
	return 0
}

func (d *decoder) uint() uint64 {
	n, size := binary.Uvarint(d.b)
	if size <= 0 {
		d.fail(errTruncated)
		return 0
	}
	d.b = d.b[size:]
	return n
}

func (d *decoder) int32() int32 {
	n, size := binary.Varint(d.b)
	if size <= 0 || n > math.MaxInt32 || n < math.MinInt32 {
		d.fail(errTruncated)
		return 0
	}
	d.b = d.b[size:]
	return int32(n)
}

// length is the number of elements that follow, of at least so many bytes each.
func (d *decoder) length(each int) int {
	n := d.uint()
	if n > uint64(len(d.b)/each) {
		d.fail(errTruncated)
		return 0
	}
	return int(n)
}

func (d *decoder) string() string { return string(d.take(d.length(1))) }

func (d *decoder) float() float64 {
	b := d.take(8)
	if b == nil {
		return 0
	}
	return math.Float64frombits(binary.LittleEndian.Uint64(b))
}

func (d *decoder) floats(n int) []float64 {
	numbers := make([]float64, n)
	for i := range numbers {
		numbers[i] = d.float()
	}
	return numbers
}

func (d *decoder) counts(n int) []uint64 {
	counts := make([]uint64, n)
	for i := range counts {
		counts[i] = d.uint()
	}
	return counts
}
