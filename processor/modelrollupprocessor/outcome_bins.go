package modelrollupprocessor

import (
	"strconv"

	"github.com/leeway-ml/leeway/internal/summarypdata"
	"github.com/leeway-ml/leeway/semconv"
)

// outcomeBinCount is how many bins of equal width scores of outcomes are counted in; from semconv.md.
const outcomeBinCount = 20

// outcomeBins are running counts of outcomes by score, of one class and one truth.
type outcomeBins struct{ bins }

func newOutcomeBins() *outcomeBins {
	return &outcomeBins{bins{counts: make([]uint64, outcomeBinCount), written: make([]uint64, outcomeBinCount)}}
}

func (t *outcomeBins) add(point *summarypdata.Point, _ *binned) (ok, exact bool) {
	bin, ok := outcomeBin(point)
	if ok {
		t.counts[bin] += point.Count()
	}
	return ok, true
}

// outcomeBin is the bin that the point counts in; false where it says none.
func outcomeBin(point *summarypdata.Point) (int, bool) {
	bin, err := strconv.Atoi(valueOf(point, semconv.AttrCalibrationBin))
	return bin, err == nil && bin >= 0 && bin < outcomeBinCount && point.Histogram != nil
}

// outcomeBins finds or makes the row of the bins of the point's class and truth, nil where there are too many series.
func (m *model) outcomeBins(point *summarypdata.Point, limit int) *row {
	m.rest = m.rest[:0]
	for _, a := range point.Rest {
		if a.Key != semconv.AttrCalibrationBin {
			m.rest = append(m.rest, a)
		}
	}
	return m.row(semconv.MetricOutcomeBins, point, m.rest, limit, func() total { return newOutcomeBins() })
}
