package build

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"

	"github.com/leeway-ml/leeway/judge/multivariate"
	"github.com/leeway-ml/leeway/profile"
	"github.com/leeway-ml/leeway/profile/joint"
	statistics "github.com/leeway-ml/leeway/stats/multivariate"
)

// jointRow is a row of data whose features have to do with one another.
type jointRow struct {
	at            time.Time
	a, b, c       float64 // NaN: missing
	country, flag string
}

// related is n rows of 28 days from a Monday on: b follows a, c follows the hour, the country follows a. The second half of the days is
// a little different.
func related(n int) []jointRow {
	random := rand.New(rand.NewPCG(11, 12))
	start := time.Date(2025, 6, 2, 0, 0, 0, 0, time.UTC)
	rows := make([]jointRow, n)
	for i := range rows {
		r := &rows[i]
		r.at = start.Add(28 * 24 * time.Hour / time.Duration(n) * time.Duration(i))
		r.a = random.NormFloat64()
		r.b = 0.8*r.a + 0.6*random.NormFloat64()
		if i > n/2 {
			r.b = 0.7*r.a + 0.7*random.NormFloat64()
		}
		r.c = float64(r.at.Hour()) + random.NormFloat64()
		r.country = []string{"DE", "FR", "IT", "ES"}[min(3, max(0, int(r.a+2*random.Float64())))]
		r.flag = fmt.Sprint(random.IntN(4) == 0)
		if i%40 == 3 {
			r.a = math.NaN()
		}
	}
	return rows
}

func relatedCSV(rows []jointRow) string {
	var out strings.Builder
	out.WriteString("timestamp,a,b,c,country,flag\n")
	for _, r := range rows {
		a := fmt.Sprint(r.a)
		if math.IsNaN(r.a) {
			a = ""
		}
		fmt.Fprintf(&out, "%s,%s,%v,%v,%s,%s\n", r.at.Format(time.RFC3339Nano), a, r.b, r.c, r.country, r.flag)
	}
	return out.String()
}

// binsOf are the bins of a row's features.
func (r *jointRow) binsOf(p *profile.Profile) []int32 {
	number := func(name string, x float64) int32 {
		if math.IsNaN(x) {
			return -1
		}
		return int32(p.Feature(name).Bin(x))
	}
	text := func(name, s string) int32 {
		i, _ := p.Feature(name).Category(s)
		return int32(i)
	}
	return []int32{number("a", r.a), number("b", r.b), number("c", r.c), text("country", r.country), text("flag", r.flag)}
}

// sketches are those of the rows, with the profile's own components and kernel.
type sketches struct {
	encoded   [][]float64
	errors    []float64
	residuals [][]float64
	kernel    [][]float64 // cosines, then sines
}

func sketchesOf(t *testing.T, p *profile.Profile, rows []jointRow) *sketches {
	sketcher, err := joint.NewSketcher(p)
	require.NoError(t, err)
	s := &sketches{}
	cosines, sines := statistics.PhaseMeans(profile.PhaseBins)
	for i := range rows {
		sketch := sketcher.NewSketch()
		sketcher.Sketch(rows[i].binsOf(p), sketch)
		s.encoded = append(s.encoded, sketch.Encoded())
		s.errors = append(s.errors, sketch.Error)
		s.residuals = append(s.residuals, sketch.Residuals)
		var kernel []float64
		for _, bin := range sketch.Phases {
			kernel = append(kernel, cosines[bin])
		}
		for _, bin := range sketch.Phases {
			kernel = append(kernel, sines[bin])
		}
		s.kernel = append(s.kernel, kernel)
	}
	return s
}

// means are those over the rows for which keep says so.
func (s *sketches) means(correlated []int, keep func(i int) bool) profile.JointMeans {
	var m profile.JointMeans
	for i := range s.errors {
		if keep(i) {
			m.Count++
		}
	}
	over := func(size int, of func(i int) []float64) []float64 {
		mean := make([]float64, size)
		for i := range s.errors {
			if keep(i) {
				floats.AddScaled(mean, 1/float64(m.Count), of(i))
			}
		}
		return mean
	}
	m.Error = over(1, func(i int) []float64 { return []float64{s.errors[i]} })[0]
	m.Residuals = over(len(s.residuals[0]), func(i int) []float64 { return s.residuals[i] })
	k := len(s.kernel[0]) / 2
	m.Cosines = over(k, func(i int) []float64 { return s.kernel[i][:k] })
	m.Sines = over(k, func(i int) []float64 { return s.kernel[i][k:] })
	for a, d := range correlated {
		m.Means = append(m.Means, over(1, func(i int) []float64 { return []float64{s.encoded[i][d]} })[0])
		m.Squares = append(m.Squares, over(1, func(i int) []float64 { return []float64{s.encoded[i][d] * s.encoded[i][d]} })[0])
		for _, e := range correlated[a+1:] {
			m.Products = append(m.Products, over(1, func(i int) []float64 { return []float64{s.encoded[i][d] * s.encoded[i][e]} })[0])
		}
	}
	return m
}

// TestJointByHand holds all rows in memory and works everything out in the plainest way.
func TestJointByHand(t *testing.T) {
	rows := related(4000)
	p := made(t, options(func(o *Options) { o.Windows = []string{"24h"} }), write(t, "x.csv", relatedCSV(rows)))
	j := p.Joint
	require.NotNil(t, j)
	assert.Equal(t, []string{"a", "b", "c", "country", "flag"}, j.Features)
	assert.Equal(t, []string{"a", "b", "c", "flag"}, j.Correlated)
	assert.Equal(t, profile.JointFrequencies, j.Frequencies)
	s := sketchesOf(t, p, rows)

	// Components: of the covariance of encoded rows.
	data := mat.NewDense(len(rows), len(s.encoded[0]), nil)
	for i, x := range s.encoded {
		data.SetRow(i, x)
	}
	var covariance mat.SymDense
	stat.CovarianceMatrix(&covariance, data, nil)
	components, explained, ok := statistics.PrincipalComponents(&covariance, 0.65)
	require.True(t, ok)
	require.Len(t, j.Components, len(components))
	for i := range components {
		assert.InDeltaSlice(t, components[i], j.Components[i], 1e-5, "component %d", i)
		for k := range i + 1 {
			want := 0.0
			if i == k {
				want = 1
			}
			assert.InDelta(t, want, floats.Dot(j.Components[i], j.Components[k]), 1e-5)
		}
	}
	assert.InDelta(t, explained, j.Explained, 1e-5)
	assert.GreaterOrEqual(t, j.Explained, 0.65)

	// The kernel: a sample's median distance is near that of all pairs.
	assert.InEpsilon(t, statistics.MedianDistance(s.encoded[:1500]), j.Bandwidth, 0.05)
	kernel := mat.NewDense(len(rows), 2*j.Frequencies, nil)
	for i, x := range s.kernel {
		kernel.SetRow(i, x)
	}
	var spread mat.SymDense
	stat.CovarianceMatrix(&spread, kernel, nil)
	var squared mat.Dense
	squared.Mul(&spread, &spread)
	assert.InEpsilon(t, mat.Trace(&spread)/64, j.Trace, 1e-3)
	assert.InEpsilon(t, mat.Trace(&squared)/(64*64), j.TraceSquared, 1e-3)

	// The error's distribution.
	assert.InEpsilon(t, stat.StdDev(s.errors, nil), j.ErrorStdDev, 1e-5)
	assert.Positive(t, j.ErrorOptimism)
	assert.InEpsilon(t, statistics.Optimism(&covariance, len(components), float64(len(rows)))/(2*stat.Mean(s.errors, nil)), j.ErrorOptimism, 1e-2)
	assert.Len(t, j.ErrorBounds, errorBins-1)
	for i, b := range j.ErrorBounds {
		below := 0
		for _, e := range s.errors {
			if e <= b {
				below++
			}
		}
		assert.InDelta(t, float64(i+1)/errorBins, float64(below)/float64(len(rows)), 2e-3)
	}

	// Means, of all and by hour of the week.
	correlated := []int{0, 1, 2, len(s.encoded[0]) - 1}
	sameMeans(t, ptr(s.means(correlated, func(int) bool { return true })), &j.All, 2e-6)
	require.Len(t, j.Hours, 168)
	for _, cell := range []int{0, 5, 100, 167} {
		want := s.means(correlated, func(i int) bool { return profile.Week.Cell(rows[i].at, time.UTC) == cell })
		sameMeans(t, &want, &j.Hours[cell], 6e-5)
	}
}

// TestHoursOfFewRows: means of one row would be the row.
func TestHoursOfFewRows(t *testing.T) {
	rows := related(4000)
	var some []jointRow
	for i, r := range rows {
		if r.at.Hour() != 5 || i < 34 { // of the hour from 5 on few rows are left, of one Monday
			some = append(some, r)
		}
	}
	p := made(t, options(func(o *Options) { o.Rhythm = "day" }), write(t, "x.csv", relatedCSV(some)))
	require.Len(t, p.Joint.Hours, 24)
	var there uint64
	for _, n := range p.Feature("b").Hours.Counts[5] {
		there += n
	}
	assert.Equal(t, uint64(4), there, "the hour has rows")
	for cell, m := range p.Joint.Hours {
		if cell == 5 {
			assert.Equal(t, profile.JointMeans{}, m)
			continue
		}
		assert.Greater(t, m.Count, uint64(100))
	}
	at := p.Joint.At(profile.Mixture{{Cell: 5, Weight: 1}}, nil)
	assert.InDelta(t, p.Joint.All.Error, at.Error, 1e-9, "such an hour is as the whole")
	assert.InDeltaSlice(t, p.Joint.All.Cosines, at.Cosines, 1e-9)
}

func ptr[T any](x T) *T { return &x }

// TestJointLimitsByHand judges each 24 hours, from every sixth hour on, against the rest of the rows.
// A feature that wanders by itself may be left out of what is looked at together: it stays a feature.
func TestJointExclude(t *testing.T) {
	path := write(t, "x.csv", relatedCSV(related(2000)))
	p := made(t, options(func(o *Options) { o.JointExclude = []string{"c", "country"} }), path)
	assert.Len(t, p.Features, 5)
	assert.Equal(t, []string{"a", "b", "flag"}, p.Joint.Features)
	_, err := joint.NewSketcher(p)
	require.NoError(t, err)
}

func TestJointLimitsByHand(t *testing.T) {
	rows := related(4000)
	p := made(t, options(func(o *Options) { o.Windows, o.Rhythm = []string{"24h"}, "none" }), write(t, "x.csv", relatedCSV(rows)))
	assert.Empty(t, p.Joint.Hours)
	s := sketchesOf(t, p, rows)
	judge, err := multivariate.New(multivariate.DefaultConfig())
	require.NoError(t, err)
	correlated := []int{0, 1, 2, len(s.encoded[0]) - 1}
	want := map[string]profile.Limit{}
	first := rows[0].at.Unix() / 21600
	for step := first; step <= rows[len(rows)-1].at.Unix()/21600; step++ {
		if step*21600+86400 > rows[len(rows)-1].at.Unix()+8640 {
			break // less than nine tenths of it are inside
		}
		inside := func(i int) bool { return rows[i].at.Unix() >= step*21600 && rows[i].at.Unix() < step*21600+86400 }
		outside := func(i int) bool { return !inside(i) }
		for statistic, x := range judge.StrayJoint(p, s.means(correlated, inside), s.means(correlated, outside)) {
			l := want[statistic]
			l.Greatest = max(l.Greatest, x)
			if step%4 == 0 {
				l.Chunks++
			}
			want[statistic] = l
		}
	}
	require.Len(t, want, 3)
	for statistic, l := range want {
		have := p.Joint.Limits["24h"][statistic]
		// What is beyond the noise is a root, steep near 0: numbers rounded to six decimals move it there.
		assert.InDelta(t, l.Greatest, have.Greatest, 2e-4, statistic)
		assert.Equal(t, l.Chunks, have.Chunks, statistic)
		assert.Equal(t, 28, have.Chunks)
	}
	assert.Positive(t, p.Joint.Limits["24h"]["reconstruction_shift"].Greatest)
}

// TestFlippedCorrelationIsFar: rows whose features are each as ever, and no longer go together, lie further away than any chunk of the
// reference does.
func TestFlippedCorrelationIsFar(t *testing.T) {
	rows := related(4000)
	p := made(t, options(func(o *Options) { o.Windows = []string{"24h"} }), write(t, "x.csv", relatedCSV(rows)))
	judge, err := multivariate.New(multivariate.DefaultConfig())
	require.NoError(t, err)
	flipped := rows[:1000]
	for i := range flipped {
		flipped[i].b = -flipped[i].b
	}
	s := sketchesOf(t, p, flipped)
	correlated := []int{0, 1, 2, len(s.encoded[0]) - 1}
	far := judge.StrayJoint(p, s.means(correlated, func(int) bool { return true }), p.Joint.All)
	for statistic, x := range far {
		assert.Greater(t, x, 1.2*p.Joint.Limits["24h"][statistic].Greatest, statistic)
	}
	for statistic, x := range judge.StrayJoint(p, p.Joint.All, p.Joint.All) {
		assert.Zero(t, x, "%s: the reference is no distance from itself", statistic)
	}
}

// columnsCSV has n rows of the given columns, each made of the row's number and its own random numbers.
func columnsCSV(n int, names []string, of func(name string, row int, r *rand.Rand) string) string {
	random := rand.New(rand.NewPCG(3, 3))
	var out strings.Builder
	out.WriteString(strings.Join(names, ",") + "\n")
	for i := range n {
		for k, name := range names {
			if k > 0 {
				out.WriteByte(',')
			}
			out.WriteString(of(name, i, random))
		}
		out.WriteByte('\n')
	}
	return out.String()
}

func TestWhichFeaturesAreTogether(t *testing.T) {
	value := func(name string, i int, r *rand.Rand) string {
		switch name[0] {
		case 'c': // constant
			return "7"
		case 'k': // category with 30 values
			return fmt.Sprintf("v%d", r.IntN(30))
		case 'u': // nearly unique
			return fmt.Sprintf("u%d", r.IntN(3000))
		}
		return fmt.Sprintf("%.4f", r.NormFloat64())
	}
	csv := write(t, "x.csv", columnsCSV(2000, []string{"n1", "c1", "k1", "u1", "n2"}, value))
	result, err := Build(t.Context(), []string{csv}, options())
	require.NoError(t, err)
	assert.Equal(t, []string{"n1", "k1", "n2"}, result.Profile.Joint.Features)
	assert.Equal(t, []string{"n1", "n2"}, result.Profile.Joint.Correlated, "only features of one dimension")
	assert.Len(t, result.Profile.Joint.Components[0], 1+21+1)
	assert.Contains(t, strings.Join(result.Warnings, "\n"), "column u1: most of its values have no category of their own; it is left out of the joint reference")

	without := made(t, options(func(o *Options) { o.WithoutJoint = true }), csv)
	assert.Nil(t, without.Joint)

	// Too many dimensions, too many to correlate: the most important ones stay, in the order of the profile.
	names := []string{}
	for i := range 14 {
		names = append(names, fmt.Sprintf("k%02d", i), fmt.Sprintf("n%02d", i), fmt.Sprintf("n%02d", 14+i))
	}
	many := write(t, "many.csv", columnsCSV(3000, names, value))
	result, err = Build(t.Context(), []string{many}, options())
	require.NoError(t, err)
	j := result.Profile.Joint
	assert.Len(t, j.Features, 11+25, "without importances, in order: eleven categorical ones have 21 dimensions each, so that 25 are left")
	assert.Len(t, j.Components[0], 11*21+25)
	assert.NotContains(t, j.Features, "k11")
	importances := write(t, "i.csv", "feature,importance\nk13,5\nk12,4\n"+func() string {
		var out strings.Builder
		for i := range 28 {
			fmt.Fprintf(&out, "n%02d,%d\n", i, 1+i%2)
		}
		return out.String()
	}())
	result, err = Build(t.Context(), []string{many}, options(func(o *Options) { o.Importances = importances }))
	require.NoError(t, err)
	j = result.Profile.Joint
	assert.Contains(t, j.Features, "k13")
	assert.Contains(t, j.Features, "k12")
	assert.Contains(t, j.Features, "n00")
	assert.NotContains(t, j.Features, "k11")
	assert.Contains(t, strings.Join(result.Warnings, "\n"), `left out of the joint reference, which has at most 256 dimensions`)
	require.Len(t, j.Correlated, profile.MaxCorrelated)
	odd := 0
	for _, name := range j.Correlated {
		if name[2]%2 == 1 {
			odd++
		}
	}
	assert.Equal(t, 14, odd, "all of the more important ones")
	assert.IsIncreasing(t, positions(result.Profile, j.Features))
}

// positions are the features' places in the profile.
func positions(p *profile.Profile, names []string) []int {
	var at []int
	for _, name := range names {
		for i, v := range p.Features {
			if v.Name == name {
				at = append(at, i)
			}
		}
	}
	return at
}

func TestWithoutJointReference(t *testing.T) {
	number := func(name string, i int, r *rand.Rand) string {
		if name == "same" {
			return "1"
		}
		return fmt.Sprintf("%.4f", r.NormFloat64())
	}
	for name, test := range map[string]struct{ csv, want string }{
		"one feature": {columnsCSV(500, []string{"a", "same"}, number), "no joint reference, so that features that drift only together are not seen: it takes two features that vary, and there are 1"},
		"few rows":    {columnsCSV(29, []string{"a", "b", "c"}, number), "29 rows are too few for 3 dimensions"},
	} {
		t.Run(name, func(t *testing.T) {
			result, err := Build(t.Context(), []string{write(t, "x.csv", test.csv)}, options())
			require.NoError(t, err)
			assert.Nil(t, result.Profile.Joint)
			assert.Contains(t, strings.Join(result.Warnings, "\n"), test.want)
		})
	}
	enough := made(t, options(), write(t, "x.csv", columnsCSV(30, []string{"a", "b", "c"}, number)))
	assert.NotNil(t, enough.Joint)
}

// TestCopies: where features are copies of one another nothing is left to reconstruct, and the least deviation stands in.
func TestCopies(t *testing.T) {
	p := made(t, options(), write(t, "x.csv", columnsCSV(500, []string{"a", "b"}, func(_ string, i int, _ *rand.Rand) string { return fmt.Sprint(i * i % 997) })))
	j := p.Joint
	require.NotNil(t, j)
	assert.Len(t, j.Components, 1)
	assert.InDelta(t, 1, j.Explained, 1e-6)
	assert.Less(t, j.All.Error, 1e-5)
	assert.InDelta(t, leastErrorSpread*math.Sqrt2, j.ErrorStdDev, 1e-6)
	m := &j.All
	r, ok := statistics.Correlation(m.Means[0], m.Means[1], m.Squares[0], m.Squares[1], m.Products[0])
	assert.True(t, ok)
	assert.InDelta(t, 1, r, 1e-6)
}

// TestSampleDoesNotDependOnOrder, and holds each row once.
func TestSampleDoesNotDependOnOrder(t *testing.T) {
	digests := make([]uint64, 5000)
	for i := range digests {
		digests[i] = uint64(newDigest.with(uint64(i % 4000)))
	}
	take := func() []float64 {
		s := newSample(100)
		for _, d := range digests {
			if s.wants(d) {
				s.add(d, []float64{float64(d)})
			}
			require.Less(t, len(s.rows), 200)
			require.Len(t, s.taken, len(s.rows))
		}
		var all []float64
		for _, row := range s.chosen() {
			all = append(all, row...)
		}
		return all
	}
	want := take()
	assert.Len(t, want, 100)
	assert.IsIncreasing(t, want)
	random := rand.New(rand.NewPCG(1, 1))
	for range 5 {
		random.Shuffle(len(digests), func(i, j int) { digests[i], digests[j] = digests[j], digests[i] })
		assert.Equal(t, want, take())
	}
	few := newSample(10)
	few.add(3, []float64{3})
	few.add(1, []float64{1})
	assert.Equal(t, [][]float64{{1}, {3}}, few.chosen())
}

func TestRounding(t *testing.T) {
	assert.Equal(t, 0.123457, decimals(0.12345678, 6))
	assert.Equal(t, "0", fmt.Sprint(decimals(-1e-9, 6)), "no negative zero")
	assert.Equal(t, 1.23457e-12, significant(1.2345678e-12))
	assert.Equal(t, 6, decimalsFor(1))
	assert.Equal(t, 9, decimalsFor(0.002))
	assert.Equal(t, 0, decimalsFor(1e30))
	assert.True(t, math.IsNaN(decimals(math.NaN(), 3)))
}
