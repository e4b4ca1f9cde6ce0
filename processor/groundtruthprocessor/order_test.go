package groundtruthprocessor

import (
	"context"
	"fmt"
	"slices"
	"sort"
	"testing"
	"testing/synctest"
	"time"

	"go.opentelemetry.io/collector/pdata/plog"
	"pgregory.net/rapid"

	"github.com/leeway-ml/leeway/semconv"
)

// history is what happened to some predictions, and what should become of them.
type history struct {
	events []arrival
	want   []string
}

// arrival is an event, and when it arrives.
type arrival struct {
	at    int // seconds
	event func(plog.LogRecord)
}

const (
	ttlSeconds      = 100
	latenessSeconds = 60
)

var epoch = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)

func second(s int) time.Time { return epoch.Add(time.Duration(s) * time.Second) }

// historyGen draws predictions over many times the time to live, a fifth of them without truth; truths in time and too late, before
// their prediction, in twos and threes; all of it sent once or more; and works out, from the times alone, what the join must
// give: whatever the order in which it arrives, as long as nothing is later than the lateness that is allowed.
func historyGen(settle int) *rapid.Generator[history] {
	return rapid.Custom(func(t *rapid.T) history {
		var h history
		send := func(at int, event func(plog.LogRecord)) int {
			copies := 1 + max(0, rapid.IntRange(-3, 2).Draw(t, "copies"))
			for range copies {
				h.events = append(h.events, arrival{at + rapid.IntRange(0, latenessSeconds).Draw(t, "delay"), event})
			}
			return copies - 1
		}
		for i := range rapid.IntRange(1, 12).Draw(t, "ids") {
			id := fmt.Sprint("id", i)
			made := rapid.IntRange(200, 1000).Draw(t, "prediction at")
			has := rapid.IntRange(0, 9).Draw(t, "has a prediction") > 0
			if has {
				send(made, prediction(second(made), id, 0.5))
			}
			var times []int
			for range rapid.SampledFrom([]int{0, 1, 1, 1, 1, 2, 3}).Draw(t, "truths") {
				at := made + rapid.IntRange(-ttlSeconds-20, ttlSeconds+20).Draw(t, "truth at")
				if !slices.Contains(times, at) && (settle > 0 || len(times) == 0) {
					times = append(times, at) // without settling, which of two counts is a matter of which comes first
				}
			}
			sort.Ints(times)
			chosen := -1
			first := -1
			for _, at := range times {
				if has && at >= made-ttlSeconds && at <= made+ttlSeconds {
					if first < 0 {
						first = at
					}
					if at <= first+settle {
						chosen = at
					}
				}
			}
			for _, at := range times {
				class := fmt.Sprint("at", at)
				again := send(at, truth(second(at), id, class))
				for range again {
					h.want = append(h.want, fmt.Sprintf("%s %s duplicate", id, class))
				}
				switch {
				case !has || at < made-ttlSeconds || at > made+ttlSeconds:
					h.want = append(h.want, fmt.Sprintf("%s %s orphan", id, class))
				case at == chosen:
					h.want = append(h.want, fmt.Sprintf("%s %s joined", id, class))
				case at > first+settle:
					h.want = append(h.want, fmt.Sprintf("%s %s duplicate", id, class))
				}
			}
			if has && chosen < 0 {
				h.want = append(h.want, fmt.Sprintf("%s  expired", id))
			}
		}
		slices.SortStableFunc(h.events, func(a, b arrival) int { return a.at - b.at })
		slices.Sort(h.want)
		return h
	})
}

// results of what came out: prediction id, true class, what became of it.
func resultsOf(all []plog.Logs) []string {
	var lines []string
	for _, logs := range all {
		for _, rl := range logs.ResourceLogs().All() {
			for _, sl := range rl.ScopeLogs().All() {
				for _, r := range sl.LogRecords().All() {
					if result, ok := r.Attributes().Get(semconv.AttrJoinResult); ok {
						id, _ := r.Attributes().Get(semconv.AttrPredictionID)
						class := ""
						if v, ok := r.Attributes().Get(semconv.AttrGroundTruthClass); ok {
							class = v.Str()
						}
						lines = append(lines, fmt.Sprintf("%s %s %s", id.Str(), class, result.Str()))
					}
				}
			}
		}
	}
	slices.Sort(lines)
	return lines
}

func inOrder(change func(*Config)) func(*Config) {
	return func(c *Config) {
		c.TimeToLive, c.AllowedLateness = ttlSeconds*time.Second, latenessSeconds*time.Second
		if change != nil {
			change(c)
		}
	}
}

func TestOrderDoesNotMatter(t *testing.T) {
	for _, settle := range []int{0, 15} {
		t.Run(fmt.Sprintf("settle=%d", settle), func(t *testing.T) {
			rapid.Check(t, func(rt *rapid.T) {
				h := historyGen(settle).Draw(rt, "history")
				sizes := rapid.SliceOfN(rapid.IntRange(1, 5), len(h.events), len(h.events)).Draw(rt, "batches")
				var got []string
				synctest.Test(t, func(t *testing.T) {
					time.Sleep(24 * time.Hour) // history is past
					r := run(t, configured(t, inOrder(func(c *Config) { c.Settle = time.Duration(settle) * time.Second })), nil)
					events := h.events
					for _, size := range sizes {
						var batch []func(plog.LogRecord)
						for range min(size, len(events)) {
							batch = append(batch, events[0].event)
							events = events[1:]
						}
						if len(batch) > 0 {
							r.send(t, logsOf(batch...))
						}
					}
					time.Sleep(time.Hour) // by the wall clock, event time goes on
					got = resultsOf(r.sink.take())
					r.end(t)
				})
				if !slices.Equal(got, h.want) {
					rt.Fatalf("got\n%v\nwant\n%v", got, h.want)
				}
			})
		})
	}
}

// TestManySenders sends the same from several sides at once: each prediction joins once.
func TestManySenders(t *testing.T) {
	const ids, senders = 200, 8
	r := run(t, configured(t, func(c *Config) { c.AllowedLateness = time.Hour }), nil)
	done := make(chan error)
	for s, step := range [senders]int{1, 3, 7, 9, 11, 13, 17, 19} { // each takes its own way through all of them
		go func() {
			var err error
			for i := range ids {
				id := fmt.Sprint((i*step + s) % ids)
				for _, e := range []func(plog.LogRecord){truth(second(2), id, "x"), prediction(second(1), id, 0.5)} {
					if e := r.logs.ConsumeLogs(context.Background(), logsOf(e)); e != nil {
						err = e
					}
				}
			}
			done <- err
		}()
	}
	for range senders {
		if err := <-done; err != nil {
			t.Fatal(err)
		}
	}
	count := map[string]int{}
	for _, line := range resultsOf(r.sink.take()) {
		count[line]++
	}
	for i := range ids {
		if n := count[fmt.Sprintf("%d x joined", i)]; n != 1 {
			t.Errorf("id %d joined %d times", i, n)
		}
		if n := count[fmt.Sprintf("%d x duplicate", i)]; n != senders-1 {
			t.Errorf("id %d has %d duplicates", i, n)
		}
	}
	r.end(t)
}
