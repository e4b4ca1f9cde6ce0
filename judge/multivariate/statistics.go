package multivariate

import (
	"slices"

	"github.com/leeway-ml/leeway/semconv"
)

// statistic is one of the numbers that this judge knows.
type statistic uint8

const (
	reconstructionShift statistic = iota
	mmd
	correlationShift
	meanDistance
	cosineDistance
	contribution
	pairShift
	statistics // how many there are
)

// properties describe a statistic. The name is the last part of the metric's name.
type properties struct {
	name   string
	joint  bool  // of the inputs together
	vector bool  // of an input that is a vector
	limit  Limit // zero where it is never judged
}

var table = [statistics]properties{
	reconstructionShift: {name: "reconstruction_shift", joint: true, limit: Limit{Floor: 0.1, Constant: 0.2}},
	mmd:                 {name: "mmd", joint: true, vector: true, limit: Limit{Floor: 0.03, Constant: 0.06}},
	correlationShift:    {name: "correlation_shift", joint: true, limit: Limit{Floor: 0.1, Constant: 0.2}},
	meanDistance:        {name: "mean_distance", vector: true, limit: Limit{Floor: 0.1, Constant: 0.2}},
	cosineDistance:      {name: "cosine_distance", vector: true},
	contribution:        {name: "contribution", joint: true},
	pairShift:           {name: "pair_shift", joint: true},
}

// Statistics lists the names that the configuration's `statistics` takes.
func Statistics() []string {
	names := make([]string, statistics)
	for s := range statistics {
		names[s] = table[s].name
	}
	return names
}

// Judged lists the names of those that have a limit.
func Judged() []string {
	var names []string
	for _, row := range table {
		if row.limit != (Limit{}) {
			names = append(names, row.name)
		}
	}
	return names
}

func find(name string) (statistic, bool) {
	i := slices.IndexFunc(table[:], func(p properties) bool { return p.name == name })
	return statistic(i), i >= 0
}

// subject is what a statistic is about.
type subject uint8

const (
	ofJoint subject = iota
	ofVector
	subjects
)

func (s subject) String() string { return [subjects]string{"joint", "vector"}[s] }

// names are the metrics of one statistic.
type names struct{ value, threshold, noise string }

func newNames(about subject, s statistic) names {
	metric := semconv.Drift(about.String(), table[s].name)
	return names{metric, metric + "_threshold", metric + "_noise"}
}
