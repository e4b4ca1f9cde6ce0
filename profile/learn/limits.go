package learn

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/leeway-ml/leeway/profile"
	"github.com/leeway-ml/leeway/summary"
)

// Stray says how far each statistic of a chunk of the reference lies from the rest of it: (*drift.Judge).Stray.
type Stray func(v *profile.Variable, counts []uint64, missing uint64, rest profile.Reference) map[string]float64

// coverage is how much of a chunk the reference must span for the chunk to count as one of its window's length.
const coverage = 0.9

// ParseWindow is the length in hours of a window by its name in ml.window: "1h", "24h", "7d".
func ParseWindow(name string) (int64, error) {
	length, err := time.ParseDuration(name)
	if days, ok := strings.CutSuffix(name, "d"); ok {
		var n int
		n, err = strconv.Atoi(days)
		length = time.Duration(n) * 24 * time.Hour
	}
	if err != nil || length < time.Hour || length%time.Hour != 0 {
		return 0, fmt.Errorf("%q is no window of whole hours; write it as 1h, 24h or 7d", name)
	}
	return int64(length / time.Hour), nil
}

// stepOf is how far the beginnings of two chunks are apart: a quarter of their length, or as near to it as makes whole hours of
// which the length is a multiple. Chunks overlap because windows slide: over the worst stretch of the reference a window passes
// whole, while chunks side by side may cut it in two.
func stepOf(hours int64) int64 {
	for _, steps := range []int64{4, 3, 5, 2} {
		if hours%steps == 0 {
			return hours / steps
		}
	}
	return hours
}

// limits are how far the reference's own chunks stray, each judged against the rest; none where no chunk of that length
// is whole.
func (c *column) limits(v *profile.Variable, r profile.Rhythm, byHour [][]uint64, o *Options) {
	if o.Stray == nil || len(c.hours) == 0 {
		return
	}
	zone := r.Location()
	exclude := make([][]uint64, max(1, r.Cycle.Cells()))
	for i := range exclude {
		exclude[i] = make([]uint64, len(v.Rollup)+1)
	}
	start, end := c.hours[0], c.hours[len(c.hours)-1]+1
	for _, window := range o.Windows {
		length, err := ParseWindow(window)
		if err != nil {
			continue // refused when the options were checked
		}
		step := stepOf(length)
		for from := floor(start-length, step) * step; from < end; from += step {
			inside := min(from+length, end) - max(from, start)
			first, _ := slices.BinarySearch(c.hours, from)
			last, _ := slices.BinarySearch(c.hours, from+length)
			if first == last || float64(inside) < coverage*float64(length) {
				continue
			}
			counts, missing, hours := c.chunk(v, r, zone, byHour, first, last, exclude)
			for statistic, x := range o.Stray(v, counts, missing, v.At(r, hours, exclude)) {
				if finite(x) {
					keep(v, window, statistic, x, from%length == 0)
				}
			}
		}
	}
}

// chunk adds up the hours [first, last) of the column. exclude is overwritten with their counts by cell.
func (c *column) chunk(v *profile.Variable, r profile.Rhythm, zone *time.Location, byHour [][]uint64, first, last int, exclude [][]uint64) (counts []uint64, missing uint64, hours []summary.HourCount) {
	for i := range exclude {
		clear(exclude[i])
	}
	counts = make([]uint64, len(v.Counts))
	for i := first; i < last; i++ {
		row := exclude[r.Cycle.Cell(time.Unix(c.hours[i]*3600, 0), zone)]
		for j, n := range profile.SumBins(byHour[i], v.Rollup) {
			row[j] += n
		}
		row[len(v.Rollup)] += c.missing[i]
		missing += c.missing[i]
		var n uint64
		for j, k := range byHour[i] {
			counts[j] += k
			n += k
		}
		if n > 0 {
			hours = append(hours, summary.HourCount{Hour: c.hours[i], Count: n})
		}
	}
	return counts, missing, hours
}

// keep raises the variable's limit to x. Of overlapping chunks only those that are aligned to their length are counted.
func keep(v *profile.Variable, window, statistic string, x float64, counts bool) {
	if v.Limits == nil {
		v.Limits = map[string]map[string]profile.Limit{}
	}
	if v.Limits[window] == nil {
		v.Limits[window] = map[string]profile.Limit{}
	}
	l, ok := v.Limits[window][statistic]
	if !ok {
		l.Greatest = math.Inf(-1)
	}
	l.Greatest = max(l.Greatest, x)
	if counts {
		l.Chunks++
	}
	v.Limits[window][statistic] = l
}

func floor(hour, length int64) int64 {
	n := hour / length
	if hour < n*length {
		n--
	}
	return n
}
