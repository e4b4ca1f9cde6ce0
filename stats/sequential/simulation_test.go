package sequential

import (
	"cmp"
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

var (
	simulate = flag.Bool("simulate", false, "TestSimulation: the tables of docs/concept-drift.md in full, instead of a small version; takes some minutes of CPU")
	runs     = flag.Int("runs", 200, "of TestSimulation -simulate, for each delay; of false alarms a tenth")
)

// A window is of so many panes where nothing else is said, a reference of so many outcomes; a false alarm is to come once in so many panes.
const (
	windowPanes       = 24
	referenceOutcomes = 10_000
	runLength         = 10_000
)

// signal is a law of losses, and means that are worse.
type signal struct {
	name string
	law  Law
	draw func(r *rand.Rand, mean float64) float64
	good float64
	bad  []float64
}

func errorsOf(good float64, bad ...float64) signal {
	return signal{fmt.Sprintf("error rate %v", good), Bounded{}, func(r *rand.Rand, mean float64) float64 {
		if r.Float64() < mean {
			return 1
		}
		return 0
	}, good, bad}
}

// scaled losses have a mean of 1 and a law that keeps its shape.
func scaled(name string, variation float64, one func(r *rand.Rand) float64) signal {
	return signal{name, Positive{variation}, func(r *rand.Rand, mean float64) float64 { return mean * one(r) }, 1, []float64{1.25, 1.5, 2}}
}

func signals() []signal {
	return []signal{
		errorsOf(0.01, 0.02, 0.05, 0.1),
		errorsOf(0.1, 0.15, 0.2, 0.3),
		errorsOf(0.3, 0.35, 0.4, 0.5),
		scaled("absolute Gaussian", math.Pi/2-1, func(r *rand.Rand) float64 { return math.Abs(r.NormFloat64()) * math.Sqrt(math.Pi/2) }),
		scaled("exponential", 1, func(r *rand.Rand) float64 { return r.ExpFloat64() }),
		scaled("squared Gaussian", 2, func(r *rand.Rand) float64 { x := r.NormFloat64(); return x * x }),
		scaled("log-normal", math.E-1, func(r *rand.Rand) float64 { return math.Exp(r.NormFloat64() - 0.5) }),
		// The absolute value of Student's t of 3 degrees of freedom: of its variance the most is in rare values.
		scaled("absolute Student", math.Pi*math.Pi/4-1, func(r *rand.Rand) float64 {
			squares := 0.0
			for range 3 {
				x := r.NormFloat64()
				squares += x * x
			}
			return math.Abs(r.NormFloat64()) / math.Sqrt(squares/3) * math.Pi / 2 / math.Sqrt(3)
		}),
	}
}

// setting is how a signal is watched.
type setting struct {
	name     string
	outcomes int // a pane
	// stray is the standard deviation of the logarithm of a pane's mean.
	stray     float64
	tolerance float64
	alone     bool // without a reference
	panes     int  // of a window, where it is not windowPanes
}

// watch is a window that moves over a signal.
type watch struct {
	signal
	setting
	random *rand.Rand
	rise   *Rise
	panes  []Pane
}

func newWatch(s signal, how setting, seed uint64) *watch {
	w := &watch{signal: s, setting: how, random: rand.New(rand.NewPCG(seed, 17)), panes: make([]Pane, cmp.Or(how.panes, windowPanes))}
	w.rise = &Rise{Law: s.law, Nats: math.Log(runLength) / 2, Least: 100, Tolerated: func(before float64) float64 { return before * (1 + how.tolerance) }}
	if !how.alone {
		reference := w.pane(referenceOutcomes, s.good)
		w.rise.Baseline = max(w.rise.Tolerated(reference.Mean()), Upper(s.law, []Pane{reference}, 0, math.Log(runLength)))
	}
	return w
}

func (w *watch) pane(n int, mean float64) Pane {
	p := Pane{Count: float64(n)}
	for range n {
		p.Sum += w.draw(w.random, mean)
	}
	return p
}

// next pane: is there a change?
func (w *watch) next(mean float64) bool {
	if w.stray > 0 {
		mean *= math.Exp(w.stray*w.random.NormFloat64() - w.stray*w.stray/2)
	}
	copy(w.panes, w.panes[1:])
	w.panes[len(w.panes)-1] = w.pane(w.outcomes, min(mean, w.law.Greatest()))
	return Evidence(w.law, w.panes, w.rise.Starts(w.panes)) >= math.Log(runLength)
}

// falseAlarms is how many there are in 10,000 panes without a change; after each the watch begins anew.
func falseAlarms(s signal, how setting, seed uint64) (alarms int) {
	w := newWatch(s, how, seed)
	for range 10_000 {
		if w.next(s.good) {
			alarms++
			clear(w.panes)
		}
	}
	return alarms
}

// patience is within how many outcomes a change is found, or missed.
const patience = 10_000

// delay is how many outcomes after the change it is seen, in a window that was full of good ones.
func delay(s signal, how setting, bad float64, seed uint64) int {
	w := newWatch(s, how, seed)
	for range w.panes {
		w.next(s.good)
	}
	for n := how.outcomes; n < patience; n += how.outcomes {
		if w.next(bad) {
			return n
		}
	}
	return patience
}

func settings() []setting {
	return []setting{
		{name: "no tolerance", outcomes: 100},
		{name: "10 outcomes a pane, no tolerance", outcomes: 10},
		{name: "tolerance 0.1", outcomes: 100, tolerance: 0.1},
		{name: "tolerance 0.1, panes stray by 10 %", outcomes: 100, tolerance: 0.1, stray: 0.1},
		{name: "tolerance 0.1, panes stray by 20 %", outcomes: 100, tolerance: 0.1, stray: 0.2},
		{name: "tolerance 0.1, panes stray by 40 %", outcomes: 100, tolerance: 0.1, stray: 0.4},
		{name: "tolerance 0.2", outcomes: 100, tolerance: 0.2},
		{name: "tolerance 0.2, panes stray by 40 %", outcomes: 100, tolerance: 0.2, stray: 0.4},
		{name: "12 panes, tolerance 0.1", outcomes: 100, tolerance: 0.1, panes: 12},
		{name: "12 panes, tolerance 0.1, panes stray by 20 %", outcomes: 100, tolerance: 0.1, stray: 0.2, panes: 12},
		{name: "no reference", outcomes: 100, tolerance: 0.2, alone: true},
		{name: "no reference, panes stray by 20 %", outcomes: 100, tolerance: 0.2, stray: 0.2, alone: true},
	}
}

// medianDelay is the median, and the share that was missed.
func medianDelay(s signal, how setting, bad float64, runs int) (median int, missed float64) {
	found := make([]int, runs)
	for run := range found {
		if found[run] = delay(s, how, bad, uint64(run)); found[run] == patience {
			missed += 1 / float64(runs)
		}
	}
	slices.Sort(found)
	return found[runs/2], missed
}

// tables in Markdown.
func tables(runs int) {
	head := "| |"
	for _, s := range signals() {
		head += " " + s.name + " |"
	}
	fmt.Printf("False alarms in 10,000 panes:\n\n%s\n|---|%s\n", head, strings.Repeat("---|", len(signals())))
	for _, how := range settings() {
		row := "| " + how.name + " |"
		for _, s := range signals() {
			alarms := 0
			for run := range uint64(runs / 10) {
				alarms += falseAlarms(s, how, run)
			}
			row += fmt.Sprintf(" %.2g |", float64(alarms)/float64(runs/10))
		}
		fmt.Println(row)
	}
	fmt.Printf("\nMedian delay in outcomes:\n\n%s\n|---|%s\n", head, strings.Repeat("---|", len(signals())))
	for _, how := range settings() {
		row := "| " + how.name + " |"
		for _, s := range signals() {
			var cells []string
			for _, bad := range s.bad {
				median, missed := medianDelay(s, how, bad, runs)
				cell := fmt.Sprint(median)
				if missed > 0.5 {
					cell = "-"
				} else if missed > 0 {
					cell += fmt.Sprintf(" (%.0f %%)", math.Ceil(100*missed))
				}
				cells = append(cells, cell)
			}
			row += " " + strings.Join(cells, ", ") + " |"
		}
		fmt.Println(row)
	}
}

// TestSimulation holds what docs/concept-drift.md says to what a small version finds.
func TestSimulation(t *testing.T) {
	if *simulate {
		tables(*runs)
		return
	}
	of := func(name string) setting {
		for _, how := range settings() {
			if how.name == name {
				return how
			}
		}
		t.Fatal(name)
		return setting{}
	}
	for _, s := range signals() {
		heavy := s.name == "log-normal" || s.name == "absolute Student"
		if !heavy {
			assert.LessOrEqual(t, falseAlarms(s, of("10 outcomes a pane, no tolerance"), 1), 2, s.name)
			assert.LessOrEqual(t, falseAlarms(s, of("tolerance 0.1, panes stray by 10 %"), 1), 2, s.name)
		}
		assert.LessOrEqual(t, falseAlarms(s, of("tolerance 0.1"), 1), 4, s.name)
		worst := s.bad[len(s.bad)-1]
		median, missed := medianDelay(s, of("tolerance 0.1"), worst, 15)
		assert.LessOrEqual(t, median, 400, s.name)
		assert.Zero(t, missed, s.name)
		alone, _ := medianDelay(s, of("no reference"), worst, 15)
		assert.GreaterOrEqual(t, alone, median, "%s: a reference is worth something", s.name)
	}
	often := signals()[1]
	median, _ := medianDelay(often, of("tolerance 0.1"), 0.2, 15)
	assert.LessOrEqual(t, median, 600)
	_, missed := medianDelay(often, of("no reference"), 0.15, 9)
	assert.Greater(t, missed, 0.5, "a half more is not seen without a reference")
}
