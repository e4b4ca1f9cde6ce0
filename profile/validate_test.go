package profile

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestValidate(t *testing.T) {
	require.NoError(t, sample().Validate())
	for want, change := range map[string]func(*Profile){
		"model is empty; must be the model's name":                                    func(p *Profile) { p.Model = "" },
		`task is "x"; must be binary, multiclass, regression, ranking or nothing`:     func(p *Profile) { p.Task = "x" },
		`positive_class is "0"; must be "1", the class of scores[0]`:                  func(p *Profile) { p.PositiveClass = "0" },
		"scores has 2 scores; a binary task has one":                                  func(p *Profile) { v := *p.Scores[0]; v.Name = "0"; p.Scores = append(p.Scores, &v) },
		`rhythm.cycle is "month"; must be week, day or none`:                          func(p *Profile) { p.Rhythm.Cycle = "month" },
		`rhythm.time_zone is "Local"; must be a name of the IANA database`:            func(p *Profile) { p.Rhythm.TimeZone = "Local" },
		"provenance.end is before provenance.start":                                   func(p *Profile) { p.Provenance.End = p.Provenance.Start.Add(-time.Second) },
		"features[1] is null; must be an object":                                      func(p *Profile) { p.Features[1] = nil },
		"features[1].name is empty":                                                   func(p *Profile) { p.Features[1].Name = "" },
		`features[1].name is "amount", as features[0].name; names must differ`:        func(p *Profile) { p.Features[1].Name = "amount" },
		`features[0] (amount).type is "text"; must be numeric`:                        func(p *Profile) { p.Features[0].Type = "text" },
		"features[0] (amount).bounds[1] is 1.5; must be greater than the bound befo":  func(p *Profile) { p.Features[0].Bounds[1] = 1.5 },
		"features[0] (amount).bounds[0] is -Inf; must be finite":                      func(p *Profile) { p.Features[0].Bounds[0] = math.Inf(-1) },
		"features[0] (amount).counts has 2 elements; must have 3, one a bin":          func(p *Profile) { p.Features[0].Counts = []uint64{1, 2} },
		"features[0] (amount).counts[1] is 9223372036854775807; all counts together":  func(p *Profile) { p.Features[0].Counts[1] = math.MaxInt64 },
		"features[0] (amount).rollup must begin with 0":                               func(p *Profile) { p.Features[0].Rollup = []int{1} },
		"features[0] (amount).rollup[2] is 3; must be greater than the one before i":  func(p *Profile) { p.Features[0].Rollup[2] = 3 },
		"features[0] (amount).deciles must begin with 0":                              func(p *Profile) { p.Features[0].Deciles = nil },
		"features[0] (amount).deciles[1] is 1; must be one of rollup's":               func(p *Profile) { p.Features[0].Rollup, p.Features[0].Deciles = []int{0, 2}, []int{0, 1} },
		"features[1] (country).deciles has 1 elements; must be left out":              func(p *Profile) { p.Features[1].Deciles = []int{0} },
		"features[0] (amount).mean is NaN; must be finite":                            func(p *Profile) { p.Features[0].Mean = math.NaN() },
		"features[0] (amount).std_dev is -1; must not be negative":                    func(p *Profile) { p.Features[0].StdDev = -1 },
		"features[0] (amount).min is 9; must not be greater than max, 4":              func(p *Profile) { p.Features[0].Min = 9 },
		`features[0] (amount).quantiles has the key "median"; must be a probability`:  func(p *Profile) { p.Features[0].Quantiles["median"] = 2 },
		"features[0] (amount).categories has 1 elements; must be left out":            func(p *Profile) { p.Features[0].Categories = []string{"a"} },
		"features[0] (amount).bounds[0] must be the next number below bounds[1]":      func(p *Profile) { p.Features[0].Discrete = true },
		"features[0] (amount).counts must have 0 in the first and in the last bin":    func(p *Profile) { p.Features[0].Discrete = true; p.Features[0].Bounds[0] = math.Nextafter(2.5, 0) },
		"features[1] (country).bounds must be left out, and discrete too":             func(p *Profile) { p.Features[1].Discrete = true },
		`features[1] (country).categories[1] is "DE", as categories[0]`:               func(p *Profile) { p.Features[1].Categories[1] = "DE" },
		`features[1] (country).categories[0] is "__other__", which is reserved`:       func(p *Profile) { p.Features[1].Categories[0] = Other },
		`features[2] (member).categories[0] is "yes"; a boolean variable has only t`:  func(p *Profile) { p.Features[2].Categories[0] = "yes" },
		"features[0] (amount).hours must be left out, as rhythm.cycle is none":        func(p *Profile) { p.Rhythm.Cycle = Steady },
		"features[0] (amount).hours has 24 rows of counts and 24 of missing; must h":  func(p *Profile) { p.Rhythm.Cycle = Week },
		"features[0] (amount).hours.counts[5] has 1 elements; must have 3":            func(p *Profile) { p.Features[0].Hours.Counts[5] = []uint64{1} },
		"features[0] (amount).hours.counts add up to 3 in roll-up bin 0; must be 2":   func(p *Profile) { p.Features[0].Hours.Counts[5][0]++ },
		"features[0] (amount).limits.1h.psi.greatest is +Inf; must be finite":         func(p *Profile) { p.Features[0].Limits["1h"]["psi"] = Limit{Greatest: math.Inf(1)} },
		"features[0] (amount).limits.1h.psi.chunks is -1; must not be negative":       func(p *Profile) { p.Features[0].Limits["1h"]["psi"] = Limit{Chunks: -1} },
		`scores[0].type is "boolean"; must be "numeric"`:                              func(p *Profile) { p.Scores[0].Type = Boolean },
		`class.type is "numeric"; must be "categorical"`:                              func(p *Profile) { p.Class.Type = Numeric },
		"segments[0].attributes is empty":                                             func(p *Profile) { p.Segments[0].Attributes = nil },
		`segments[0].counts has the key "feature/x"; must be one of [feature/amount`:  func(p *Profile) { p.Segments[0].Counts["feature/x"] = nil },
		"segments[0].counts.feature/amount has 1 elements; must have 3":               func(p *Profile) { p.Segments[0].Counts["feature/amount"] = []uint64{1} },
		"features[0] (amount).importance is -0.5; must be a finite number, 0 or more": func(p *Profile) { x := -0.5; p.Features[0].Importance = &x },
		"features[0] (amount).importance is NaN; must be a finite":                    func(p *Profile) { x := math.NaN(); p.Features[0].Importance = &x },
		"class.importance is 0.5; must be left out, only features have one":           func(p *Profile) { x := 0.5; p.Class.Importance = &x },
		`segments[0].missing has the key "x"`:                                         func(p *Profile) { p.Segments[0].Missing["x"] = 1 },
	} {
		p := sample()
		change(p)
		err := p.Validate()
		if assert.ErrorContains(t, err, want) {
			assert.ErrorContains(t, p.Write(&strings.Builder{}), want, "what is not valid is not written")
		}
	}
}

func TestValidateReportsSeveralProblemsAtOnce(t *testing.T) {
	p := sample()
	p.Model, p.Features[0].StdDev = "", -1
	err := p.Validate()
	assert.ErrorContains(t, err, "model is empty")
	assert.ErrorContains(t, err, "std_dev is -1")
	for _, v := range p.Features {
		v.Counts = nil
	}
	for range 20 {
		p.Features = append(p.Features, nil)
	}
	assert.Len(t, strings.Split(p.Validate().Error(), "\n"), maxProblems)
}

// A null among the variables is reported, whatever else refers to them.
func TestValidateNull(t *testing.T) {
	p := sample()
	p.Features[0] = nil
	p.Segments[0].Counts["feature/none"] = []uint64{1}
	assert.ErrorContains(t, p.Validate(), "features[0] is null; must be an object")
}
