package drift

import (
	"math"
	"slices"

	"github.com/leeway-ml/leeway/profile"
	"github.com/leeway-ml/leeway/semconv"
	"github.com/leeway-ml/leeway/stats/distance"
)

// statistic is one of the numbers that this judge knows.
type statistic uint8

const (
	psi statistic = iota
	kl
	jsDistance
	hellinger
	cramersV
	totalVariation
	lInfinity
	ksStatistic
	wasserstein
	meanShift
	ksPValue
	chiSquarePValue
	missingShare
	outOfRangeShare
	unseenShare
	missingShareReference
	outOfRangeShareReference
	unseenShareReference
	missingShareThreshold
	outOfRangeShareThreshold
	unseenShareThreshold
	mean
	meanReference
	quantile
	quantileReference
	statistics // how many there are
)

// kind says what a statistic can be used for.
type kind uint8

const (
	chiSquareLaw kind = iota // a distance over the divergences' bins, whose noise follows a chi-square or chi law
	otherLaw                 // a distance whose noise follows another law
	probability              // a p-value: never judged
	share                    // a share of the observations, judged by its difference from the reference's
	description              // says what is there: never judged
)

// properties describe a statistic. The name is the last part of the metric's name.
type properties struct {
	name        string
	kind        kind
	numeric     bool // made for numeric variables
	categorical bool // made for categorical and boolean variables
	byDefault   bool // in the default set, for the types above; cramers_v only for categorical variables
	limit       Limit
}

var table = [statistics]properties{
	psi:             {name: "psi", kind: chiSquareLaw, numeric: true, categorical: true, byDefault: true, limit: Limit{Floor: 0.1, Constant: 0.2}},
	kl:              {name: "kl", kind: chiSquareLaw, numeric: true, categorical: true, limit: Limit{Floor: 0.05, Constant: 0.1}},
	jsDistance:      {name: "js_distance", kind: chiSquareLaw, numeric: true, categorical: true, byDefault: true, limit: Limit{Floor: 0.1, Constant: 0.2}},
	hellinger:       {name: "hellinger", kind: chiSquareLaw, numeric: true, categorical: true, limit: Limit{Floor: 0.1, Constant: 0.2}},
	cramersV:        {name: "cramers_v", kind: chiSquareLaw, numeric: true, categorical: true, byDefault: true, limit: Limit{Floor: 0.1, Constant: 0.2}},
	totalVariation:  {name: "total_variation", kind: otherLaw, numeric: true, categorical: true, limit: Limit{Floor: 0.1, Constant: 0.2}},
	lInfinity:       {name: "l_infinity", kind: otherLaw, numeric: true, categorical: true, limit: Limit{Floor: 0.1, Constant: 0.2}},
	ksStatistic:     {name: "ks_statistic", kind: otherLaw, numeric: true, byDefault: true, limit: Limit{Floor: 0.1, Constant: 0.2}},
	wasserstein:     {name: "wasserstein", kind: otherLaw, numeric: true, byDefault: true, limit: Limit{Floor: 0.1, Constant: 0.2}},
	meanShift:       {name: "mean_shift", kind: otherLaw, numeric: true, byDefault: true, limit: Limit{Floor: 0.1, Constant: 0.2}},
	ksPValue:        {name: "ks_p_value", kind: probability, numeric: true},
	chiSquarePValue: {name: "chi_square_p_value", kind: probability, numeric: true, categorical: true},

	missingShare:             {name: "missing_share", kind: share, numeric: true, categorical: true, byDefault: true, limit: Limit{Floor: 0.02, Constant: 0.02}},
	outOfRangeShare:          {name: "out_of_range_share", kind: share, numeric: true, byDefault: true, limit: Limit{Floor: 0.02, Constant: 0.02}},
	unseenShare:              {name: "unseen_share", kind: share, categorical: true, byDefault: true, limit: Limit{Floor: 0.02, Constant: 0.02}},
	missingShareReference:    {name: "missing_share_reference", kind: description, numeric: true, categorical: true},
	outOfRangeShareReference: {name: "out_of_range_share_reference", kind: description, numeric: true},
	unseenShareReference:     {name: "unseen_share_reference", kind: description, categorical: true},
	missingShareThreshold:    {name: "missing_share_threshold", kind: description, numeric: true, categorical: true},
	outOfRangeShareThreshold: {name: "out_of_range_share_threshold", kind: description, numeric: true},
	unseenShareThreshold:     {name: "unseen_share_threshold", kind: description, categorical: true},
	mean:                     {name: "mean", kind: description, numeric: true},
	meanReference:            {name: "mean_reference", kind: description, numeric: true},
	quantile:                 {name: "quantile", kind: description, numeric: true},
	quantileReference:        {name: "quantile_reference", kind: description, numeric: true},
}

// Statistics lists the names that the configuration's `statistics` takes.
func Statistics() []string {
	names := make([]string, statistics)
	for s := range statistics {
		names[s] = table[s].name
	}
	return names
}

// Judged lists the names of those that can be the primary statistic.
func Judged() []string {
	var names []string
	for _, row := range table {
		if row.kind == chiSquareLaw || row.kind == otherLaw {
			names = append(names, row.name)
		}
	}
	return names
}

func find(name string) (statistic, bool) {
	i := slices.IndexFunc(table[:], func(p properties) bool { return p.name == name })
	return statistic(i), i >= 0
}

func (s statistic) of(t profile.Type) bool {
	if t == profile.Numeric {
		return table[s].numeric
	}
	return table[s].categorical
}

// set is a set of statistics.
type set uint32

func (x set) has(s statistic) bool { return x&(1<<s) != 0 }

// defaults are what a variable of the type is given without being asked.
func defaults(t profile.Type) set {
	var x set
	for s := range statistics {
		if table[s].byDefault && s.of(t) && !(s == cramersV && t == profile.Numeric) {
			x |= 1 << s
		}
	}
	return x
}

// metric names the statistic's metric. Descriptions and shares exist for features only.
func (s statistic) metric(subject string) string {
	if table[s].kind == share || table[s].kind == description {
		return "ml.feature." + table[s].name
	}
	return semconv.Drift(subject, table[s].name)
}

// noise is the law of those statistics that have one; simulated ones are in noise.go.
func (s statistic) noise(bins int, n, m float64) distance.Noise {
	switch s {
	case psi:
		return distance.PSINoise(bins, n, m)
	case kl:
		return distance.KLNoise(bins, n, m)
	case jsDistance:
		return distance.JSDistanceNoise(bins, n, m)
	case hellinger:
		return distance.HellingerNoise(bins, n, m)
	case cramersV:
		return distance.CramersVNoise(bins, n, m)
	case ksStatistic:
		return distance.KSNoise(n, m)
	case meanShift:
		// The difference of two means is normal, with variance (1/n + 1/m) in units of the standard deviation; of its size,
		// the mean is sqrt(2/pi) and the 99th percentile 2.5758.
		scale := math.Sqrt(1/n + 1/m)
		return distance.Noise{Expected: math.Sqrt(2/math.Pi) * scale, P99: 2.5758293035489004 * scale}
	}
	return distance.Noise{Expected: math.NaN(), P99: math.NaN()}
}
