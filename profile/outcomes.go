package profile

// MaxOddsBuckets is how many buckets a profile's histogram of odds may have. A window's has at most 640; a calibrator that is fitted
// from four times as many is closer to what the rows would give.
const MaxOddsBuckets = 2560

// OutcomeSeries is one series of the reference's outcomes: what the summaries of the reference's rows, with their ground
// truth, add up to. Metric and attributes are those of the live summaries (ml.outcomes, ml.outcome.odds ...), so that the
// reference's quality is computed by the code that computes a window's.
// Exactly one of Histogram, Exponential and (else) Sum is meant.
type OutcomeSeries struct {
	Metric      string              `json:"metric"`
	Attributes  map[string]string   `json:"attributes,omitempty"`
	Sum         float64             `json:"sum,omitempty"`
	Histogram   *OutcomeHistogram   `json:"histogram,omitempty"`
	Exponential *OutcomeExponential `json:"exponential,omitempty"`
}

// OutcomeHistogram is a histogram without bounds: an exact count and sum.
type OutcomeHistogram struct {
	Count uint64  `json:"count"`
	Sum   float64 `json:"sum"`
}

// OutcomeExponential is a base-2 exponential histogram, as summary.Exponential: bucket i of Positive holds
// (base^(i+PositiveOffset), base^(i+PositiveOffset+1)], base = 2^(2^-Scale).
type OutcomeExponential struct {
	Scale          int      `json:"scale"`
	Zero           uint64   `json:"zero,omitempty"`
	PositiveOffset int      `json:"positive_offset,omitempty"`
	Positive       []uint64 `json:"positive,omitempty"`
	NegativeOffset int      `json:"negative_offset,omitempty"`
	Negative       []uint64 `json:"negative,omitempty"`
	Sum            float64  `json:"sum,omitempty"`
}

// QualityLimit is how bad a measure of quality became over chunks of the reference.
type QualityLimit struct {
	// Worst value of the measure: the least where more is better, else the greatest.
	Worst float64 `json:"worst"`
	// Chunks is how many chunks had enough outcomes, of those that lie side by side; below five, a limit says nothing.
	Chunks int `json:"chunks"`
}
