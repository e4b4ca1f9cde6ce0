package conceptdrift

// Signal is a kind of stream.
type Signal uint8

// ErrorSignal is of zeros and ones, 1 a wrong prediction; LossSignal of absolute or squared errors, log losses, Brier scores, the
// greater the worse; ValueSignal of anything whose change either way is of interest: a score, an input, feedback.
const (
	ErrorSignal Signal = iota
	LossSignal
	ValueSignal
)

// RecommendedADWIN is ADWIN without a unit, five times as ready as River's: with it, there is a false alarm in some 10^6 values,
// whatever law they come from. Errors and losses that fall are no drift.
func RecommendedADWIN(s Signal) ADWINConfig {
	c := DefaultADWIN()
	c.Delta, c.ScaleFree = 0.01, true
	if s != ValueSignal {
		c.Direction = Increase
	}
	return c
}

// Recommended is the detector for whom does not want to choose: an ADWIN, of RecommendedADWIN. docs/concept-drift.md has the
// false alarms and delays by which it was chosen.
func Recommended(s Signal) Detector {
	d, err := NewADWIN(RecommendedADWIN(s))
	if err != nil {
		panic(err)
	}
	return d
}
