// Package quality measures how good a model's predictions were, out of sums: a confusion matrix, scores in bins, means of losses.
//
// Measures that are functions of exact sums are exact. Where scores or errors are binned, the measure says what that costs.
// Where a measure is not defined (no samples, one class alone, 0 divided by 0) it is NaN, and so are the ends of its interval;
// nothing panics.
//
// Intervals are of 95 % confidence: over many samples from the same model and traffic, 95 % of such intervals hold the value
// that an endless sample would give. They know of chance, not of change, and take outcomes to be independent of one another.
package quality

import "math"

// z95 is the 97.5 % quantile of the standard normal distribution.
const z95 = 1.959963984540054

// Interval is what a measure's true value lies in, with 95 % confidence. Both are NaN where there is none.
type Interval struct{ Lower, Upper float64 }

// none is where there is no interval.
func none() Interval { return Interval{math.NaN(), math.NaN()} }

// Known reports whether there is an interval.
func (i Interval) Known() bool { return !math.IsNaN(i.Lower) && !math.IsNaN(i.Upper) }

// Map applies an ascending function to both ends.
func (i Interval) Map(f func(float64) float64) Interval { return Interval{f(i.Lower), f(i.Upper)} }
