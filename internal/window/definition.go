// Package window keeps the summaries of a model by panes of event time, and says which windows are ready to be judged.
//
// A window of some length is made of panes of its own; it is judged when one of its panes closes, which is when the
// watermark passes the pane's end. The package knows nothing of OTLP, of statistics, or of the wall clock: whoever uses it
// says how late it is. docs/model-statistics.md explains the rules to users.
package window

import (
	"errors"
	"fmt"
	"time"
)

// Definition is one kind of window.
type Definition struct {
	// Name is the value of ml.window.
	Name string
	// Length of the window; a multiple of Every.
	Length time.Duration
	// Every so often a window ends; also the length of its panes. It divides an hour, or is a multiple of one.
	Every time.Duration
}

// Defaults are an hour, a day and a week, of about two dozen panes each.
func Defaults() []Definition {
	return []Definition{
		{Name: "1h", Length: time.Hour, Every: 5 * time.Minute},
		{Name: "24h", Length: 24 * time.Hour, Every: time.Hour},
		{Name: "7d", Length: 7 * 24 * time.Hour, Every: 6 * time.Hour},
	}
}

// maxPanes is how many panes a window may be made of: each costs as much memory as the last.
const maxPanes = 400

// Validate says what is wrong with a definition.
func (d Definition) Validate() error {
	var errs []error
	if d.Name == "" {
		errs = append(errs, errors.New("name: must not be empty; it becomes the label ml.window"))
	}
	if d.Every < time.Second || (time.Hour%d.Every != 0 && d.Every%time.Hour != 0) {
		return errors.Join(append(errs, fmt.Errorf("every: %v must divide an hour or be a multiple of one, as in 5m, 1h or 6h", d.Every))...)
	}
	switch {
	case d.Length < d.Every || d.Length%d.Every != 0:
		errs = append(errs, fmt.Errorf("length: %v must be a multiple of every (%v)", d.Length, d.Every))
	case d.Length/d.Every > maxPanes:
		errs = append(errs, fmt.Errorf("every: %v cuts %v into %d panes, and each costs memory; at most %d: try %v", d.Every, d.Length, d.Length/d.Every, maxPanes, SuggestEvery(d.Length)))
	}
	return errors.Join(errs...)
}

// SuggestEvery is how often to judge a window of that length: about two dozen times, at a round time.
func SuggestEvery(length time.Duration) time.Duration {
	for _, every := range []time.Duration{
		time.Second, 5 * time.Second, 15 * time.Second, time.Minute, 5 * time.Minute, 15 * time.Minute,
		time.Hour, 6 * time.Hour, 24 * time.Hour, 7 * 24 * time.Hour,
	} {
		if length%every == 0 && length/every <= 30 {
			return every
		}
	}
	return length
}

// hoursPerPane is how many hours of the clock a pane touches.
func (d Definition) hoursPerPane() int { return int(max(1, d.Every/time.Hour)) }

// pane is the index of the pane that holds the time.
func (d Definition) pane(t int64) int64 { return floorDiv(t, int64(d.Every)) }

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}
