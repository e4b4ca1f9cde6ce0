package window

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"sort"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/leeway-ml/leeway/semconv"
	"github.com/leeway-ml/leeway/summary"
)

var testSettings = Settings{
	Windows: []Definition{
		{Name: "1h", Length: time.Hour, Every: 15 * time.Minute},
		{Name: "6h", Length: 6 * time.Hour, Every: 2 * time.Hour},
	},
	AllowedLateness: 40 * time.Minute,
	Limits:          Limits{Series: 100, Groups: 10},
	ByPane: func(metric string) bool {
		return metric == semconv.MetricFeatureValue || metric == semconv.MetricJointProduct
	},
}

// event is one observation, as the naive reference sees it.
type event struct {
	at    int64 // it happened at this nanosecond
	group string
	kind  kind
	value float64
	// signed is a sum of numbers of either sign.
	signed bool
}

var testBounds = []float64{1, 2, 5}

// increment makes a delta point of one event.
func (e event) increment() *Increment {
	i := &Increment{Metric: semconv.MetricPredictions, Time: e.at + 1}
	if e.group != "" {
		i.Group = []summary.Attribute{{Key: semconv.AttrSegmentPrefix + "country", Value: e.group}}
	}
	switch e.kind {
	case sum:
		i.Sum = e.value
		if e.signed {
			i.Metric = semconv.MetricJointProduct
			i.Attributes = []summary.Attribute{{Key: semconv.AttrFeatureName, Value: "amount"}}
			break
		}
		i.Attributes = []summary.Attribute{{Key: semconv.AttrPredictionClass, Value: fmt.Sprint(int(e.value) % 2)}}
	case histogram:
		i.Metric = semconv.MetricFeatureValue
		i.Attributes = []summary.Attribute{{Key: semconv.AttrFeatureName, Value: "amount"}}
		i.Histogram = &summary.Histogram{Bounds: testBounds, Counts: make([]uint64, 4), Sum: e.value, Min: e.value, Max: e.value}
		i.Histogram.Counts[sort.SearchFloat64s(testBounds, e.value)]++
	case exponential:
		i.Metric = semconv.MetricFeatureValue
		i.Attributes = []summary.Attribute{{Key: semconv.AttrFeatureName, Value: "duration"}}
		i.Exponential = &summary.Exponential{Scale: 3, Sum: e.value, Min: e.value, Max: e.value,
			Positive: summary.Buckets{Offset: summary.BucketIndex(3, e.value), Counts: []uint64{1}}}
	}
	return i
}

// naive says what each window holds, from all events, without panes.
func naive(events []event, watermark int64) map[string]string {
	said := map[string]string{}
	for _, d := range testSettings.Windows {
		for _, group := range []string{"", "DE", "FR"} {
			var mine []event
			for _, e := range events {
				if e.group == group {
					mine = append(mine, e)
				}
			}
			ends := map[int64]bool{}
			for _, e := range mine { // an event is in the windows that end within a length of it, and the next is the first without it
				for end := (floorDiv(e.at, int64(d.Every)) + 1) * int64(d.Every); end <= e.at+int64(d.Length)+int64(d.Every); end += int64(d.Every) {
					ends[end] = end <= watermark
				}
			}
			for end, judged := range ends {
				if judged {
					said[fmt.Sprintf("%s %s %s", d.Name, time.Unix(0, end).UTC().Format(time.DateTime), group)] = contents(mine, end-int64(d.Length), end)
				}
			}
		}
	}
	return said
}

func contents(events []event, from, to int64) string {
	lines := map[string][]event{}
	for _, e := range events {
		if e.at >= from && e.at < to {
			i := e.increment()
			key := i.Metric + i.Attributes[0].Value
			lines[key] = append(lines[key], e)
		}
	}
	var out []string
	for key, es := range lines {
		var total float64
		hours := map[int64]uint64{}
		values := []float64{}
		for _, e := range es {
			total += e.value
			n := uint64(1)
			if e.kind == sum {
				n = uint64(e.value)
			}
			if !e.signed {
				hours[floorDiv(e.at, int64(time.Hour))] += n
			}
			values = append(values, e.value)
		}
		slices.Sort(values)
		out = append(out, fmt.Sprintf("%s sum %v hours %v %s", key, total, hours, binned(es[0].kind, values)))
	}
	sort.Strings(out)
	return strings.Join(out, "; ")
}

func binned(k kind, values []float64) string {
	counts := map[int32]int{}
	switch k {
	case sum:
		return ""
	case histogram:
		for _, v := range values {
			counts[int32(sort.SearchFloat64s(testBounds, v))]++
		}
	case exponential:
		for _, v := range values {
			counts[summary.BucketIndex(3, v)]++
		}
	}
	return fmt.Sprint(counts, values[0], values[len(values)-1])
}

// say is a window in the words of contents.
func say(w *summary.Window) string {
	var out []string
	for _, s := range w.Series {
		hours := map[int64]uint64{}
		for _, h := range s.Hours {
			hours[h.Hour] += h.Count
		}
		total, bins, counts := s.Sum, "", map[int32]int{}
		if h := s.Histogram; h != nil {
			for i, c := range h.Counts {
				if c > 0 {
					counts[int32(i)] = int(c)
				}
			}
			total, bins = h.Sum, fmt.Sprint(counts, h.Min, h.Max)
		}
		if e := s.Exponential; e != nil {
			for i, c := range e.Positive.Counts {
				if c > 0 {
					counts[e.Positive.Offset+int32(i)] = int(c)
				}
			}
			total, bins = e.Sum, fmt.Sprint(counts, e.Min, e.Max)
		}
		out = append(out, fmt.Sprintf("%s sum %v hours %v %s", s.Metric+s.Attributes[0].Value, total, hours, bins))
	}
	sort.Strings(out)
	return strings.Join(out, "; ")
}

// naivePanes says what each pane of the window has of what testSettings want by pane, from all events.
func naivePanes(events []event, group string, w *summary.Window) []string {
	var out []string
	every := int64(0)
	for _, d := range testSettings.Windows {
		if d.Name == w.Name {
			every = int64(d.Every)
		}
	}
	for start := w.End.UnixNano() - int64(w.Length); start < w.End.UnixNano(); start += every {
		var mine []event
		for _, e := range events {
			if e.group == group && (e.kind != sum || e.signed) && e.at >= start && e.at < start+every {
				mine = append(mine, e)
			}
		}
		if len(mine) > 0 {
			text := regexp.MustCompile(`hours map\[[^]]*\]`).ReplaceAllString(contents(mine, start, start+every), "hours map[]")
			out = append(out, fmt.Sprintf("%s-%s %s", clock(start), clock(start+every), text))
		}
	}
	return out
}

func clock(t int64) string { return time.Unix(0, t).UTC().Format(time.DateTime) }

// sayPanes are the window's panes in the words of naivePanes.
func sayPanes(w *summary.Window) []string {
	var out []string
	for _, p := range w.Panes {
		out = append(out, fmt.Sprintf("%s-%s %s", clock(p.Start.UnixNano()), clock(p.End.UnixNano()), say(&summary.Window{Series: p.Series})))
	}
	return out
}

func drawEvents(t *rapid.T) []event {
	start := time.Date(2026, 3, 1, rapid.IntRange(0, 23).Draw(t, "hour"), 0, 0, 0, time.UTC).UnixNano()
	n := rapid.IntRange(1, 60).Draw(t, "n")
	events := make([]event, n)
	at := start
	for i := range events {
		at += rapid.Int64Range(0, int64(25*time.Minute)).Draw(t, "gap")
		if rapid.IntRange(0, 19).Draw(t, "silence") == 0 {
			at += rapid.Int64Range(0, int64(30*time.Hour)).Draw(t, "long gap")
		}
		events[i] = event{
			at: at, group: rapid.SampledFrom([]string{"", "", "DE", "FR"}).Draw(t, "group"),
			kind: rapid.SampledFrom([]kind{sum, histogram, exponential}).Draw(t, "kind"), value: float64(rapid.IntRange(1, 8).Draw(t, "value")),
		}
		if events[i].kind == sum && rapid.Bool().Draw(t, "signed") {
			events[i].signed, events[i].value = true, float64(rapid.IntRange(-8, 8).Draw(t, "signed value"))/4
		}
	}
	return events
}

// TestAsNaive: events within the allowed lateness, in any order, in any batches, with compactions and restarts in between,
// give the windows that a look at all events gives.
func TestAsNaive(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		events := drawEvents(t)
		arrivals := slices.Clone(events)
		delays := map[event]int64{}
		for i := range arrivals {
			arrivals[i].at += int64(i) // all different, so that each has a delay of its own
			delays[arrivals[i]] = rapid.Int64Range(0, int64(testSettings.AllowedLateness)-int64(time.Minute)).Draw(t, "delay")
		}
		events = slices.Clone(arrivals)
		slices.SortStableFunc(arrivals, func(a, b event) int { return int((a.at + delays[a]) - (b.at + delays[b])) })

		m := NewModel("fraud", "1", &testSettings)
		got := map[string]string{}
		judge := func(w *summary.Window) {
			group := ""
			if len(w.Group.Segment) > 0 {
				group = w.Group.Segment[0].Value
			}
			key := fmt.Sprintf("%s %s %s", w.Name, w.End.Format(time.DateTime), group)
			require.NotContains(t, got, key, "judged twice")
			require.Equal(t, naivePanes(events, group, w), sayPanes(w))
			got[key] = say(w)
		}
		disk := map[string][]byte{}
		for len(arrivals) > 0 {
			size := rapid.IntRange(1, len(arrivals)).Draw(t, "batch")
			batch := slices.Clone(arrivals[:size])
			arrivals = arrivals[size:]
			slices.SortFunc(batch, func(a, b event) int { return int(a.at - b.at) })
			for _, e := range batch {
				require.NotEqual(t, OverLimit, m.Add(e.increment()))
				if m.Due() {
					m.Close(judge)
				}
			}
			if rapid.IntRange(0, 4).Draw(t, "compact") == 0 {
				m.compactable = true
				m.compact()
			}
			if rapid.IntRange(0, 4).Draw(t, "checkpoint") == 0 {
				m = restart(t, m, disk)
			}
		}
		m.Idle(50 * time.Hour)
		m.Close(judge)
		require.Equal(t, naive(events, m.watermark), got)
		require.True(t, m.Empty(), "what is in no window any more is dropped")
	})
}

// restart writes what has changed, as to a disk, and reads everything back.
func restart(t *rapid.T, m *Model, disk map[string][]byte) *Model {
	for _, e := range m.Changes() {
		if e.Value == nil {
			delete(disk, e.Key)
		} else {
			disk[e.Key] = e.Value
		}
	}
	keys := m.Keys()
	for key := range disk {
		require.Contains(t, keys, key, "left on the disk")
	}
	restored, errs := Restore(&testSettings, func(key string) ([]byte, error) { return disk[key], nil })
	require.Empty(t, errs)
	require.Empty(t, restored.Changes(), "nothing has changed since")
	return restored
}

func TestAddSaturates(t *testing.T) {
	require.Equal(t, uint32(math.MaxUint32), addSaturating(7, math.MaxUint64))
	require.Equal(t, uint32(9), addSaturating(7, 2))
}
