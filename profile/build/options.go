package build

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"time"

	"github.com/leeway-ml/leeway/judge/drift"
	"github.com/leeway-ml/leeway/profile"
)

// Options say what the columns of the files mean, and how the profile is to be made.
type Options struct {
	// Model is required; Version is empty where the profile stands for every version.
	Model, Version string
	// Task is found out where it is empty: regression where there is a value column, multiclass where there are several
	// probability columns or more than two classes, else binary.
	Task profile.Task
	// PositiveClass is the class that the scores of a binary task are for. Empty: the one class that is 1, true, yes or
	// positive, whatever the case.
	PositiveClass string
	// Where keeps only rows that have these values. Conditions on one column are alternatives.
	Where []Condition
	// TimeColumn is empty where rows have no times; empty means "timestamp" where there is such a column, unless WithoutTime.
	// TimeFormat: see table.NewClock. TimeZone (IANA; empty = UTC) is where days and
	// weeks begin, and what times without an offset are in.
	TimeColumn, TimeFormat, TimeZone string
	WithoutTime                      bool
	// Columns that are no features; each may be empty. The label is the ground truth: a class, or a regression's value.
	ScoreColumn, ClassColumn, ValueColumn, LabelColumn, IDColumn string
	// Truth is where the labels are in a file of their own: then LabelColumn is a column of that file ("label" where empty), and
	// IDColumn is needed (ml.prediction.id where empty). Rows without a label stay in the profile.
	Truth TruthFile
	// ProbabilityColumns by class.
	ProbabilityColumns map[string]string
	// Features, where not empty, are the only columns that are features. Exclude are columns that are not.
	Features, Exclude []string
	// Segments: each is a list of columns whose values make slices.
	Segments [][]string
	// Windows are the lengths of the chunks that limits are learned from: "1h", "24h", "7d".
	Windows []string
	// Rhythm is auto, week, day or none.
	Rhythm string
	// Types by feature, where inference is to be overruled.
	Types map[string]profile.Type
	// Missing are texts that mean a missing value, beside the empty one.
	Missing []string
	// Bins is the number of equal-mass bins of a numeric variable, a multiple of 20; a variable with no more distinct values
	// gets a bin for each. Categories is how many categories are kept by name.
	Bins, Categories int
	// BinsOf, where not nil, gives the variables that it has too their types, bins and views, so that the two profiles can be
	// merged.
	BinsOf *profile.Profile
	// Importances is a file that says how much each feature matters to the model; empty where that is not known.
	Importances string
	// WithoutJoint leaves out the reference of the features together.
	WithoutJoint bool
	// JointExclude are features that the reference of the features together leaves out: such as wander by themselves, which would
	// widen its limits.
	JointExclude []string
	// TrainingRunID and TrainingDatasetID go into the provenance.
	TrainingRunID, TrainingDatasetID string
	// Created is the moment of creation that the profile is to have; zero: now.
	Created time.Time
	// ChunkMemory is how many bytes the counts of chunks may take; what has no room waits for another pass over the files.
	ChunkMemory int
	// MinSamples is how many rows a chunk must have to be judged.
	MinSamples int
	// OnProgress, where not nil, is told about ten times a second how far a pass is.
	OnProgress func(Progress)
}

// Condition is one --where.
type Condition struct{ Column, Value string }

// Progress is how far a pass over the files is, in bytes.
type Progress struct {
	Pass        int // from 1
	What        string
	Done, Total int64
}

// DefaultOptions are what the command line starts from.
func DefaultOptions() Options {
	return Options{
		Windows:     []string{"1h", "24h", "7d"},
		Rhythm:      "auto",
		Bins:        profile.MaxFineBins,
		Categories:  profile.MaxCategories,
		ChunkMemory: 256 << 20,
		MinSamples:  int(drift.DefaultConfig().MinSamples),
	}
}

// validate returns an error that names the option as the command line spells it.
func (o *Options) validate() error {
	var errs []error
	add := func(format string, args ...any) { errs = append(errs, fmt.Errorf(format, args...)) }
	if o.Model == "" {
		add("--model: must name the model")
	}
	switch o.Task {
	case "", profile.Binary, profile.Multiclass, profile.Regression, profile.Ranking:
	default:
		add("--task %s: must be binary, multiclass, regression or ranking", o.Task)
	}
	switch o.Rhythm {
	case "auto", "week", "day", "none":
	default:
		add("--rhythm %s: must be auto, week, day or none", o.Rhythm)
	}
	if o.TimeZone != "" {
		if _, err := time.LoadLocation(o.TimeZone); err != nil || o.TimeZone == "Local" {
			add("--time-zone %s: must be a name of the IANA database, like Europe/Berlin", o.TimeZone)
		}
	}
	if o.Bins < 20 || o.Bins > 1000 || o.Bins%20 != 0 {
		add("--bins %d: must be a multiple of 20, from 20 to 1000, so that deciles and roll-ups are made of whole bins", o.Bins)
	}
	if o.Categories < 1 || o.Categories > 10000 {
		add("--categories %d: must be from 1 to 10000", o.Categories)
	}
	for _, w := range o.Windows {
		if _, err := ParseWindow(w); err != nil {
			add("--windows: %w", err)
		}
	}
	for name, t := range o.Types {
		switch t {
		case profile.Numeric, profile.Categorical, profile.Boolean:
		default:
			add("--type %s=%s: must be numeric, categorical or boolean", name, t)
		}
	}
	if o.Task == profile.Regression && (o.ScoreColumn != "" || len(o.ProbabilityColumns) > 0) {
		add("--task regression: has no scores; name the predicted value's column with --value-column")
	}
	if o.Truth.Path == "" && o.Truth.IDColumn != "" {
		add("--truth-id-column %s: means something only with --truth", o.Truth.IDColumn)
	}
	if o.ScoreColumn != "" && len(o.ProbabilityColumns) > 0 {
		add("--score-column %s: use either it or --probability-column", o.ScoreColumn)
	}
	if o.ValueColumn != "" && (o.ScoreColumn != "" || o.ClassColumn != "" || len(o.ProbabilityColumns) > 0) {
		add("--value-column %s: a model predicts either a value or a class", o.ValueColumn)
	}
	return errors.Join(errs...)
}

var windowPattern = regexp.MustCompile(`^([1-9][0-9]{0,4})(m|h|d|w)$`)

// ParseWindow is the length of a window: "90m", "24h", "7d" or "2w".
func ParseWindow(text string) (time.Duration, error) {
	m := windowPattern.FindStringSubmatch(text)
	if m == nil {
		return 0, fmt.Errorf("%q is no length of a window; write 1h, 24h or 7d", text)
	}
	n, err := strconv.Atoi(m[1])
	if err != nil {
		return 0, err
	}
	unit := map[string]time.Duration{"m": time.Minute, "h": time.Hour, "d": 24 * time.Hour, "w": 7 * 24 * time.Hour}[m[2]]
	return time.Duration(n) * unit, nil
}
