package multivariate

import (
	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/mat"
)

// blockRows is how many rows are gathered before their products are added up: a block at a time is several times as fast.
const blockRows = 64

// Covariance is the covariance of the columns of a stream of rows, exact but for rounding: the sums of all columns and of the products of all
// pairs. It takes 8 (d² + 64 d) bytes for d columns, however many rows. Products are not centred as they come, so that columns should have
// means that are not large beside their spread; encoded rows and random Fourier features have.
type Covariance struct {
	count    int
	sums     []float64
	products blas64.Symmetric
	block    blas64.General // the rows that are not in products yet
}

// NewCovariance makes room for rows of so many columns, at least one.
func NewCovariance(columns int) *Covariance {
	return &Covariance{
		sums:     make([]float64, columns),
		products: blas64.Symmetric{N: columns, Stride: columns, Data: make([]float64, columns*columns), Uplo: blas.Upper},
		block:    blas64.General{Cols: columns, Stride: columns, Data: make([]float64, blockRows*columns)},
	}
}

// Add adds a row, of as many numbers as there are columns, all finite. It keeps nothing of the argument.
func (c *Covariance) Add(row []float64) {
	c.count++
	copy(c.block.Data[c.block.Rows*c.block.Stride:][:c.block.Cols], row)
	if c.block.Rows++; c.block.Rows == blockRows {
		c.flush()
	}
}

func (c *Covariance) flush() {
	if c.block.Rows == 0 {
		return
	}
	for i := range c.block.Rows {
		for j, x := range c.block.Data[i*c.block.Stride:][:c.block.Cols] {
			c.sums[j] += x
		}
	}
	blas64.Syrk(blas.Trans, 1, c.block, 1, c.products)
	c.block.Rows = 0
}

// Count is the number of rows.
func (c *Covariance) Count() int { return c.count }

// Matrix is the covariance (divided by n) of all rows so far; nil where there were none.
func (c *Covariance) Matrix() *mat.SymDense {
	if c.count == 0 {
		return nil
	}
	c.flush()
	n := float64(c.count)
	m := mat.NewSymDense(len(c.sums), nil)
	for i, a := range c.sums {
		for j := i; j < len(c.sums); j++ {
			m.SetSym(i, j, c.products.Data[i*c.products.Stride+j]/n-a/n*(c.sums[j]/n))
		}
	}
	return m
}

// Traces are tr(S) and tr(S²) of a covariance S: the sum of its eigenvalues, and of their squares. 0 for nil.
func Traces(s *mat.SymDense) (trace, traceSquared float64) {
	if s == nil {
		return 0, 0
	}
	n := s.SymmetricDim()
	for i := range n {
		x := s.At(i, i)
		trace += x
		traceSquared += x * x
		for j := i + 1; j < n; j++ {
			x := s.At(i, j)
			traceSquared += 2 * x * x
		}
	}
	return trace, traceSquared
}
