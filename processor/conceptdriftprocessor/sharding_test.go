package conceptdriftprocessor

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/leeway-ml/leeway/stats/conceptdrift"
)

var shardingRuns = flag.Int("runs", 10, "of TestSharding, for each cell; docs/concept-drift.md has 200")

const (
	shardingGood = 20_000
	shardingBad  = 40_000
)

// sharded sends outcomes to so many detectors at random, of an error rate of 0.1 and then of a higher one. It returns after how many
// outcomes of the higher one the first of them, and half of them, have found a drift; shardingBad where they have not; and how
// many drifts all of them together found before.
func sharded(signal conceptdrift.Signal, shards int, rate float64, seed uint64) (first, half, alarms int) {
	random := rand.New(rand.NewPCG(seed, 1))
	detectors := make([]conceptdrift.Detector, shards)
	for i := range detectors {
		detectors[i] = conceptdrift.Recommended(signal)
	}
	first, half = shardingBad, shardingBad
	found := map[int]bool{}
	for n := range shardingGood + shardingBad {
		p, at := 0.1, random.IntN(shards)
		if n >= shardingGood {
			p = rate
		}
		x := 0.0
		if random.Float64() < p {
			x = 1
		}
		level, _ := detectors[at].Update(x)
		switch {
		case level != conceptdrift.Drift:
		case n < shardingGood:
			alarms++
		default:
			found[at] = true
			if since := n - shardingGood; len(found) == 1 {
				first = min(first, since)
			}
			if 2*len(found) >= shards {
				half = min(half, n-shardingGood)
				return first, half, alarms
			}
		}
	}
	return first, half, alarms
}

// TestSharding: what many detectors see that each see a part of a stream, they see later than one that sees all of it.
func TestSharding(t *testing.T) {
	shards := []int{1, 2, 4, 16, 64}
	medians := map[string]int{}
	for _, n := range shards {
		line := fmt.Sprintf("| %d |", n)
		total := 0
		for _, rate := range []float64{0.15, 0.2, 0.3} {
			var firsts, halves []int
			for run := range *shardingRuns {
				first, half, alarms := sharded(conceptdrift.ErrorSignal, n, rate, uint64(run))
				firsts, halves = append(firsts, first), append(halves, half)
				total += alarms
			}
			slices.Sort(firsts)
			slices.Sort(halves)
			first, half := firsts[len(firsts)/2], halves[len(halves)/2]
			medians[fmt.Sprint(n, rate)] = half
			line += fmt.Sprintf(" %d, %d |", first, half)
		}
		t.Logf("%s %.2g |", line, float64(total)/float64(3**shardingRuns)*100_000/shardingGood)
	}
	for _, rate := range []float64{0.2, 0.3} {
		for i, n := range shards[1:] {
			require.Greater(t, medians[fmt.Sprint(n, rate)], medians[fmt.Sprint(shards[i], rate)])
		}
	}
}
