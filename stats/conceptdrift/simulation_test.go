package conceptdrift

import (
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
)

var (
	simulate = flag.Bool("simulate", false, "TestSimulation: the tables of docs/concept-drift.md in full, instead of a small version; takes five minutes of CPU")
	only     = flag.String("only", "", "of TestSimulation -simulate: the detectors whose name has this")
	runs     = flag.Int("runs", 100, "of TestSimulation -simulate, for each cell; twice as many for delays")
)

// signal is a law of values, with changes by which it gets worse.
type signal struct {
	name   string
	values Values
	draw   func(r *rand.Rand, parameter float64) float64
	// good is the parameter without a change, bad those after one.
	good float64
	bad  []float64
}

func bernoulli(good float64, bad ...float64) signal {
	return signal{fmt.Sprintf("errors %v", good), Errors, func(r *rand.Rand, p float64) float64 {
		if r.Float64() < p {
			return 1
		}
		return 0
	}, good, bad}
}

func signals() []signal {
	return []signal{
		bernoulli(0.01, 0.02, 0.05, 0.1),
		bernoulli(0.1, 0.15, 0.2, 0.3),
		bernoulli(0.3, 0.35, 0.4, 0.5),
		{"Gaussian", Numbers, func(r *rand.Rand, mean float64) float64 { return mean + r.NormFloat64() }, 0, []float64{0.25, 0.5, 1}},
		// Absolute errors and log losses are skewed like these, the second more than most.
		{"exponential", Numbers, func(r *rand.Rand, mean float64) float64 { return mean * r.ExpFloat64() }, 1, []float64{1.25, 1.5, 2}},
		{"log-normal", Numbers, func(r *rand.Rand, scale float64) float64 { return scale * math.Exp(r.NormFloat64()) }, 1, []float64{1.25, 1.5, 2}},
		// The same mean, another spread.
		{"Gaussian, spread 1", Numbers, func(r *rand.Rand, spread float64) float64 { return spread * r.NormFloat64() }, 1, []float64{1.5, 2, 4}},
		{"its distance from 0", Numbers, func(r *rand.Rand, spread float64) float64 { return spread * math.Abs(r.NormFloat64()) }, 1, []float64{1.5, 2, 4}},
		// Skewed as above, in a unit in which values are small, as a Brier score's are.
		{"exponential, mean 0.01", Numbers, func(r *rand.Rand, mean float64) float64 { return mean * r.ExpFloat64() }, 0.01, []float64{0.0125, 0.015, 0.02}},
	}
}

// contender is a detector with a configuration.
type contender struct {
	name string
	make func() Detector
}

func contenders() []contender {
	var all []contender
	for _, m := range Methods() {
		all = append(all, contender{m.String(), func() Detector { return must(New(m)) }})
	}
	return append(all,
		contender{"recommended, errors and losses", func() Detector { return Recommended(LossSignal) }},
		contender{"recommended, values", func() Detector { return Recommended(ValueSignal) }},
		contender{"eddm, 0.8, 0.75", func() Detector { return must(NewEDDM(EDDMConfig{30, 0.8, 0.75})) }},
		contender{"hddm_w, FromFirst", func() Detector { return hddmW(func(c *HDDMWConfig) { c.FromFirst = true }) }},
		contender{"kswin, Alpha 1e-4", func() Detector {
			c := DefaultKSWIN()
			c.Alpha = 1e-4
			return must(NewKSWIN(c))
		}},
	)
}

// falseAlarms is how many drifts there are in 10^5 values without a change.
func falseAlarms(d Detector, s signal, seed uint64) (drifts int) {
	r := rand.New(rand.NewPCG(seed, 1))
	for range 100_000 {
		level, err := d.Update(s.draw(r, s.good))
		if err != nil {
			panic(err)
		}
		if level == Drift {
			drifts++
		}
	}
	return drifts
}

// A change comes after so many good values, and is found within so many.
const (
	goodTimes = 5000
	patience  = 10_000
)

// delay is how many values after the change the first drift is; patience where there is none.
func delay(d Detector, s signal, bad float64, seed uint64) int {
	r := rand.New(rand.NewPCG(seed, 2))
	for range goodTimes {
		_, _ = d.Update(s.draw(r, s.good))
	}
	for i := range patience {
		if level, _ := d.Update(s.draw(r, bad)); level == Drift {
			return i + 1
		}
	}
	return patience
}

// simulation is the tables, in Markdown, of so many runs.
func simulation(runs int) (alarms, delays string) {
	all, laws := contenders(), signals()
	all = slices.DeleteFunc(all, func(c contender) bool { return !strings.Contains(c.name, *only) })
	var wait sync.WaitGroup
	alarmCells, delayCells := make([][]string, len(all)), make([][]string, len(all))
	for i, c := range all {
		alarmCells[i], delayCells[i] = make([]string, len(laws)), make([]string, len(laws))
		wait.Add(1)
		go func() {
			defer wait.Done()
			for k, s := range laws {
				if s.values > c.make().Method().Takes() {
					continue
				}
				drifts := 0
				for run := range runs {
					drifts += falseAlarms(c.make(), s, uint64(run))
				}
				alarmCells[i][k] = fmt.Sprintf("%.3g", float64(drifts)/float64(runs))
				var cells []string
				for _, bad := range s.bad {
					found := make([]int, 0, 2*runs)
					for run := range 2 * runs {
						found = append(found, delay(c.make(), s, bad, uint64(run)))
					}
					slices.Sort(found)
					missed := 0
					for _, n := range found {
						if n == patience {
							missed++
						}
					}
					cell := fmt.Sprint(found[len(found)/2])
					if missed > len(found)/2 {
						cell = "-"
					} else if missed > 0 {
						cell += fmt.Sprintf(" (%d %%)", (100*missed+len(found)-1)/len(found))
					}
					cells = append(cells, cell)
				}
				delayCells[i][k] = strings.Join(cells, ", ")
			}
		}()
	}
	wait.Wait()
	write := func(cells [][]string, head func(signal) string) string {
		var b strings.Builder
		b.WriteString("| |")
		for _, s := range laws {
			b.WriteString(" " + head(s) + " |")
		}
		b.WriteString("\n|---|" + strings.Repeat("---|", len(laws)) + "\n")
		for i, c := range all {
			b.WriteString("| " + c.name + " | " + strings.Join(cells[i], " | ") + " |\n")
		}
		return b.String()
	}
	return write(alarmCells, func(s signal) string { return s.name }), write(delayCells, func(s signal) string {
		return fmt.Sprintf("%s → %s", s.name, strings.Trim(strings.Join(strings.Fields(fmt.Sprint(s.bad)), ", "), "[]"))
	})
}

// TestSimulation holds what docs/concept-drift.md says to what a small version finds.
func TestSimulation(t *testing.T) {
	if *simulate {
		alarms, delays := simulation(*runs)
		fmt.Printf("Drifts in 100,000 values without a change:\n\n%s\nMedian delay:\n\n%s", alarms, delays)
		return
	}
	drifts := func(name string, s signal) (n int) {
		for run := range uint64(3) {
			n += falseAlarms(named(t, name), s, run)
		}
		return n
	}
	found := func(name string, s signal, bad float64) int {
		var delays []int
		for run := range uint64(9) {
			delays = append(delays, delay(named(t, name), s, bad, run))
		}
		slices.Sort(delays)
		return delays[len(delays)/2]
	}
	for _, s := range signals() {
		worst := s.bad[len(s.bad)-1]
		for _, name := range []string{"recommended, errors and losses", "recommended, values"} {
			assert.LessOrEqual(t, drifts(name, s), 2, "%s of %s", name, s.name)
			if s.name == "Gaussian, spread 1" {
				assert.Equal(t, patience, found(name, s, worst), "ADWIN looks at means")
			} else {
				assert.Less(t, found(name, s, worst), 700, "%s of %s", name, s.name)
			}
		}
		if s.values == Errors {
			assert.LessOrEqual(t, drifts("hddm_a", s), 5, s.name)
			assert.Less(t, found("hddm_a", s, worst), 800, s.name)
			assert.Greater(t, drifts("eddm", s), 30, s.name)
		}
	}
	rare, often := signals()[0], signals()[2]
	assert.Equal(t, patience, found("hddm_a", rare, rare.bad[0]), "HDDM-A does not see rare errors double")
	assert.Less(t, 2*found("hddm_a", often, often.bad[1]), found("recommended, errors and losses", often, often.bad[1]))
	small := signals()[len(signals())-1]
	assert.Equal(t, patience, found("adwin", small, small.bad[0]), "ADWIN is blind in a small unit")
	assert.Equal(t, patience, found("page_hinkley", small, small.bad[2]), "so is Page-Hinkley")
	assert.Greater(t, drifts("kswin", signals()[3]), 150)
}

func named(t *testing.T, name string) Detector {
	for _, c := range contenders() {
		if c.name == name {
			return c.make()
		}
	}
	t.Fatal(name)
	return nil
}
