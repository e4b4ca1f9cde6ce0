package sequential

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func drawLaw(t *rapid.T) Law {
	if rapid.Bool().Draw(t, "bounded") {
		return Bounded{}
	}
	return Positive{rapid.Float64Range(0.05, 8).Draw(t, "variation")}
}

func drawPanes(t *rapid.T) []Pane {
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) Pane {
		n := rapid.IntRange(0, 500).Draw(t, "n")
		return Pane{float64(n), float64(rapid.IntRange(0, n).Draw(t, "sum"))}
	}), 0, 30).Draw(t, "panes")
}

func drawStarts(t *rapid.T, panes []Pane) []Start {
	var starts []Start
	for i := range panes {
		if rapid.Bool().Draw(t, "start") {
			starts = append(starts, Start{i, rapid.Float64Range(0.01, 0.99).Draw(t, "baseline"), rapid.Float64Range(0, 1).Draw(t, "correlation")})
		}
	}
	return starts
}

func TestEvidenceProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		law, panes := drawLaw(t), drawPanes(t)
		starts := drawStarts(t, panes)
		e := Evidence(law, panes, starts)
		if len(starts) == 0 {
			require.True(t, math.IsInf(e, -1))
			require.Equal(t, -1, Likeliest(law, panes, starts))
			return
		}
		require.False(t, math.IsNaN(e) || math.IsInf(e, 0), e)
		near := func(x float64) float64 { return 1e-9 * (1 + math.Abs(x)) }

		fewer := Evidence(law, panes, starts[1:])
		require.LessOrEqual(t, fewer, e+near(e), "a start less is no more evidence")

		higher := append([]Start(nil), starts...)
		higher[0].Baseline = min(0.995, higher[0].Baseline*1.1)
		require.LessOrEqual(t, Evidence(law, panes, higher), e+near(e), "nor is a higher baseline")

		worse := append([]Pane(nil), panes...)
		worse[rapid.IntRange(0, len(panes)-1).Draw(t, "worse")].Sum += 1
		require.GreaterOrEqual(t, Evidence(law, worse, starts), e-near(e), "greater losses are no less evidence")

		first := starts[0].Pane
		before := append([]Pane(nil), panes...)
		for i := range first {
			before[i] = Pane{7, 7}
		}
		require.InDelta(t, e, Evidence(law, before, starts), near(e), "what was before all starts does not matter")

		independent := append([]Start(nil), starts...)
		for i := range independent {
			independent[i].Correlation = 0
		}
		last := independent[len(independent)-1:]
		shuffled := append([]Pane(nil), panes...)
		since := shuffled[last[0].Pane:]
		for i, j := 0, len(since)-1; i < j; i, j = i+1, j-1 {
			since[i], since[j] = since[j], since[i]
		}
		x := Evidence(law, panes, last)
		require.InDelta(t, x, Evidence(law, shuffled, last), near(x), "since a start, only the sum matters")

		at := Likeliest(law, panes, starts)
		require.True(t, at >= 0 && at < len(starts))
	})
}

// What agents have counted adds up: the evidence is of the sums, to the last bit where sums are exact.
func TestMergedPanes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		law, whole := drawLaw(t), drawPanes(t)
		merged := make([]Pane, len(whole))
		for i, p := range whole {
			n := rapid.IntRange(0, int(p.Count)).Draw(t, "n")
			s := rapid.IntRange(0, int(p.Sum)).Draw(t, "sum")
			merged[i] = Total([]Pane{{float64(n), float64(s)}, {p.Count - float64(n), p.Sum - float64(s)}})
		}
		rise := &Rise{Law: law, Baseline: 0.4}
		require.Equal(t, rise.Starts(whole), rise.Starts(merged))
		require.Equal(t, Evidence(law, whole, rise.Starts(whole)), Evidence(law, merged, rise.Starts(merged)))
	})
}

// A window that moves on says the same of a start, as the guarantee needs.
func TestStartsMoveWithTheWindow(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		law := drawLaw(t)
		all := append(drawPanes(t), drawPanes(t)...)
		length := rapid.IntRange(0, len(all)).Draw(t, "length")
		rise := &Rise{Law: law, Baseline: rapid.SampledFrom([]float64{0, 0.3}).Draw(t, "baseline"), Tolerated: func(before float64) float64 { return 1.1 * before }, Nats: 3, Least: 50}
		known := map[int]Start{}
		for begin := 0; begin+length <= len(all); begin++ {
			for _, s := range rise.Starts(all[begin : begin+length]) {
				require.GreaterOrEqual(t, s.Pane, length/2)
				s.Pane += begin
				if before, seen := known[s.Pane]; seen {
					require.Equal(t, before, s)
				}
				known[s.Pane] = s
			}
		}
	})
}

func TestCorrelationProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		law, panes := drawLaw(t), drawPanes(t)
		c := Correlation(law, panes)
		require.True(t, c >= 0 && c <= 1, c)
		u := Upper(law, panes, c, 3)
		if total := Total(panes); total.Count > 0 {
			require.GreaterOrEqual(t, u, total.Mean()-1e-12)
			require.GreaterOrEqual(t, u, Upper(law, panes, 0, 3)-1e-9, "what is correlated says less")
			require.LessOrEqual(t, u, Upper(law, panes, c, 4)+1e-9, "surer is higher")
		}
	})
	same := []Pane{{100, 20}, {100, 20}, {50, 10}}
	assert.Zero(t, Correlation(Bounded{}, same))
	assert.InDelta(t, 1, Correlation(Bounded{}, []Pane{{100, 0}, {100, 100}, {100, 0}, {100, 100}}), 0.02, "all or nothing")
	assert.Zero(t, Correlation(Bounded{}, []Pane{{1, 0}, {1, 1}, {0, 0}}), "of single values none can be told")
	assert.Zero(t, Correlation(Bounded{}, nil))
}

func TestRiseNeedsTimeBefore(t *testing.T) {
	rise := &Rise{Law: Bounded{}, Tolerated: func(before float64) float64 { return before }, Nats: 2, Least: 200}
	p := Pane{100, 10}
	assert.Empty(t, rise.Starts([]Pane{{}, {}, p, p}), "too few panes before")
	assert.Empty(t, rise.Starts(nil))
	starts := rise.Starts([]Pane{p, p, p, p, {}, p, p})
	require.Len(t, starts, 1, "of the second half's, one is empty, and two have too few panes before them")
	assert.Equal(t, 3, starts[0].Pane)
	assert.Greater(t, starts[0].Baseline, 0.1)
	rise.Least = 301
	assert.Empty(t, rise.Starts([]Pane{p, p, p, p, {}, p, p}), "too few values before")
	rise.Baseline = 1
	assert.Empty(t, rise.Starts([]Pane{p, p, p, p, {}, p, p}), "nothing is above 1")
}

// A change is dated by the first of the panes that are about as likely as any.
func TestLikeliest(t *testing.T) {
	good, bad := Pane{100, 10}, Pane{100, 30}
	panes := []Pane{good, good, good, bad, bad}
	starts := make([]Start, len(panes))
	for i := range starts {
		starts[i] = Start{Pane: i, Baseline: 0.11}
	}
	assert.Equal(t, 3, Likeliest(Bounded{}, panes, starts))
	assert.Equal(t, 0, Likeliest(Bounded{}, []Pane{bad, bad, bad, bad, bad}, starts))
	almost := []Pane{good, good, {4, 0}, bad, bad}
	assert.Equal(t, 2, Likeliest(Bounded{}, almost, starts), "four outcomes don't say that it was not there yet")
	assert.Equal(t, 1, Likeliest(Bounded{}, panes, starts[2:]), "of those that are given")
}

func TestCautious(t *testing.T) {
	assert.InEpsilon(t, 0.01*5/1.6103, cautious(0.01, 6), 0.01, "the 10th percentile of chi-square with 5 degrees of freedom is 1.6103")
	assert.InEpsilon(t, 0.01*11/5.5778, cautious(0.01, 12), 0.01, "with 11, 5.5778")
	assert.InEpsilon(t, 0.01*2/0.21072, cautious(0.01, 3), 0.08, "with 2, 0.21072")
	assert.InDelta(t, 1, cautious(0.9, 6), 0)
	assert.Zero(t, cautious(0, 6))
}
