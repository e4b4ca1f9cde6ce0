// Package profile is the reference profile: what a model looked like when it was good.
//
// A profile holds counts, never rows: for each variable its bins and how often each occurred, by hour of the week where
// the data had times. It is JSON that people can read. Subpackage build makes profiles from files, learn from live summaries.
package profile

import "time"

// Schema names the format, and its version, in the field "schema".
const Schema = "leeway.profile/v1"

const (
	// MaxFineBins is the number of equal-mass bins of a numeric variable, unless configured, and how many distinct values
	// still get one bin each.
	MaxFineBins = 100
	// MaxRollupBins is the number of bins kept by hour, by segment and in roll-ups.
	MaxRollupBins = 20
	// MaxDeciles is the number of bins that PSI and the other divergences are computed over.
	MaxDeciles = 10
	// MaxCategories is how many categories of a categorical variable are kept by name, unless configured.
	MaxCategories = 100
)

// Task is what a model does.
type Task string

// Tasks.
const (
	Binary     Task = "binary"
	Multiclass Task = "multiclass"
	Regression Task = "regression"
	Ranking    Task = "ranking"
)

// Type is what values a variable has.
type Type string

// Types of variables.
const (
	Numeric     Type = "numeric"
	Categorical Type = "categorical"
	Boolean     Type = "boolean" // a categorical variable whose categories are "false" and "true"
)

// Reserved categories.
const (
	Other  = "__other__"  // a category that the reference has seen, but not often enough to be kept by name
	Unseen = "__unseen__" // a category that the reference has never seen
)

// Profile describes one model, or one version of it.
type Profile struct {
	Schema string `json:"schema"`
	Model  string `json:"model"`
	// Version is empty where the profile stands for every version.
	Version string `json:"version,omitempty"`
	Task    Task   `json:"task,omitempty"`
	// PositiveClass is the class that scores of a binary task are for.
	PositiveClass string     `json:"positive_class,omitempty"`
	Created       time.Time  `json:"created"`
	Provenance    Provenance `json:"provenance"`
	Rhythm        Rhythm     `json:"rhythm"`
	// Features in the order of the data's columns.
	Features []*Variable `json:"features"`
	// Scores of the model, each named by the class it is for; exactly one in binary tasks.
	Scores []*Variable `json:"scores,omitempty"`
	// Class and Value are the predicted class and the predicted value.
	Class *Variable `json:"class,omitempty"`
	Value *Variable `json:"value,omitempty"`
	// TrueClass and TrueValue are the ground truth.
	TrueClass *Variable `json:"true_class,omitempty"`
	TrueValue *Variable `json:"true_value,omitempty"`
	Segments  []Segment `json:"segments,omitempty"`
	// Joint is the reference of the features together; nil where there is none. Vectors are the inputs that are arrays.
	Joint   *Joint    `json:"joint,omitempty"`
	Vectors []*Vector `json:"vectors,omitempty"`
	// Outcomes are the summaries of the rows that had a ground truth; empty where none had. Sorted by metric, then attributes.
	Outcomes []OutcomeSeries `json:"outcomes,omitempty"`
	// QualityLimits by window and measure of quality (accuracy, rmse ...).
	QualityLimits map[string]map[string]QualityLimit `json:"quality_limits,omitempty"`
}

// Provenance says where a profile comes from.
type Provenance struct {
	// Files by name, without their folders.
	Files []string `json:"files,omitempty"`
	// SHA256 of the files' bytes, one after the other; hex.
	SHA256 string `json:"sha256,omitempty"`
	// Learned is true where the profile was frozen out of live traffic.
	Learned bool   `json:"learned,omitempty"`
	Rows    uint64 `json:"rows"`
	// Start and End of the rows' times; zero where the data had none.
	Start             time.Time `json:"start,omitzero"`
	End               time.Time `json:"end,omitzero"`
	TrainingRunID     string    `json:"training_run_id,omitempty"`
	TrainingDatasetID string    `json:"training_dataset_id,omitempty"`
}

// Cycle is the period over which a reference follows the hour.
type Cycle string

// Cycles.
const (
	Week   Cycle = "week" // 168 cells, the first is Monday 00:00-01:00
	Day    Cycle = "day"  // 24 cells
	Steady Cycle = "none" // no cells
)

// Rhythm says how the counts by hour are cut.
type Rhythm struct {
	Cycle Cycle `json:"cycle"`
	// TimeZone as in the IANA database; empty = UTC.
	TimeZone string `json:"time_zone,omitempty"`
}

// Variable is the reference distribution of one feature, score, class or value.
//
// Numeric: bin i holds (Bounds[i-1], Bounds[i]]; the first and the last are open, so there are len(Bounds)+1 bins.
// Categorical and boolean: bin i holds Categories[i]; the last bin, of index len(Categories), is Other.
type Variable struct {
	Name string `json:"name"`
	Type Type   `json:"type"`
	// Bounds is strictly ascending.
	Bounds []float64 `json:"bounds,omitempty"`
	// Discrete: every distinct value of the reference is a bound, so that bins hold single values. The first bound lies just
	// below the least value: the first bin is empty in the reference, as is the last.
	Discrete bool `json:"discrete,omitempty"`
	// Categories, most frequent first.
	Categories []string `json:"categories,omitempty"`
	Counts     []uint64 `json:"counts"`
	// Rollup and Deciles are the coarser views, as sums of neighbouring bins: the index of the first bin of each, ascending
	// from 0. Each decile is made of whole roll-up bins. Deciles is empty for categorical variables: their divergences are
	// over the categories.
	Rollup  []int `json:"rollup"`
	Deciles []int `json:"deciles,omitempty"`
	// Missing, WrongType and NonFinite count rows that are in no bin.
	Missing   uint64 `json:"missing"`
	WrongType uint64 `json:"wrong_type,omitempty"`
	NonFinite uint64 `json:"non_finite,omitempty"`
	// Min, Max, Mean and StdDev (n-1) of the reference's values; numeric variables only.
	Min    float64 `json:"min,omitempty"`
	Max    float64 `json:"max,omitempty"`
	Mean   float64 `json:"mean,omitempty"`
	StdDev float64 `json:"std_dev,omitempty"`
	// Quantiles by probability: "0.5" ...
	Quantiles map[string]float64 `json:"quantiles,omitempty"`
	// Importance of a feature to the model, at least 0, in any unit; nil where it is not known.
	Importance *float64 `json:"importance,omitempty"`
	// Hours is nil where the profile has no rhythm.
	Hours *Hours `json:"hours,omitempty"`
	// Limits by window ("1h") and statistic ("psi"): how far the reference's own chunks stray.
	Limits map[string]map[string]Limit `json:"limits,omitempty"`
}

// Hours are a variable's counts by cell of the cycle.
type Hours struct {
	// Counts has a row a cell and a column a roll-up bin.
	Counts [][]uint64 `json:"counts"`
	// Missing has an element a cell.
	Missing []uint64 `json:"missing"`
}

// Limit is how far a statistic strays over chunks of the reference, each judged against the rest of the reference.
type Limit struct {
	// Greatest is the greatest excess over the noise to be expected (for statistics with a chi-square law), else the
	// greatest value.
	Greatest float64 `json:"greatest"`
	// Chunks is how many chunks were judged, of those that lie side by side; below five, a limit says nothing.
	Chunks int `json:"chunks"`
}

// Segment is the reference of one slice of the rows: counts over the roll-up bins of the variables.
type Segment struct {
	// Attributes: the columns that make the slice, and their values.
	Attributes map[string]string `json:"attributes"`
	Rows       uint64            `json:"rows"`
	// Counts and Missing by the variable's key: "feature/amount", "score/1", "class", "value", "true_class", "true_value".
	Counts  map[string][]uint64 `json:"counts"`
	Missing map[string]uint64   `json:"missing,omitempty"`
}

// Observed is the number of rows that are in a bin.
func (v *Variable) Observed() uint64 {
	var n uint64
	for _, c := range v.Counts {
		n += c
	}
	return n
}

// Feature returns the feature of that name, nil where there is none.
func (p *Profile) Feature(name string) *Variable {
	for _, v := range p.Features {
		if v.Name == name {
			return v
		}
	}
	return nil
}

// Score returns the score of that class, nil where there is none.
func (p *Profile) Score(class string) *Variable {
	for _, v := range p.Scores {
		if v.Name == class {
			return v
		}
	}
	return nil
}
