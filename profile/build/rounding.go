package build

import (
	"math"
	"strconv"

	"github.com/leeway-ml/leeway/profile"
)

// Numbers of the joint reference are rounded before they are used, so that the file says what was computed with, and stays small.
const (
	componentDecimals = 6 // 256 of them keep the length 1 within 1e-5
	meanDecimals      = 6
	hourDecimals      = 4 // of an hour's means: sampling moves them by more than 0.01 unless the hour has thousands of rows
	digits            = 6 // significant ones, of what may have any size
)

// decimals rounds to so many decimals; the result is the nearest number that is written with them.
func decimals(x float64, n int) float64 { return reread(x, 'f', n) }

// significant rounds to significant digits.
func significant(x float64) float64 { return reread(x, 'g', digits) }

func reread(x float64, format byte, n int) float64 {
	y, err := strconv.ParseFloat(strconv.FormatFloat(x, format, n, 64), 64)
	if err != nil {
		return x
	}
	return y + 0 // no negative zero
}

// decimalsFor is how many decimals keep a number within a millionth of the unit.
func decimalsFor(unit float64) int {
	return int(max(0, min(300, digits-math.Floor(math.Log10(unit)))))
}

func roundMeans(m *profile.JointMeans, n int) {
	m.Error = significant(m.Error)
	for _, list := range [][]float64{m.Residuals, m.Cosines, m.Sines, m.Means, m.Squares, m.Products} {
		roundAll(list, n)
	}
}

func roundAll(list []float64, n int) {
	for i, x := range list {
		list[i] = decimals(x, n)
	}
}
