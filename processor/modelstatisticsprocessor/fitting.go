package modelstatisticsprocessor

import (
	"cmp"
	"slices"

	"github.com/leeway-ml/leeway/internal/window"
	"github.com/leeway-ml/leeway/judge"
	"github.com/leeway-ml/leeway/profile"
	"github.com/leeway-ml/leeway/summary"
)

// fitter is a judge that fits calibrators, and the window that it fits them on.
type fitter struct {
	judge.Fitter
	window string
}

func fittersOf(judges []judge.Judge, settings *window.Settings) []fitter {
	var fitters []fitter
	for _, j := range judges {
		f, ok := j.(judge.Fitter)
		if !ok {
			continue
		}
		name, fits := f.FitsWindow()
		if !fits {
			continue
		}
		if name == "" && len(settings.Windows) > 0 {
			name = longest(settings.Windows).Name
		}
		fitters = append(fitters, fitter{f, name})
	}
	return fitters
}

// longest is the longest of the windows, the first of those that are equally long.
func longest(windows []window.Definition) window.Definition {
	return slices.MaxFunc(windows, func(a, b window.Definition) int { return cmp.Compare(a.Length, b.Length) })
}

// fit publishes the calibrator that a window of a model's whole traffic asks for.
func (p *statistics) fit(w *summary.Window, reference *profile.Profile) {
	if p.calibrators == nil {
		return
	}
	for _, f := range p.fitters {
		if f.window != w.Name {
			continue
		}
		inForce := p.calibrators.Calibrator(w.Group.Model, w.Group.Version)
		if c := f.Fit(w, reference, inForce); c != nil {
			p.calibrators.PublishCalibrator(c)
		}
	}
}
