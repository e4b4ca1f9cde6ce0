package judge

import (
	"github.com/leeway-ml/leeway/profile"
	"github.com/leeway-ml/leeway/summary"
)

// Fitter is a judge that also fits calibrators, for other components to apply.
type Fitter interface {
	Judge
	// FitsWindow is the name of the window that Fit is to be called with, "" for the longest one there is; fits is false where Fit is
	// never to be called.
	FitsWindow() (name string, fits bool)
	// Fit returns the calibrator to put in force after this window of a model's whole traffic, nil where the one in force (nil: none) is to stay. It must be
	// safe for concurrent use and must not keep or change its arguments.
	Fit(w *summary.Window, p *profile.Profile, inForce *profile.Calibrator) *profile.Calibrator
}
