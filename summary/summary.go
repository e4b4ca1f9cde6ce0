// Package summary holds the plain types of mergeable summaries: what one window of one model adds up to.
// Processors fill them from pdata, judges turn them into statistics; neither type knows of OTLP.
package summary

import "time"

// Attribute is one key and value of a series.
type Attribute struct{ Key, Value string }

// Group says whose summaries a window holds: one model version, or a slice of its traffic.
type Group struct {
	Model, Version string
	// Segment is the slice (ml.segment.*), sorted by key; empty for all of the traffic.
	Segment []Attribute
	// Experiment and Variant name an A/B test and its arm; empty where there is none.
	Experiment, Variant string
}

// Whole reports whether the group is all of the model's traffic: no slice, and no arm of an experiment.
func (g Group) Whole() bool { return len(g.Segment) == 0 && g.Experiment == "" && g.Variant == "" }

// Window is the sum of all summaries of one group over (End-Length, End] of event time.
type Window struct {
	Group  Group
	Name   string // as in ml.window: "1h", "24h"
	Length time.Duration
	End    time.Time
	// Series is sorted by metric, then by attributes.
	Series []Series
	// Panes are the stretches of time that the window is made of, in their order, with what each has of the metrics that a
	// judge asked for by pane. Panes that have nothing of them are left out.
	Panes []Pane
}

// Pane is what happened in one stretch of a window.
type Pane struct {
	Start, End time.Time
	// Series is sorted as a window's. Their Hours are empty.
	Series []Series
}

// Series is what one stream of a window adds up to. Exactly one of Histogram, Exponential and (else) Sum is meant.
type Series struct {
	Metric string
	// Attributes beside those of the group, sorted by key.
	Attributes  []Attribute
	Histogram   *Histogram
	Exponential *Exponential
	Sum         float64
	// Hours is how many observations fell on each hour; sorted by time. Their counts add up to the series' count.
	Hours []HourCount
}

// HourCount is a count of observations in the hour that begins Hour hours after the epoch (UTC).
type HourCount struct {
	Hour  int64
	Count uint64
}

// Histogram counts observations in explicit bins: bin i holds (Bounds[i-1], Bounds[i]], the first and last are open.
type Histogram struct {
	// Bounds is strictly ascending and shared: never changed in place. It may be empty: then there is one bin.
	Bounds []float64
	// Counts has len(Bounds)+1 elements.
	Counts []uint64
	// Sum of the observations; NaN where a contribution had none.
	Sum float64
	// Min and Max of the observations; NaN where unknown.
	Min, Max float64
}

// Exponential counts observations in base-2 exponential buckets, as OpenTelemetry defines them: bucket i of Positive holds
// (base^(Offset+i), base^(Offset+i+1)] with base = 2^(2^-Scale); Negative mirrors it; Zero counts |x| <= ZeroThreshold.
type Exponential struct {
	Scale              int32
	Zero               uint64
	ZeroThreshold      float64
	Positive, Negative Buckets
	Sum                float64
	Min, Max           float64
}

// Buckets are neighbouring buckets, the first one at index Offset.
type Buckets struct {
	Offset int32
	Counts []uint64
}

// Attribute returns the value of the key, "" where the series has none.
func (s *Series) Attribute(key string) string {
	for _, a := range s.Attributes {
		if a.Key == key {
			return a.Value
		}
	}
	return ""
}

// Of returns the series of a metric.
func (w *Window) Of(metric string) []Series {
	first := 0
	for first < len(w.Series) && w.Series[first].Metric < metric {
		first++
	}
	last := first
	for last < len(w.Series) && w.Series[last].Metric == metric {
		last++
	}
	return w.Series[first:last]
}

// Count is the number of observations.
func (h *Histogram) Count() uint64 {
	var n uint64
	for _, c := range h.Counts {
		n += c
	}
	return n
}

// Count is the number of observations.
func (e *Exponential) Count() uint64 {
	n := e.Zero
	for _, c := range e.Positive.Counts {
		n += c
	}
	for _, c := range e.Negative.Counts {
		n += c
	}
	return n
}
