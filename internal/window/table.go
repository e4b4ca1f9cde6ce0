package window

import (
	"cmp"
	"encoding/binary"
	"math"
	"slices"

	"github.com/leeway-ml/leeway/semconv"
	"github.com/leeway-ml/leeway/summary"
)

// Increment is what one delta point adds to one series.
type Increment struct {
	// Group has the attributes of the group beside model and version, sorted by key; Attributes all others, sorted by key.
	Group      []summary.Attribute
	Metric     string
	Attributes []summary.Attribute
	// Time in nanoseconds since the epoch; what is counted happened before it.
	Time int64
	// Exactly one of Histogram, Exponential and (else) Sum is meant.
	Histogram   *summary.Histogram
	Exponential *summary.Exponential
	Sum         float64
}

// kind is what a series is made of.
type kind uint8

const (
	sum kind = iota
	histogram
	exponential
)

func (i *Increment) kind() kind {
	switch {
	case i.Histogram != nil:
		return histogram
	case i.Exponential != nil:
		return exponential
	}
	return sum
}

// table says where in a pane each series of a model has its place. Groups and series are known by their position.
type table struct {
	groups   []*group
	series   []*series
	byGroup  map[string]int32
	bySeries map[string]int32
	bins     int // of all series
	key      []byte
	changed  bool // since the last checkpoint
}

type group struct {
	attributes []summary.Attribute
	is         summary.Group
	order      []int32 // its series, sorted by metric and attributes
	sorted     bool
	// quiet by window definition: its last window was empty, and has been judged so.
	quiet []bool
}

type series struct {
	group      int32
	metric     string
	attributes []summary.Attribute
	kind       kind
	signed     bool // a sum that counts nothing: it has no hours, and 0 is as good a value as any
	bounds     []float64
	offset     int // of the first of its len(bounds)+1 bins; histograms only
	lastSeen   int64
}

func (s *series) bins() int {
	if s.kind != histogram {
		return 0
	}
	return len(s.bounds) + 1
}

func newTable() table {
	return table{byGroup: map[string]int32{}, bySeries: map[string]int32{}, changed: true}
}

// find returns the position of the increment's series, made if need be; false where a limit forbids that.
func (t *table) find(i *Increment, model, version string, l *Limits, windows int) (int32, bool) {
	t.key = appendAttributes(t.key[:0], i.Group)
	end := len(t.key)
	t.key = appendAttributes(appendText(append(t.key, byte(i.kind())), i.Metric), i.Attributes)
	at, ok := t.bySeries[string(t.key)]
	if ok && (i.Histogram == nil || slices.Equal(t.series[at].bounds, i.Histogram.Bounds)) {
		return at, true
	}
	if ok { // the same series with other bounds: of another agent, or of another profile
		t.key = appendBounds(t.key, i.Histogram.Bounds)
		if at, ok = t.bySeries[string(t.key)]; ok {
			return at, true
		}
	}
	if len(t.series) >= l.Series {
		return 0, false
	}
	g, ok := t.byGroup[string(t.key[:end])]
	if !ok {
		if len(t.groups) >= l.Groups {
			return 0, false
		}
		g = t.addGroup(string(t.key[:end]), i.Group, model, version, windows)
	}
	s := &series{group: g, metric: i.Metric, attributes: slices.Clone(i.Attributes), kind: i.kind()}
	if i.Histogram != nil {
		s.bounds = slices.Clone(i.Histogram.Bounds)
		t.shareBounds(s)
	}
	return t.add(string(t.key), s), true
}

func (t *table) addGroup(key string, attributes []summary.Attribute, model, version string, windows int) int32 {
	g := &group{attributes: slices.Clone(attributes), quiet: make([]bool, windows)}
	g.is = GroupOf(model, version, g.attributes)
	for d := range g.quiet {
		g.quiet[d] = true
	}
	at := int32(len(t.groups))
	t.groups = append(t.groups, g)
	t.byGroup[key] = at
	return at
}

func (t *table) add(key string, s *series) int32 {
	s.offset, s.signed = t.bins, semconv.Signed(s.metric)
	t.bins += s.bins()
	at := int32(len(t.series))
	t.series = append(t.series, s)
	t.bySeries[key] = at
	g := t.groups[s.group]
	g.order, g.sorted = append(g.order, at), false
	t.changed = true
	return at
}

// shareBounds keeps one copy of bounds that another series, of another segment mostly, has as well.
func (t *table) shareBounds(s *series) {
	for k := len(t.series) - 1; k >= 0 && k >= len(t.series)-64; k-- {
		if slices.Equal(t.series[k].bounds, s.bounds) {
			s.bounds = t.series[k].bounds
			return
		}
	}
}

// sortedSeries are the group's series, sorted by metric and attributes.
func (t *table) sortedSeries(g *group) []int32 {
	if !g.sorted {
		slices.SortFunc(g.order, func(a, b int32) int { return compareSeries(t.series[a], t.series[b]) })
		g.sorted = true
	}
	return g.order
}

func compareSeries(a, b *series) int {
	if c := cmp.Compare(a.metric, b.metric); c != 0 {
		return c
	}
	if c := compareAttributes(a.attributes, b.attributes); c != 0 {
		return c
	}
	if c := cmp.Compare(a.kind, b.kind); c != 0 {
		return c
	}
	return slices.Compare(a.bounds, b.bounds)
}

func compareAttributes(a, b []summary.Attribute) int {
	return slices.CompareFunc(a, b, func(x, y summary.Attribute) int {
		if c := cmp.Compare(x.Key, y.Key); c != 0 {
			return c
		}
		return cmp.Compare(x.Value, y.Value)
	})
}

func appendBounds(key []byte, bounds []float64) []byte {
	for _, b := range bounds {
		key = binary.LittleEndian.AppendUint64(key, math.Float64bits(b))
	}
	return key
}

func appendAttributes(key []byte, attributes []summary.Attribute) []byte {
	key = binary.AppendUvarint(key, uint64(len(attributes)))
	for _, a := range attributes {
		key = appendText(appendText(key, a.Key), a.Value)
	}
	return key
}

func appendText(key []byte, text string) []byte {
	return append(binary.AppendUvarint(key, uint64(len(text))), text...)
}
