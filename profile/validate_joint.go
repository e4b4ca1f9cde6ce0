package profile

import (
	"fmt"
	"math"
	"slices"
	"strconv"
)

const (
	// maxErrorBounds bounds the histogram of reconstruction errors.
	maxErrorBounds = 99
	// orthonormal is how far the products of components may be from 0, and of each with itself from 1.
	orthonormal = 1e-3
	// beyondOne is what rounding may add to a cosine.
	beyondOne = 1e-3
)

// joint checks what package joint, and the judges, take for granted. That components have an element for each dimension that the features'
// bins give is for joint.NewSketcher to say.
func (c *checker) joint(p *Profile) {
	j := p.Joint
	if j == nil {
		return
	}
	if !c.jointFeatures(p) {
		return
	}
	c.components("joint.components", j.Components)
	if !(j.Explained > 0 && j.Explained <= 1) {
		c.add("joint.explained", "is %v; must be a share, above 0 and at most 1", j.Explained)
	}
	c.kernel("joint", j.Bandwidth, j.Frequencies, j.Trace, j.TraceSquared)
	if len(j.ErrorBounds) > maxErrorBounds {
		c.add("joint.error_bounds", "has %d bounds; must have at most %d", len(j.ErrorBounds), maxErrorBounds)
	}
	for i, b := range j.ErrorBounds {
		at := fmt.Sprintf("joint.error_bounds[%d]", i)
		c.finite(at, b)
		if i > 0 && !(b > j.ErrorBounds[i-1]) {
			c.add(at, "is %v; must be greater than the bound before it, %v", b, j.ErrorBounds[i-1])
		}
	}
	c.positive("joint.error_std_dev", j.ErrorStdDev)
	if !(j.ErrorOptimism >= 0) || math.IsInf(j.ErrorOptimism, 1) {
		c.add("joint.error_optimism", "is %v; must be finite and at least 0", j.ErrorOptimism)
	}
	if j.All.Count == 0 {
		c.add("joint.all.count", "is 0; must be the number of rows")
	}
	c.means("joint.all", &j.All, j)
	c.jointHours(p)
	c.limits("joint.limits", j.Limits)
}

// jointFeatures checks the names; false where nothing else can be checked.
func (c *checker) jointFeatures(p *Profile) bool {
	j := p.Joint
	if len(j.Features) == 0 {
		c.add("joint.features", "is empty; must name the features that are looked at together")
		return false
	}
	at := map[string]int{}
	for i, name := range j.Features {
		if p.Feature(name) == nil {
			c.add(fmt.Sprintf("joint.features[%d]", i), "is %q; must be the name of a feature", name)
			return false
		}
		if first, again := at[name]; again {
			c.add(fmt.Sprintf("joint.features[%d]", i), "is %q, as joint.features[%d]; names must differ", name, first)
			return false
		}
		at[name] = i
	}
	if len(j.Correlated) > MaxCorrelated {
		c.add("joint.correlated", "has %d features; must have at most %d", len(j.Correlated), MaxCorrelated)
		return false
	}
	last := -1
	for i, name := range j.Correlated {
		place, ok := at[name]
		if !ok || place <= last {
			c.add(fmt.Sprintf("joint.correlated[%d]", i), "is %q; must be one of joint.features, in their order", name)
			return false
		}
		last = place
	}
	return true
}

func (c *checker) components(path string, components [][]float64) {
	if len(components) == 0 {
		c.add(path, "is empty; must have at least one component")
		return
	}
	dims := len(components[0])
	if dims == 0 || dims > MaxJointDimensions || len(components) > dims {
		c.add(path, "has %d components of %d elements; must have at most %d elements, and no more components than elements", len(components), dims, MaxJointDimensions)
		return
	}
	for i, component := range components {
		at := path + "[" + strconv.Itoa(i) + "]"
		if len(component) != dims {
			c.add(at, "has %d elements; must have %d, as the first", len(component), dims)
			return
		}
		for k, other := range components[:i+1] {
			product, want := 0.0, 0.0
			if k == i {
				want = 1
			}
			for d, x := range component {
				product += x * other[d]
			}
			switch {
			case math.Abs(product-want) <= orthonormal:
			case k == i:
				c.add(at, "has the length %v; must have length 1", math.Sqrt(product))
				return
			default:
				c.add(at, "is not perpendicular to [%d]: their product is %v; must be 0", k, product)
				return
			}
		}
	}
}

// kernel checks what there is to random Fourier features.
func (c *checker) kernel(path string, bandwidth float64, frequencies int, trace, traceSquared float64) {
	c.positive(path+".bandwidth", bandwidth)
	if frequencies < 1 || frequencies > JointFrequencies {
		c.add(path+".frequencies", "is %d; must be from 1 to %d", frequencies, JointFrequencies)
	}
	c.notNegative(path+".trace", trace)
	c.notNegative(path+".trace_squared", traceSquared)
}

func (c *checker) means(path string, m *JointMeans, j *Joint) {
	correlated := len(j.Correlated)
	c.notNegative(path+".error", m.Error)
	c.numbers(path+".residuals", m.Residuals, len(j.Features), "one a feature", 0, math.Inf(1))
	c.numbers(path+".cosines", m.Cosines, j.Frequencies, "one a frequency", -1-beyondOne, 1+beyondOne)
	c.numbers(path+".sines", m.Sines, j.Frequencies, "one a frequency", -1-beyondOne, 1+beyondOne)
	c.numbers(path+".means", m.Means, correlated, "one of each of joint.correlated", math.Inf(-1), math.Inf(1))
	c.numbers(path+".squares", m.Squares, correlated, "one of each of joint.correlated", 0, math.Inf(1))
	c.numbers(path+".products", m.Products, correlated*(correlated-1)/2, "one a pair of joint.correlated", math.Inf(-1), math.Inf(1))
}

func (c *checker) jointHours(p *Profile) {
	j := p.Joint
	if cells := p.Rhythm.Cycle.Cells(); len(j.Hours) != cells && len(j.Hours) != 0 {
		c.add("joint.hours", "has %d elements; must have %d, as rhythm.cycle is %s", len(j.Hours), cells, p.Rhythm.Cycle)
		return
	}
	left := j.All.Count
	for i := range j.Hours {
		m, path := &j.Hours[i], fmt.Sprintf("joint.hours[%d]", i)
		if m.Count > left {
			c.add(path+".count", "is %d; all hours together must have at most joint.all.count, %d", m.Count, j.All.Count)
			return
		}
		left -= m.Count
		if m.Count > 0 {
			c.means(path, m, j)
			continue
		}
		if m.Error != 0 || len(m.Residuals)+len(m.Cosines)+len(m.Sines)+len(m.Means)+len(m.Squares)+len(m.Products) > 0 {
			c.add(path, "has means, but its count is 0; must have none")
		}
	}
}

func (c *checker) vectors(p *Profile) {
	if len(p.Vectors) > MaxVectors {
		c.add("vectors", "has %d; must have at most %d", len(p.Vectors), MaxVectors)
		return
	}
	for i, v := range p.Vectors {
		path := "vectors[" + strconv.Itoa(i) + "]"
		switch {
		case v == nil:
			c.add(path, "is null; must be an object")
			continue
		case v.Name == "":
			c.add(path+".name", "is empty; must be the column's name")
		case p.Feature(v.Name) != nil || slices.ContainsFunc(p.Vectors[:i], func(w *Vector) bool { return w != nil && w.Name == v.Name }):
			c.add(path+".name", "is %q, as another input; names must differ", v.Name)
		}
		if len(v.Mean) == 0 || len(v.Mean) > MaxVectorDimensions {
			c.add(path+".mean", "has %d elements; must have at least 1 and at most %d, one a component", len(v.Mean), MaxVectorDimensions)
		}
		c.numbers(path+".mean", v.Mean, len(v.Mean), "", math.Inf(-1), math.Inf(1))
		c.positive(path+".spread", v.Spread)
		if v.Count == 0 {
			c.add(path+".count", "is 0; must be the number of vectors")
		}
		c.kernel(path, v.Bandwidth, v.Frequencies, v.Trace, v.TraceSquared)
		c.numbers(path+".cosines", v.Cosines, v.Frequencies, "one a frequency", -1-beyondOne, 1+beyondOne)
		c.numbers(path+".sines", v.Sines, v.Frequencies, "one a frequency", -1-beyondOne, 1+beyondOne)
		c.limits(path+".limits", v.Limits)
	}
}

// numbers checks how many there are, and what they may be.
func (c *checker) numbers(path string, list []float64, want int, why string, least, most float64) {
	if len(list) != want {
		c.add(path, "has %d elements; must have %d, %s", len(list), want, why)
		return
	}
	for i, x := range list {
		switch at := path + "[" + strconv.Itoa(i) + "]"; {
		case math.IsNaN(x) || math.IsInf(x, 0):
			c.add(at, "is %v; must be finite", x)
			return
		case x < least || x > most:
			c.add(at, "is %v; must be from %v to %v", x, math.Round(least), math.Round(most))
			return
		}
	}
}

func (c *checker) positive(path string, x float64) {
	if !(x > 0) || math.IsInf(x, 1) {
		c.add(path, "is %v; must be finite and greater than 0", x)
	}
}

func (c *checker) notNegative(path string, x float64) {
	if !(x >= 0) || math.IsInf(x, 1) {
		c.add(path, "is %v; must be finite, 0 or more", x)
	}
}
