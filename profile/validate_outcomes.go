package profile

import (
	"fmt"
	"math"
)

// maxOutcomeSeries bounds what outcomes can cost: the confusion matrix of 200 classes, and what there is beside it.
const maxOutcomeSeries = 50_000

func (c *checker) outcomes(p *Profile) {
	if len(p.Outcomes) > maxOutcomeSeries {
		c.add("outcomes", "has %d series; must have at most %d", len(p.Outcomes), maxOutcomeSeries)
		return
	}
	seen := make(map[string]bool, len(p.Outcomes))
	for i := range p.Outcomes {
		s, path := &p.Outcomes[i], fmt.Sprintf("outcomes[%d]", i)
		if s.Metric == "" {
			c.add(path+".metric", "is empty; must be the name of a summary")
		}
		if key := s.key(); seen[key] {
			c.add(path, "is there twice: %s %v", s.Metric, s.Attributes)
		} else {
			seen[key] = true
		}
		if !(s.Sum >= 0) || math.IsInf(s.Sum, 0) {
			c.add(path+".sum", "is %v; must be 0 or more", s.Sum)
		}
		if h := s.Histogram; h != nil {
			if s.Exponential != nil {
				c.add(path, "has a histogram and an exponential; must have one of both")
			}
			c.finite(path+".histogram.sum", h.Sum)
		}
		if s.Exponential != nil {
			c.exponential(path+".exponential", s.Exponential)
		}
	}
	for window, limits := range p.QualityLimits {
		for measure, l := range limits {
			path := "quality_limits." + window + "." + measure
			c.finite(path+".worst", l.Worst)
			if l.Chunks < 0 {
				c.add(path+".chunks", "is %d; must not be negative", l.Chunks)
			}
		}
	}
}

func (c *checker) finite(path string, x float64) {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		c.add(path, "is %v; must be finite", x)
	}
}

func (c *checker) exponential(path string, e *OutcomeExponential) {
	if e.Scale < -11 || e.Scale > 20 {
		c.add(path+".scale", "is %d; must be from -11 to 20", e.Scale)
	}
	c.finite(path+".sum", e.Sum)
	for _, side := range []struct {
		name   string
		offset int
		counts []uint64
	}{{"positive", e.PositiveOffset, e.Positive}, {"negative", e.NegativeOffset, e.Negative}} {
		if len(side.counts) > MaxOddsBuckets {
			c.add(path+"."+side.name, "has %d buckets; must have at most %d", len(side.counts), MaxOddsBuckets)
		}
		// float64 has exponents from -1074 to 1024; at scale 20 each is 2^20 buckets.
		if limit := 1075 << 20; side.offset < -limit || side.offset > limit {
			c.add(path+"."+side.name+"_offset", "is %d; must be from %d to %d", side.offset, -limit, limit)
		}
	}
}
