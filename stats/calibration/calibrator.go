package calibration

import (
	"fmt"
	"slices"
	"strings"

	"github.com/leeway-ml/leeway/stats/scores"
)

// Calibrator makes a probability of a score. Larger scores never get smaller probabilities: a calibrator does not change who
// ranks before whom. It is safe for concurrent use.
type Calibrator interface {
	// Name is the calibrator's method, as in ml.calibrator.name.
	Name() string
	// Apply returns the calibrated score, within 0..1. Scores outside 0..1 count as 0 or 1; NaN stays NaN.
	Apply(score float64) float64
	// check says what is wrong with numbers that came from outside.
	check() error
}

// Names of the calibrators, the simplest first.
const (
	NamePlatt       = "platt"
	NameTemperature = "temperature"
	NameBeta        = "beta"
	NameIsotonic    = "isotonic"
)

// Names lists the calibrators there are, those with fewer parameters first.
func Names() []string { return []string{NameTemperature, NamePlatt, NameBeta, NameIsotonic} }

// Fit fits the named calibrator to the outcomes of a table. Its errors say what the outcomes lack.
func Fit(name string, t *scores.Table) (Calibrator, error) {
	switch name {
	case NamePlatt:
		return orNil(FitPlatt(t))
	case NameTemperature:
		return orNil(FitTemperature(t))
	case NameBeta:
		return orNil(FitBeta(t))
	case NameIsotonic:
		return orNil(FitIsotonic(t))
	}
	names := Names()
	slices.Sort(names)
	return nil, fmt.Errorf("no calibrator %q; use one of %s", name, strings.Join(names, ", "))
}

// orNil keeps a nil pointer from becoming an interface that is not nil.
func orNil[C Calibrator](c C, err error) (Calibrator, error) {
	if err != nil {
		return nil, err
	}
	return c, nil
}
