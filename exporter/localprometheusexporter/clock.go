package localprometheusexporter

import (
	"sync"
	"time"
)

const (
	// behind is how far event time may be behind the wall clock in normal operation; further back, a history is being replayed.
	behind = time.Hour
	// quiet is after which time without any sample a replay counts as over.
	quiet = 15 * time.Minute
)

// clock is the time as of which the rules about models are evaluated. It is the wall clock, unless what arrives is a replayed
// history: then it is the newest event time, so that a replay raises the alerts that the live run did, when it did.
type clock struct {
	now func() time.Time

	mu      sync.Mutex
	first   time.Time // event time where the replay began; zero while none is under way
	newest  time.Time // greatest event time since then
	arrived time.Time // wall time of the last samples
}

// reading is what a clock shows.
type reading struct {
	now time.Time
	// replayFrom is where the replay that is under way began; zero where now is the wall clock.
	replayFrom time.Time
}

func (r reading) replaying() bool { return !r.replayFrom.IsZero() }

// stored tells the clock of samples of these times.
func (c *clock) stored(first, last time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := c.now()
	if now.Sub(c.arrived) > quiet {
		c.first, c.newest = time.Time{}, time.Time{}
	}
	c.arrived = now
	if last.After(c.newest) {
		c.newest = last
	}
	switch {
	case now.Sub(c.newest) <= behind:
		c.first = time.Time{}
	case c.first.IsZero():
		c.first = first
	}
}

// read shows the time.
func (c *clock) read() reading {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := c.now()
	if c.first.IsZero() || now.Sub(c.arrived) > quiet {
		return reading{now: now}
	}
	return reading{now: c.newest, replayFrom: c.first}
}
