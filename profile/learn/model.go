// Package learn makes reference profiles out of live summaries.
//
// A Model collects the increments of one model's summaries by the hour of event time, and makes a profile of the first
// whole hours that hold enough. Because the profile is made of whole hours, it depends on what happened, not on how the
// increments were batched or in which order they came.
package learn

import (
	"slices"
	"time"

	"github.com/leeway-ml/leeway/profile"
	"github.com/leeway-ml/leeway/semconv"
	"github.com/leeway-ml/leeway/summary"
)

// MaxBuckets is how many buckets of each sign the exponential histogram of a variable keeps.
const MaxBuckets = 160

// Overflow is the name under which summaries add up what had no room: of features, or of models. No profile is made of it.
const Overflow = "__overflow__"

const (
	maxLiveHours    = 4 // hours kept unpacked
	maxCategories   = 2 * profile.MaxCategories
	maxCategoryName = 256 // bytes; longer ones count as Other
	maxBoundsSets   = 4   // explicit bounds of one variable in one hour
	maxBounds       = 1000
)

// Options say what a learned profile is made of.
type Options struct {
	// Observations: the first hours that together hold so many predictions. Used where Duration is 0.
	Observations uint64
	// Duration: so many whole hours of event time, that hold at least MinObservations predictions.
	Duration        time.Duration
	MinObservations uint64
	// Refresh makes the profile anew so often, out of the last Duration; 0: never.
	Refresh time.Duration
	// Settle is how long, by the wall clock, an hour is still waited for after a later one began.
	Settle time.Duration
	// TimeZone of the rhythm.
	TimeZone string
	// Windows are the lengths of the reference's chunks that limits are learned from, by name (see ParseWindow), and Stray
	// judges them; nil: no limits.
	Windows []string
	Stray   Stray
	// MaxFeatures is how many features are learned; MaxSize how many bytes unfinished learning takes.
	MaxFeatures int
	MaxSize     int64
}

// Outcome says what became of an increment.
type Outcome int

// Outcomes.
const (
	Taken        Outcome = iota
	Irrelevant           // a summary that no profile is made of
	NoTime               // the series does not say which hours it fell on
	FeatureLimit         // one feature more than MaxFeatures
	MemoryLimit          // no room left within MaxSize
	OddBounds            // one set of bounds too many, or too long
	OutcomeLimit         // one series of outcomes too many
)

// Model is what is known so far of one version of a model. It is not safe for concurrent use.
type Model struct {
	Name, Version string

	options Options
	hours   map[int64]*hour
	live    []int64 // the unpacked hours, the one touched last at the end
	size    int64
	// variables by key, and how many of them are features, and series of outcomes.
	variables map[string]bool
	features  int
	outcomes  int

	greatest      int64     // the last hour seen
	greatestSince time.Time // when, by the wall clock, it was first seen
	end           int64     // the hour that the last profile ended with; 0: none was made yet
	previous      *profile.Profile
	gone          []int64 // hours dropped since the last Changes
}

// New starts learning.
func New(name, version string, options Options) *Model {
	return &Model{Name: name, Version: version, options: options, hours: map[int64]*hour{}, variables: map[string]bool{}}
}

// Observe adds an increment of one series of the whole traffic. It keeps nothing of the argument. now is the wall clock.
//
// An increment that spans several hours counts in the one that holds most of it.
func (m *Model) Observe(s *summary.Series, now time.Time) Outcome {
	variable, ok := variableOf(s)
	if !ok {
		return Irrelevant
	}
	at, ok := mainHour(s.Hours)
	if !ok {
		return NoTime
	}
	if !m.variables[variable] {
		switch others := len(m.variables) - m.features - m.outcomes; {
		case isOutcome(variable):
			if m.outcomes >= maxOutcomes {
				return OutcomeLimit
			}
		case isFeature(variable) && m.features >= m.options.MaxFeatures || others >= m.options.MaxFeatures:
			return FeatureLimit
		}
	}
	if m.size >= m.options.MaxSize {
		return MemoryLimit
	}
	if len(m.hours) == 0 || at > m.greatest {
		m.greatest, m.greatestSince = at, now
	}
	h := m.open(at)
	c := h.cells[variable]
	if c == nil {
		c = &cell{}
		h.cells[variable] = c
	} else {
		m.size -= c.size()
	}
	add := c.add
	if isOutcome(variable) {
		add = c.addOutcome
	}
	outcome := add(s)
	m.size += c.size()
	h.dirty = true
	m.know(variable)
	return outcome
}

// know counts a variable, if it is new.
func (m *Model) know(variable string) {
	if m.variables[variable] {
		return
	}
	m.variables[variable] = true
	switch {
	case isFeature(variable):
		m.features++
	case isOutcome(variable):
		m.outcomes++
	}
}

// Predictions is how many predictions have been seen.
func (m *Model) Predictions() uint64 {
	var n uint64
	for _, h := range m.hours {
		n += h.rows()
	}
	return n
}

// Size is about how many bytes the model takes.
func (m *Model) Size() int64 { return m.size }

// open returns the hour, unpacked. It packs another one where too many are unpacked.
func (m *Model) open(at int64) *hour {
	h := m.hours[at]
	if i := slices.Index(m.live, at); i >= 0 {
		m.live = append(slices.Delete(m.live, i, i+1), at)
		return h
	}
	if h == nil {
		h = &hour{cells: map[string]*cell{}}
		m.hours[at] = h
	} else {
		m.size -= h.size()
		h.unpack()
		m.size += h.size()
	}
	m.live = append(m.live, at)
	if len(m.live) > maxLiveHours {
		old := m.hours[m.live[0]]
		m.live = m.live[1:]
		m.size -= old.size()
		old.pack()
		m.size += old.size()
	}
	return h
}

// drop forgets an hour.
func (m *Model) drop(at int64) {
	if h := m.hours[at]; h != nil {
		m.size -= h.size()
		delete(m.hours, at)
		m.gone = append(m.gone, at)
		if i := slices.Index(m.live, at); i >= 0 {
			m.live = slices.Delete(m.live, i, i+1)
		}
	}
}

// variableOf is the profile's key of what the series is about. Predictions by class are the class.
func variableOf(s *summary.Series) (string, bool) {
	switch s.Metric {
	case semconv.MetricFeatureValue, semconv.MetricFeatureCategories, semconv.MetricFeatureInvalid:
		name := s.Attribute(semconv.AttrFeatureName)
		if name == "" || name == Overflow {
			return "", false
		}
		return profile.FeatureKey(name), true
	case semconv.MetricPredictionScore:
		class := s.Attribute(semconv.AttrClass)
		if class == "" || class == profile.Other || class == Overflow {
			return "", false
		}
		return profile.ScoreKey(class), true
	case semconv.MetricPredictionValue:
		return profile.KeyValue, true
	case semconv.MetricPredictions:
		return profile.KeyClass, true
	}
	return outcomeKey(s)
}

func isFeature(variable string) bool {
	return len(variable) > len("feature/") && variable[:len("feature/")] == "feature/"
}

// mainHour is the hour that holds most of the increment, the earliest of several.
func mainHour(hours []summary.HourCount) (int64, bool) {
	if len(hours) == 0 {
		return 0, false
	}
	best := hours[0]
	for _, h := range hours[1:] {
		if h.Count > best.Count {
			best = h
		}
	}
	return best.Hour, true
}
