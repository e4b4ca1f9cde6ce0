package learn

import (
	"bytes"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/leeway-ml/leeway/profile"
	"github.com/leeway-ml/leeway/summary"
)

// event is one prediction: its features by name (float64 or string, nil where it is missing, no key where it was left
// out), class and score.
type event struct {
	at     time.Duration // since monday
	inputs map[string]any
	class  string
	score  float64
}

// monday is 2026-01-05T00:00Z.
var monday = time.Date(2026, 1, 5, 0, 0, 0, 0, time.UTC)

func hourOf(at time.Duration) int64 { return monday.Add(at).Unix() / 3600 }

var scoreBounds = func() []float64 {
	var b []float64
	for i := 1; i < 50; i++ {
		b = append(b, float64(i)*0.02)
	}
	return b
}()

// summarise makes the series that a batch of events, all of one hour, adds up to.
func summarise(batch []event) []summary.Series {
	hours := func(n int) []summary.HourCount {
		return []summary.HourCount{{Hour: hourOf(batch[0].at), Count: uint64(n)}}
	}
	sum := func(metric string, n int, attributes ...summary.Attribute) summary.Series {
		return summary.Series{Metric: metric, Attributes: attributes, Sum: float64(n), Hours: hours(n)}
	}
	numbers, labels, missing := map[string][]float64{}, map[string]map[string]int{}, map[string]int{}
	classes := map[string]int{}
	scores := summary.Histogram{Bounds: scoreBounds, Counts: make([]uint64, len(scoreBounds)+1), Min: math.Inf(1), Max: math.Inf(-1)}
	for _, e := range batch {
		for name, x := range e.inputs {
			switch x := x.(type) {
			case float64:
				numbers[name] = append(numbers[name], x)
			case string:
				if labels[name] == nil {
					labels[name] = map[string]int{}
				}
				labels[name][x]++
			default:
				missing[name]++
			}
		}
		classes[e.class]++
		i, _ := slices.BinarySearch(scoreBounds, e.score)
		scores.Counts[i]++
		scores.Sum += e.score
		scores.Min, scores.Max = min(scores.Min, e.score), max(scores.Max, e.score)
	}
	var out []summary.Series
	for name, values := range numbers {
		out = append(out, summary.Series{Metric: "ml.feature.value", Attributes: []summary.Attribute{{Key: "ml.feature.name", Value: name}},
			Exponential: exponential(values...), Hours: hours(len(values))})
	}
	for name, counts := range labels {
		for category, n := range counts {
			out = append(out, sum("ml.feature.categories", n, summary.Attribute{Key: "ml.feature.category", Value: category}, summary.Attribute{Key: "ml.feature.name", Value: name}))
		}
	}
	for name, n := range missing {
		out = append(out, sum("ml.feature.invalid", n, summary.Attribute{Key: "ml.feature.name", Value: name}, summary.Attribute{Key: "ml.invalid.reason", Value: "missing"}))
	}
	for class, n := range classes {
		out = append(out, sum("ml.predictions", n, summary.Attribute{Key: "ml.prediction.class", Value: class}))
	}
	return append(out, summary.Series{Metric: "ml.prediction.score", Attributes: []summary.Attribute{{Key: "ml.class", Value: "1"}}, Histogram: &scores, Hours: hours(len(batch))})
}

func exponential(values ...float64) *summary.Exponential {
	e := &summary.Exponential{}
	for _, x := range values {
		one := &summary.Exponential{Scale: 20, Sum: x, Min: x, Max: x}
		switch {
		case x > 0:
			one.Positive = summary.Buckets{Offset: summary.BucketIndex(20, x), Counts: []uint64{1}}
		case x < 0:
			one.Negative = summary.Buckets{Offset: summary.BucketIndex(20, x), Counts: []uint64{1}}
		default:
			one.Zero = 1
		}
		e.Merge(one, MaxBuckets)
	}
	return e
}

func options() Options {
	return Options{Observations: 100, MinObservations: 10, Settle: time.Minute, MaxFeatures: 100, MaxSize: 1 << 24}
}

func text(t require.TestingT, p *profile.Profile) string {
	var b bytes.Buffer
	require.NoError(t, p.Write(&b))
	return b.String()
}

var wall = time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)

// learnFrom feeds events in their order, in batches of at most size, until a profile can be made.
func learnFrom(t require.TestingT, o Options, events []event, size int, shuffle func([]summary.Series)) *profile.Profile {
	m := New("fraud", "3", o)
	for len(events) > 0 {
		n := 1
		for n < min(size, len(events)) && hourOf(events[n].at) == hourOf(events[0].at) {
			n++
		}
		series := summarise(events[:n])
		shuffle(series)
		for i := range series {
			require.Equal(t, Taken, m.Observe(&series[i], wall))
		}
		events = events[n:]
		if period, ok := m.Finished(wall); ok {
			p, err := m.Profile(period, wall)
			require.NoError(t, err)
			return p
		}
	}
	return nil
}

// draw makes a stream of events over a hundred hours, in the order of time.
func draw(r *rand.Rand) []event {
	events := make([]event, 150+r.IntN(100))
	for i := range events {
		e := event{
			at:     time.Duration(r.IntN(100*60)) * time.Minute,
			inputs: map[string]any{"country": []string{"DE", "FR", "US", ""}[r.IntN(4)]},
			class:  []string{"0", "1"}[r.IntN(2)],
			score:  float64(r.IntN(65)) / 64,
		}
		switch r.IntN(10) {
		case 0:
		case 1:
			e.inputs["amount"] = nil
		default: // dyadic, so that sums are exact in any order
			e.inputs["amount"] = float64(r.IntN(4500)-500) / 8
		}
		events[i] = e
	}
	slices.SortStableFunc(events, func(a, b event) int { return int(a.at - b.at) })
	// A heartbeat after all the rest, so that learning can end.
	for i := range 5 {
		events = append(events, event{at: time.Duration(110+i) * time.Hour, inputs: map[string]any{}, class: "0"})
	}
	return events
}

func seeded(t *rapid.T) *rand.Rand { return rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1)) }

// What is learned is the first whole hours that hold enough, whatever the batches, the order of series in them, and the
// disorder of events within the hour that is waited for.
func TestLearnedProfileDoesNotDependOnDelivery(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := seeded(t)
		events := draw(r)
		want := learnFrom(t, options(), events, 1<<20, func([]summary.Series) {})
		require.NotNil(t, want)

		// By hand: whole hours until there are a hundred.
		end := 0
		for end < len(events) && (end < 100 || hourOf(events[end].at) == hourOf(events[end-1].at)) {
			end++
		}
		require.Equal(t, uint64(end), want.Provenance.Rows)
		amount := want.Feature("amount")
		require.Equal(t, uint64(end), amount.Observed()+amount.Missing)
		countValues(t, amount, events[:end])

		late := make(map[int]time.Duration, len(events))
		order := make([]int, len(events))
		for i := range order {
			order[i] = i
			late[i] = events[i].at + time.Duration(r.IntN(60))*time.Minute
		}
		slices.SortStableFunc(order, func(a, b int) int { return int(late[a] - late[b]) })
		shuffled := make([]event, len(events))
		for i, j := range order {
			shuffled[i] = events[j]
		}
		got := learnFrom(t, options(), shuffled, rapid.SampledFrom([]int{1, 7, 1 << 20}).Draw(t, "size"), func(s []summary.Series) {
			r.Shuffle(len(s), func(i, j int) { s[i], s[j] = s[j], s[i] })
		})
		require.Equal(t, text(t, want), text(t, got))
		require.Equal(t, want.ID(), got.ID())
	})
}

// countValues checks the counts by putting every value in its bin.
func countValues(t require.TestingT, v *profile.Variable, events []event) {
	counts := make([]uint64, len(v.Counts))
	for _, e := range events {
		if x, ok := e.inputs[v.Name].(float64); ok {
			counts[v.Bin(x)]++
		}
	}
	require.Equal(t, counts, v.Counts)
}

// A restart in the middle changes nothing.
func TestRestoreGoesOn(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := seeded(t)
		events := draw(r)
		want := learnFrom(t, options(), events, 1, func([]summary.Series) {})
		stop := r.IntN(len(events))

		m := New("fraud", "3", options())
		kept := map[int64][]byte{}
		for i, e := range events {
			if i == stop {
				changed, dropped := m.Changes()
				require.Empty(t, dropped)
				for at, b := range changed {
					kept[at] = b
				}
				m = New("fraud", "3", options())
				for at, b := range kept {
					require.NoError(t, m.Restore(at, b, wall))
				}
			} else if i%50 == 0 {
				changed, _ := m.Changes()
				for at, b := range changed {
					kept[at] = slices.Clone(b)
				}
			}
			for _, s := range summarise([]event{e}) {
				require.Equal(t, Taken, m.Observe(&s, wall))
			}
		}
		period, ok := m.Finished(wall)
		require.True(t, ok)
		got, err := m.Profile(period, wall)
		require.NoError(t, err)
		require.Equal(t, text(t, want), text(t, got))
	})
}

func feed(t *testing.T, m *Model, series ...summary.Series) {
	t.Helper()
	for i := range series {
		require.Equal(t, Taken, m.Observe(&series[i], wall))
	}
}
