package distance

import "math"

// The first and the last bin are open: a few values may lie far out. Spread evenly up to the outermost value, a hundredth of the
// reference weighs as if it all were outliers. So the density falls like 1/(x + scale) with the distance x from the bound: even
// where the scale is large, and with most of the mass near the bound where the outermost value is many scales away. On the test
// data this halves the mean error of Wasserstein, and its worst one.

// tail is an open bin: its width, and the width of the neighbour, which is the scale of what is usual there. A neighbour of +Inf
// means spread evenly.
type tail struct{ width, neighbour float64 }

// tailOf is the open bin i, with edges from and to.
func tailOf(bounds []float64, from, to float64, i int, discrete bool) tail {
	t := tail{to - from, math.Inf(1)}
	if discrete || len(bounds) < 2 {
		return t
	}
	if i == 0 {
		t.neighbour = bounds[1] - bounds[0]
	} else {
		t.neighbour = bounds[len(bounds)-1] - bounds[len(bounds)-2]
	}
	return t
}

// means are the mean distances from the bound of shares a and b of two distributions. The smaller share lies as usual; what the
// larger one has more is spread as much wider, all the way to evenly where the other has none. So neither is nearer to the
// bound than the other is where it has more, and their cumulative distributions do not cross.
func (t tail) means(a, b float64) (ofA, ofB float64) {
	if a > b {
		ofB, ofA = t.means(b, a)
		return ofA, ofB
	}
	ofA = t.mean(t.neighbour)
	ofB = ofA
	if b > a {
		ofB = t.mean(t.neighbour * b / a)
	}
	return ofA, ofB
}

// mean is the mean distance from the bound: width / ln(1 + width/scale) - scale, at most half the width.
func (t tail) mean(scale float64) float64 {
	switch x := t.width / scale; {
	case x == 0: // no width, or evenly
		return t.width / 2
	case x < 1e-3:
		return t.width / 2 * (1 - x/6) // the same, to 1e-7, without the difference of two large numbers
	default:
		return t.width/math.Log1p(x) - scale
	}
}

// at is the distance from the bound within which a fraction of the mass lies.
func (t tail) at(scale, fraction float64) float64 {
	x := t.width / scale
	if x < 1e-9 {
		return t.width * fraction
	}
	return min(scale*math.Expm1(fraction*math.Log1p(x)), t.width)
}
