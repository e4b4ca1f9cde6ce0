package conceptdrift

import (
	"encoding"
	"errors"
	"fmt"
	"math"
)

// Level is what a detector says after an update.
type Level uint8

// Stable is no sign of a change, Warning a sign that is too weak to act on, Drift a change.
const (
	Stable Level = iota
	Warning
	Drift
)

func (l Level) String() string {
	switch l {
	case Stable:
		return "stable"
	case Warning:
		return "warning"
	case Drift:
		return "drift"
	}
	return fmt.Sprintf("Level(%d)", uint8(l))
}

// Detector watches one stream of numbers for a change. It is not safe for concurrent use.
type Detector interface {
	// Update takes the next value. Where the value can't be used, the error is ErrNotFinite or ErrOutOfRange, and the
	// detector is as it was before. The update after a drift begins anew: its value is the first of the new stream.
	Update(x float64) (Level, error)
	// Level is what the last update said that was taken.
	Level() Level
	// Estimate is what the detector knows of the stream as of the last update, that of a drift included.
	Estimate() Estimate
	Method() Method

	// The state with its configuration: a detector that is restored goes on as if it had never stopped. UnmarshalBinary
	// into a detector that has a configuration takes only a state of the same one; ErrOtherConfig is returned otherwise,
	// and the detector is as it was before.
	encoding.BinaryAppender
	encoding.BinaryMarshaler
	encoding.BinaryUnmarshaler
}

// Estimate is what a detector knows of the stream since it began.
type Estimate struct {
	// Mean is of Count values: all since the detector began, or those in its window.
	Mean  float64
	Count uint64
	// Before and After are the means on the two sides of the place where a change is likeliest, After that of the last
	// Since values. Where no such place is known, Since is 0 and both are the mean.
	Before, After float64
	Since         uint64
}

// split is an estimate where the first k of n values have a mean that is known.
func split(n, mean, k, before float64) Estimate {
	e := Estimate{Mean: mean, Count: uint64(n), Before: mean, After: mean}
	if k > 0 && k < n {
		e.Before, e.After, e.Since = before, (n*mean-k*before)/(n-k), uint64(n-k)
	}
	return e
}

// What Update refuses.
var (
	ErrNotFinite  = errors.New("conceptdrift: the value is not a finite number: leave it out")
	ErrOutOfRange = errors.New("conceptdrift: the value is not one that the detector takes: a share is from 0 to 1, an error 0 or 1, any other value at most 1e100 in size")
)

// greatest is the greatest size of a value; sums of squares of as many as there may be stay finite.
const greatest = 1e100

// refuse is the error for a value that was not taken.
func refuse(x float64) (Level, error) {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return Stable, ErrNotFinite
	}
	return Stable, ErrOutOfRange
}

// Direction is the changes that a detector looks for.
type Direction uint8

// Increase is a mean that rises, for errors and losses a model that gets worse; Decrease one that falls.
const (
	Increase Direction = iota
	Decrease
	Both
)

func (d Direction) String() string {
	switch d {
	case Increase:
		return "increase"
	case Decrease:
		return "decrease"
	case Both:
		return "both"
	}
	return fmt.Sprintf("Direction(%d)", uint8(d))
}

func (d Direction) up() bool   { return d != Decrease }
func (d Direction) down() bool { return d != Increase }

func (d Direction) validate() error {
	if d > Both {
		return fmt.Errorf("direction %d: must be Increase, Decrease or Both", uint8(d))
	}
	return nil
}

// inside checks a configured number.
func inside(key string, value, low, high float64) error {
	if !(value >= low && value <= high) {
		return fmt.Errorf("%s %v: must be from %v to %v", key, value, low, high)
	}
	return nil
}
