package multivariate

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/leeway-ml/leeway/judge"
	"github.com/leeway-ml/leeway/judge/drift"
	"github.com/leeway-ml/leeway/profile"
	"github.com/leeway-ml/leeway/summary"
)

// The tables of docs/multivariate-drift.md:
//
//	go test ./judge/multivariate -run 'FalseAlarms|Detection|Rhythm|Blame' -simulate 200 -v

var jointStatistics = []string{"reconstruction_shift", "mmd", "correlation_shift"}

// population draws rows of one distribution.
type population struct {
	name string
	draw func(random *rand.Rand, rows int) *sample
}

var populations = []population{
	{"eight normal features of three causes", func(random *rand.Rand, rows int) *sample {
		s := causes.draw(random, rows)
		return s.columns(0, 1, 2, 3, 4, 5, 6, 7)
	}},
	{"heavy tails, large together", func(random *rand.Rand, rows int) *sample {
		s := causes.draw(random, rows).columns(0, 1, 2, 3, 4, 5, 6, 7)
		for _, row := range s.rows {
			scale := 1 / math.Sqrt(random.ExpFloat64()) // Student's t of two degrees of freedom, of one scale a row
			for i := range row {
				row[i] *= scale
			}
		}
		return s
	}},
	{"numbers, a flag, two categories, a tenth missing", func(random *rand.Rand, rows int) *sample {
		s := causes.draw(random, rows)
		for _, row := range s.rows {
			for i := range row {
				if random.IntN(10) == 0 {
					row[i] = math.NaN()
				}
			}
		}
		return s
	}},
	{"independent features", func(random *rand.Rand, rows int) *sample { return pairs(random, rows, 10, 0) }},
	{"two features", func(random *rand.Rand, rows int) *sample { return pairs(random, rows, 2, 0.5) }},
}

// fixedWorld is the same world in every draw.
type fixedWorld struct{ loadings [][3]float64 }

var causes = fixedWorld{newWorld(rand.New(rand.NewPCG(11, 11))).loadings}

func (f fixedWorld) draw(random *rand.Rand, rows int) *sample {
	return (&world{random, f.loadings}).draw(rows)
}

// columns are some of the features.
func (t *sample) columns(which ...int) *sample {
	s := &sample{hours: t.hours}
	for _, i := range which {
		s.names, s.categories = append(s.names, t.names[i]), append(s.categories, t.categories[i])
	}
	for _, row := range t.rows {
		var some []float64
		for _, i := range which {
			some = append(some, row[i])
		}
		s.rows = append(s.rows, some)
	}
	return s
}

// tally counts windows by what was said of them.
type tally struct {
	windows        int
	far, loud, sum map[string]float64
}

func newTally() *tally {
	return &tally{far: map[string]float64{}, loud: map[string]float64{}, sum: map[string]float64{}}
}

func (c *tally) add(points []judge.Point, about string) {
	c.windows++
	got := byName(points)
	for _, s := range jointStatistics {
		c.far[s] += got["ml."+about+".drift.detected "+s]
		value := math.Abs(got["ml."+about+".drift."+s])
		c.sum[s] += value
		if value > got["ml."+about+".drift."+s+"_noise"] {
			c.loud[s]++
		}
	}
}

func (c *tally) String() string {
	text := ""
	for _, s := range jointStatistics {
		text += fmt.Sprintf("  %s: called %.2f %%, beyond noise %.2f %%, mean %.3f", s, 100*c.far[s]/float64(c.windows), 100*c.loud[s]/float64(c.windows), c.sum[s]/float64(c.windows))
	}
	return text
}

// Good windows of independent rows are not called, and about one in a hundred is beyond the noise.
func TestFalseAlarms(t *testing.T) {
	if testing.Short() {
		t.Skip("a million rows")
	}
	j := newJudge(t)
	for _, p := range populations {
		for _, size := range []struct{ reference, window int }{{5000, 500}, {50_000, 500}, {5000, 5000}, {50_000, 5000}} {
			if *simulated < 20 && (size.window > 500 || size.reference > 5000) {
				continue
			}
			random := rand.New(rand.NewPCG(7, 7))
			count := newTally()
			for range max(1, *simulated/20) {
				r := learn(p.draw(random, size.reference), profile.Steady)
				r.learnLimits(j, "24h", size.window)
				for range 50 {
					current := p.draw(random, size.window)
					count.add(j.Judge(r.window("24h", current, 0, size.window), r.profile), "joint")
				}
			}
			t.Logf("%s, %d of %d:%s", p.name, size.window, size.reference, count)
			for _, s := range jointStatistics {
				assert.LessOrEqual(t, count.far[s]/float64(count.windows), 0.04, "%s, %s", p.name, s)
			}
		}
	}
}

// Features and their correlation follow the hour: against the same hours, good windows are good; against the whole, all are bad.
func TestRhythm(t *testing.T) {
	if testing.Short() {
		t.Skip("a million rows")
	}
	const perHour, days, hours = 100, 28, 6
	random := rand.New(rand.NewPCG(9, 9))
	draw := func(from, count int, correlation float64) *sample {
		s := pairs(random, 0, 6, 0)
		for h := from; h < from+count; h++ {
			phase := 2 * math.Pi * float64(h%24) / 24
			part := pairs(random, perHour, 6, correlation*math.Sin(phase))
			for _, row := range part.rows {
				row[0] += math.Cos(phase)
				row[2] += math.Sin(phase)
				s.rows, s.hours = append(s.rows, row), append(s.hours, h)
			}
		}
		return s
	}
	r := learn(draw(0, days*24, 0.8), profile.Day)
	j := newJudge(t)
	r.learnLimits(j, "6h", hours*perHour)
	cfg := DefaultConfig()
	cfg.SameHours = false
	cfg.Factor = 0
	careless, err := New(cfg)
	require.NoError(t, err)
	for _, test := range []struct {
		name        string
		correlation float64
	}{{"as ever", 0.8}, {"the correlation turned round", -0.8}} {
		same, whole := newTally(), newTally()
		for range max(48, *simulated) {
			from := (days + random.IntN(20)) * 24
			from += random.IntN(24)
			w := r.window("6h", draw(from, hours, test.correlation), 0, hours*perHour)
			same.add(j.Judge(w, r.profile), "joint")
			whole.add(careless.Judge(w, r.profile), "joint")
		}
		t.Logf("%s, same hours:%s", test.name, same)
		t.Logf("%s, against the whole:%s", test.name, whole)
		for _, s := range jointStatistics {
			if test.correlation > 0 {
				assert.LessOrEqual(t, same.far[s]/float64(same.windows), 0.01, s)
			}
		}
		assert.Greater(t, whole.far["mmd"]/float64(whole.windows), 0.95)
		assert.Greater(t, whole.far["correlation_shift"]/float64(whole.windows), 0.6)
		if test.correlation < 0 { // around midnight and noon there is no correlation that could turn
			assert.Greater(t, same.far["correlation_shift"]/float64(same.windows), 0.75)
		}
	}
}

// What each statistic finds, and what it misses. Rows of the reference and of the window; single says whether single features are to show it.
var drifts = []struct {
	name               string
	reference, current func(random *rand.Rand, rows int) *sample
	finds              []string // always, with 5,000 rows
	misses             []string // never
}{
	{"a pair's correlation from 0.8 to -0.8, of 10 features",
		func(random *rand.Rand, rows int) *sample { return pairs(random, rows, 10, 0.8) },
		func(random *rand.Rand, rows int) *sample { return pairs(random, rows, 10, -0.8) },
		jointStatistics, []string{"single"}},
	{"a pair's correlation from 0.8 to -0.8, of 3 features",
		func(random *rand.Rand, rows int) *sample { return pairs(random, rows, 3, 0.8) },
		func(random *rand.Rand, rows int) *sample { return pairs(random, rows, 3, -0.8) },
		jointStatistics, []string{"single"}},
	{"a pair's correlation from 0.8 to -0.8, of 30 features",
		func(random *rand.Rand, rows int) *sample { return pairs(random, rows, 30, 0.8) },
		func(random *rand.Rand, rows int) *sample { return pairs(random, rows, 30, -0.8) },
		[]string{"reconstruction_shift", "correlation_shift"}, []string{"single"}},
	{"a pair's correlation from 0.5 to 0, of 10 features",
		func(random *rand.Rand, rows int) *sample { return pairs(random, rows, 10, 0.5) },
		func(random *rand.Rand, rows int) *sample { return pairs(random, rows, 10, 0) },
		[]string{"correlation_shift"}, []string{"single"}},
	{"two of 3 independent features come to have one size, with signs of their own",
		func(random *rand.Rand, rows int) *sample { return pairs(random, rows, 3, 0) },
		func(random *rand.Rand, rows int) *sample { return oneSize(pairs(random, rows, 3, 0)) },
		nil, []string{"single"}},
	{"two of 10 independent features come to have one size, with signs of their own",
		func(random *rand.Rand, rows int) *sample { return pairs(random, rows, 10, 0) },
		func(random *rand.Rand, rows int) *sample { return oneSize(pairs(random, rows, 10, 0)) },
		nil, []string{"single"}},
	{"three independent features come to have a positive product",
		func(random *rand.Rand, rows int) *sample { return pairs(random, rows, 3, 0) },
		func(random *rand.Rand, rows int) *sample { return positiveProduct(pairs(random, rows, 3, 0)) },
		nil, []string{"single", "correlation_shift"}},
	{"three of 10 independent features come to have a positive product",
		func(random *rand.Rand, rows int) *sample { return pairs(random, rows, 10, 0) },
		func(random *rand.Rand, rows int) *sample { return positiveProduct(pairs(random, rows, 10, 0)) },
		nil, []string{"single", "correlation_shift"}},
	{"two categories of four no longer go together, of 4 features",
		func(random *rand.Rand, rows int) *sample { return twoCategories(random, rows, true) },
		func(random *rand.Rand, rows int) *sample { return twoCategories(random, rows, false) },
		[]string{"reconstruction_shift", "mmd"}, []string{"single", "correlation_shift"}},
	{"every one of 10 features moves by a fifth of its deviation",
		func(random *rand.Rand, rows int) *sample { return pairs(random, rows, 10, 0.5) },
		func(random *rand.Rand, rows int) *sample {
			s := pairs(random, rows, 10, 0.5)
			for _, row := range s.rows {
				for i := range row {
					row[i] += 0.2
				}
			}
			return s
		},
		[]string{"mmd"}, []string{"single", "correlation_shift"}},
	{"one of 10 features moves by a deviation",
		func(random *rand.Rand, rows int) *sample { return pairs(random, rows, 10, 0.5) },
		func(random *rand.Rand, rows int) *sample {
			s := pairs(random, rows, 10, 0.5)
			for _, row := range s.rows {
				row[4]++
			}
			return s
		},
		[]string{"mmd", "single"}, nil},
	{"a tenth of the rows are noise, of 8 features of three causes",
		func(random *rand.Rand, rows int) *sample { return populations[0].draw(random, rows) },
		func(random *rand.Rand, rows int) *sample {
			s := populations[0].draw(random, rows)
			for i, row := range s.rows {
				if i%10 == 0 {
					for f := range row {
						row[f] = random.NormFloat64()
					}
				}
			}
			return s
		},
		nil, []string{"single"}},
}

func oneSize(s *sample) *sample {
	for _, row := range s.rows {
		row[1] = math.Copysign(row[0], row[1])
	}
	return s
}

func positiveProduct(s *sample) *sample {
	for _, row := range s.rows {
		row[2] = math.Copysign(row[2], row[0]*row[1])
	}
	return s
}

// twoCategories gives two categories of four, the same or not related, and two numbers.
func twoCategories(random *rand.Rand, rows int, same bool) *sample {
	s := &sample{names: []string{"a", "b", "c", "d"}, categories: []int{4, 4, 0, 0}}
	for range rows {
		a, b := random.IntN(4), random.IntN(4)
		if same && random.IntN(10) < 8 {
			b = a
		}
		s.rows = append(s.rows, []float64{float64(a), float64(b), random.NormFloat64(), random.NormFloat64()})
	}
	return s
}

func TestDetection(t *testing.T) {
	if testing.Short() {
		t.Skip("a million rows")
	}
	j := newJudge(t)
	single, err := drift.New(drift.DefaultConfig())
	require.NoError(t, err)
	for _, d := range drifts {
		for _, rows := range []int{500, 5000} {
			if *simulated < 20 && rows < 5000 {
				continue
			}
			random := rand.New(rand.NewPCG(5, 5))
			reference := 20_000
			if *simulated >= 20 {
				reference = 50_000
			}
			r := learn(d.reference(random, reference), profile.Steady)
			r.learnLimits(j, "24h", rows)
			for _, v := range r.profile.Features { // the most sensitive that it can be
				v.Limits = map[string]map[string]profile.Limit{"24h": {"psi": {Chunks: 99}, "missing_share": {Chunks: 99}}}
			}
			count, alone := newTally(), 0
			for range *simulated {
				w := r.window("24h", d.current(random, rows), 0, rows)
				count.add(j.Judge(w, r.profile), "joint")
				if anyDetected(single, w, r.profile) {
					alone++
				}
			}
			found := map[string]float64{"single": float64(alone) / float64(count.windows)}
			text := ""
			for _, s := range jointStatistics {
				found[s] = count.far[s] / float64(count.windows)
				text += fmt.Sprintf(" | %.0f (%.3f)", 100*found[s], count.sum[s]/float64(count.windows))
			}
			t.Logf("%s, %d rows%s | %.0f", d.name, rows, text, 100*found["single"])
			if rows < 5000 {
				continue
			}
			for _, s := range d.finds {
				assert.Equal(t, 1.0, found[s], "%s finds %s", s, d.name)
			}
			for _, s := range d.misses {
				assert.LessOrEqual(t, found[s], 0.02, "%s misses %s", s, d.name)
			}
		}
	}
}

func anyDetected(j judge.Judge, w *summary.Window, p *profile.Profile) bool {
	for _, point := range j.Judge(w, p) {
		if point.Metric == "ml.feature.drift.detected" && point.Value == 1 {
			return true
		}
	}
	return false
}
