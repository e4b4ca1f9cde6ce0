// Package judge says what a judge is: a pure function from the summaries of one window and a profile to statistics.
// Each judge has a folder of its own. A judge never touches time, state or OTLP.
package judge

import (
	"github.com/leeway-ml/leeway/profile"
	"github.com/leeway-ml/leeway/summary"
)

// Judge turns one window into statistics.
type Judge interface {
	// Name is the judge's key in the configuration.
	Name() string
	// Wants reports whether the judge reads this summary metric. The store keeps only what some judge wants.
	Wants(metric string) bool
	// Judge returns the statistics of the window, in any order. p is nil where the model has no profile.
	// It must be safe for concurrent use and must not keep or change its arguments.
	Judge(w *summary.Window, p *profile.Profile) []Point
}

// ByPane is a judge that also wants some metrics pane by pane: summary.Window.Panes.
type ByPane interface {
	Judge
	// WantsPanes reports whether the judge reads this summary metric by pane. It must be one that it Wants.
	WantsPanes(metric string) bool
}

// Point is one statistic. The attributes of the group, and the window's name, are added by the caller.
type Point struct {
	Metric     string
	Attributes []summary.Attribute
	Value      float64
}
