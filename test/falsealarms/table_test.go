package falsealarms

import (
	"fmt"
	"io"
	"math"
	"strings"
	"time"
)

// row is what a rule said of a scenario.
type row struct {
	scenario, rule string
	// good and drifted count the windows that lie in the month without drift, and in the one with.
	good, drifted tally
	// first is how long after the shift each feature was called; sorted.
	first []time.Duration
}

func (s scenario) judgeAll(h history, rules []rule) []row {
	var rows []row
	for _, r := range rules {
		rows = append(rows, s.judge(h, r))
	}
	return rows
}

func (s scenario) judge(h history, r rule) row {
	reference := period{start, s.steadyFrom(), s.length}
	drifting := period{s.driftingFrom(), s.end(), s.length}
	return row{
		scenario: s.name, rule: r.name,
		good:    r.count(h, reference, period{s.steadyFrom(), s.driftingFrom(), s.length}),
		drifted: r.count(h, reference, drifting),
		first:   r.firstCalls(h, reference, drifting),
	}
}

func (r row) slowest() time.Duration { return r.first[len(r.first)-1] }
func (r row) median() time.Duration  { return r.first[(len(r.first)-1)/2] }

func (r row) String() string {
	return strings.Join([]string{
		r.scenario, r.rule,
		percent(r.good), fmt.Sprintf("%d of %d", r.good.ever, r.good.features), fmt.Sprint(r.good.alerting),
		percent(r.drifted), hours(r.median()), hours(r.slowest()),
	}, " | ")
}

// percent says which share of the windows was called; none and all only where it is none and all.
func percent(t tally) string {
	switch p := 100 * t.share(); {
	case t.called == 0:
		return "0"
	case p < 1:
		return fmt.Sprintf("%.2g %%", p)
	case t.called < t.windows && p > 99:
		return fmt.Sprintf("%.1f %%", math.Floor(10*p)/10)
	default:
		return fmt.Sprintf("%.0f %%", p)
	}
}

func hours(d time.Duration) string {
	if d == never {
		return "never"
	}
	return fmt.Sprintf("%.1f h", d.Hours())
}

// writeTable writes the rows in Markdown; a scenario's name stands in the first of its rows only.
func writeTable(to io.Writer, rows []row) {
	fmt.Fprintln(to, "| feature, events, window | rule | good windows called | features ever called | for 30 minutes | windows called after the shift | first call, median | slowest |")
	fmt.Fprintln(to, "|---|---|---|---|---|---|---|---|")
	before := ""
	for _, r := range rows {
		name := r.scenario
		if name == before {
			r.scenario = ""
		}
		before = name
		fmt.Fprintf(to, "| %s |\n", r)
	}
}
