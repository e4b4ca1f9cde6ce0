package quality

// Confusion is a confusion matrix, and its margins, which nearly all measures are functions of.
type Confusion struct {
	counts [][]float64
	n      float64
	right  float64   // the sum of the diagonal
	hits   []float64 // the diagonal
	// predicted and truth are how often each class was predicted, and how often it was true.
	predicted, truth []float64
}

// NewConfusion is the matrix of how often each class was predicted for each true one: counts[predicted][true], square, no
// element below 0. Counts are not changed, but kept.
func NewConfusion(counts [][]float64) *Confusion {
	k := len(counts)
	c := &Confusion{counts: counts, hits: make([]float64, k), predicted: make([]float64, k), truth: make([]float64, k)}
	for i, row := range counts {
		for j, x := range row {
			c.add(i, j, x)
		}
	}
	return c
}

// add changes the margins by x outcomes that were predicted as class i, and were class j.
func (c *Confusion) add(i, j int, x float64) {
	c.n += x
	c.predicted[i] += x
	c.truth[j] += x
	if i == j {
		c.right += x
		c.hits[i] += x
	}
}

// Samples is how many outcomes there are.
func (c *Confusion) Samples() float64 { return c.n }

// Classes is how many classes there are.
func (c *Confusion) Classes() int { return len(c.counts) }

// Predicted is how often a class was predicted, Truth how often it was true, Hits how often both.
func (c *Confusion) Predicted(class int) float64 { return c.predicted[class] }

// Truth is how often the class was true.
func (c *Confusion) Truth(class int) float64 { return c.truth[class] }

// Hits is how often the class was predicted and true.
func (c *Confusion) Hits(class int) float64 { return c.hits[class] }

// Against is the matrix of one class against the others: class 1 of two is it.
func (c *Confusion) Against(class int) *Confusion {
	tp := c.hits[class]
	fp, fn := c.predicted[class]-tp, c.truth[class]-tp
	return NewConfusion([][]float64{{c.n - tp - fp - fn, fn}, {fp, tp}})
}
