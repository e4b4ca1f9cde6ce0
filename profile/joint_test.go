package profile

import (
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestValidateJoint(t *testing.T) {
	for want, change := range map[string]func(*Profile){
		"joint.features is empty":                                                    func(p *Profile) { p.Joint.Features = nil },
		`joint.features[1] is "x"; must be the name of a feature`:                    func(p *Profile) { p.Joint.Features[1] = "x" },
		`joint.features[1] is "amount", as joint.features[0]`:                        func(p *Profile) { p.Joint.Features[1] = "amount" },
		"joint.components is empty":                                                  func(p *Profile) { p.Joint.Components = nil },
		"joint.components has 2 components of 0 elements":                            func(p *Profile) { p.Joint.Components[0] = nil },
		"joint.components has 2 components of 1 elements":                            func(p *Profile) { p.Joint.Components[0] = []float64{1} },
		"joint.components has 2 components of 300 elements":                          func(p *Profile) { p.Joint.Components[0] = make([]float64, 300) },
		"joint.components[1] has 4 elements; must have 5, as the first":              func(p *Profile) { p.Joint.Components[1] = []float64{0, 1, 0, 0} },
		"joint.components[0] has the length 1.2":                                     func(p *Profile) { p.Joint.Components[0][1] = 0.75 },
		"joint.components[0] has the length NaN":                                     func(p *Profile) { p.Joint.Components[0][1] = math.NaN() },
		"joint.components[1] is not perpendicular to [0]: their product is 0.6; mus": func(p *Profile) { p.Joint.Components[1] = []float64{1, 0, 0, 0, 0} },
		"joint.explained is 0; must be a share, above 0 and at most 1":               func(p *Profile) { p.Joint.Explained = 0 },
		"joint.explained is 1.5":                                                     func(p *Profile) { p.Joint.Explained = 1.5 },
		"joint.bandwidth is 0; must be finite and greater than 0":                    func(p *Profile) { p.Joint.Bandwidth = 0 },
		"joint.bandwidth is +Inf":                                                    func(p *Profile) { p.Joint.Bandwidth = math.Inf(1) },
		"joint.frequencies is 65; must be from 1 to 64":                              func(p *Profile) { p.Joint.Frequencies = 65 },
		"joint.frequencies is -1; must be from 1 to 64":                              func(p *Profile) { p.Joint.Frequencies = -1 },
		"joint.error_bounds has 100 bounds; must have at most 99":                    func(p *Profile) { p.Joint.ErrorBounds = make([]float64, 100) },
		"joint.error_bounds[1] is 0.5; must be greater than the bound before it":     func(p *Profile) { p.Joint.ErrorBounds[1] = 0.5 },
		"joint.error_bounds[1] is NaN; must be finite":                               func(p *Profile) { p.Joint.ErrorBounds[1] = math.NaN() },
		"joint.error_optimism is -1; must be finite and at least 0":                  func(p *Profile) { p.Joint.ErrorOptimism = -1 },
		"joint.error_std_dev is 0; must be finite and greater than 0":                func(p *Profile) { p.Joint.ErrorStdDev = 0 },
		"joint.trace is -1; must be finite, 0 or more":                               func(p *Profile) { p.Joint.Trace = -1 },
		"joint.trace_squared is NaN":                                                 func(p *Profile) { p.Joint.TraceSquared = math.NaN() },
		`joint.correlated[1] is "x"; must be one of joint.features, in their order`:  func(p *Profile) { p.Joint.Correlated[1] = "x" },
		`joint.correlated[1] is "amount"; must be one of joint.features, in th`:      func(p *Profile) { p.Joint.Correlated[0], p.Joint.Correlated[1] = "member", "amount" },
		"joint.correlated has 21 features; must have at most 20":                     func(p *Profile) { p.Joint.Correlated = make([]string, 21) },
		"joint.all.count is 0; must be the number of rows":                           func(p *Profile) { p.Joint.All.Count = 0 },
		"joint.all.error is -1":                                                      func(p *Profile) { p.Joint.All.Error = -1 },
		"joint.all.residuals has 2 elements; must have 3, one a feature":             func(p *Profile) { p.Joint.All.Residuals = []float64{1, 2} },
		"joint.all.residuals[1] is -1; must be from 0 to +Inf":                       func(p *Profile) { p.Joint.All.Residuals[1] = -1 },
		"joint.all.cosines[0] is 1.5; must be from -1 to 1":                          func(p *Profile) { p.Joint.All.Cosines[0] = 1.5 },
		"joint.all.sines has 0 elements; must have 2, one a frequency":               func(p *Profile) { p.Joint.All.Sines = nil },
		"joint.all.means[1] is NaN; must be finite":                                  func(p *Profile) { p.Joint.All.Means[1] = math.NaN() },
		"joint.all.squares[1] is -1":                                                 func(p *Profile) { p.Joint.All.Squares[1] = -1 },
		"joint.all.products has 2 elements; must have 1, one a pair of joint.correl": func(p *Profile) { p.Joint.All.Products = []float64{1, 2} },
		"joint.hours has 3 elements; must have 24, as rhythm.cycle is day":           func(p *Profile) { p.Joint.Hours = p.Joint.Hours[:3] },
		"joint.hours[3].count is 12; all hours together must have at most joint.all": func(p *Profile) { p.Joint.Hours[3].Count = 12 },
		"joint.hours[4].count is 18446744073709551615; all hours together":           func(p *Profile) { p.Joint.Hours[4].Count = math.MaxUint64 },
		"joint.hours[4] has means, but its count is 0; must have none":               func(p *Profile) { p.Joint.Hours[4].Sines = []float64{1} },
		"joint.hours[3].sines[1] is -2":                                              func(p *Profile) { p.Joint.Hours[3].Sines = []float64{1, -2} },
		"joint.limits.24h.mmd.greatest is NaN; must be finite":                       func(p *Profile) { p.Joint.Limits["24h"]["mmd"] = Limit{Greatest: math.NaN()} },
		"vectors has 9; must have at most 8":                                         func(p *Profile) { p.Vectors = make([]*Vector, 9) },
		"vectors[0] is null; must be an object":                                      func(p *Profile) { p.Vectors[0] = nil },
		"vectors[0].name is empty":                                                   func(p *Profile) { p.Vectors[0].Name = "" },
		`vectors[0].name is "amount", as another input; names must differ`:           func(p *Profile) { p.Vectors[0].Name = "amount" },
		`vectors[1].name is "embedding", as another input; names must differ`:        func(p *Profile) { p.Vectors = append(p.Vectors, p.Vectors[0]) },
		"vectors[0].mean has 0 elements; must have at least 1 and at most 2048":      func(p *Profile) { p.Vectors[0].Mean = nil },
		"vectors[0].mean has 2049 elements":                                          func(p *Profile) { p.Vectors[0].Mean = make([]float64, 2049) },
		"vectors[0].mean[2] is -Inf; must be finite":                                 func(p *Profile) { p.Vectors[0].Mean[2] = math.Inf(-1) },
		"vectors[0].spread is 0; must be finite and greater than 0":                  func(p *Profile) { p.Vectors[0].Spread = 0 },
		"vectors[0].count is 0; must be the number of vectors":                       func(p *Profile) { p.Vectors[0].Count = 0 },
		"vectors[0].bandwidth is NaN":                                                func(p *Profile) { p.Vectors[0].Bandwidth = math.NaN() },
		"vectors[0].cosines has 1 elements; must have 2, one a frequency":            func(p *Profile) { p.Vectors[0].Cosines = []float64{1} },
		"vectors[0].limits.1h.mmd.chunks is -1; must not be negative":                func(p *Profile) { p.Vectors[0].Limits = map[string]map[string]Limit{"1h": {"mmd": {Chunks: -1}}} },
	} {
		p := sample()
		// Means of the one hour are shared with those of all.
		p.Joint.Hours[3].Sines = []float64{-0.5, 0}
		change(p)
		err := p.Validate()
		if assert.ErrorContains(t, err, want) {
			assert.ErrorContains(t, p.Write(&strings.Builder{}), want, "what is not valid is not written")
		}
	}
}

func TestDiffJoint(t *testing.T) {
	a, b := sample(), sample()
	b.Joint.Features = []string{"amount", "member"}
	b.Joint.Explained = 0.75
	b.Joint.All.Error = 0.5
	b.Joint.All.Products = []float64{-0.5}
	b.Vectors[0].Mean = []float64{0.5, -1, 3.25}
	b.Vectors[0].Spread = 2
	b.Vectors = append(b.Vectors, &Vector{Name: "other", Mean: []float64{1, 2}})
	texts := func(a, b *Profile) map[string]string {
		all := map[string]string{}
		for _, d := range Diff(a, b) {
			all[d.Path] = d.Text
		}
		return all
	}
	assert.Equal(t, map[string]string{
		"joint":            `no longer with "country"; 2 components that explain 75.0 %, were 2 with 70.0 %; reconstruction error 0.5, was 0.75; correlation of amount and member -0.53, was 0.27`,
		"vector/embedding": "mean moved by 1 of the spread; spread 2, was 1.25",
		"vector/other":     "added (2 components)",
	}, texts(a, b))
	b.Joint, b.Vectors = nil, nil
	assert.Equal(t, map[string]string{"joint": "removed", "vector/embedding": "removed"}, texts(a, b))
	assert.Equal(t, map[string]string{"joint": "added: 3 features together", "vector/embedding": "added (3 components)"}, texts(b, a))
}

func TestIDIncludesJoint(t *testing.T) {
	p := sample()
	seen := map[string]bool{p.ID(): true}
	for _, change := range []func(){
		func() { p.Joint.Seed++ },
		func() { p.Joint.Components[1][1] = -1 },
		func() { p.Vectors[0].Mean[0] = 9 },
		func() { p.Features[0].Importance = new(float64) },
		func() { p.Joint = nil },
	} {
		change()
		assert.False(t, seen[p.ID()])
		seen[p.ID()] = true
	}
}

func TestVectorByName(t *testing.T) {
	p := sample()
	require.Same(t, p.Vectors[0], p.Vector("embedding"))
	assert.Nil(t, p.Vector("amount"))
}
