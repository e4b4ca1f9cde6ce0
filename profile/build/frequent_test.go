package build

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/leeway-ml/leeway/profile"
)

func TestFrequentIsExactForFew(t *testing.T) {
	f := newFrequent()
	for i := range 2 * trackedCategories {
		for range 1 + i%7 {
			f.add(fmt.Sprintf("c%05d", i))
		}
	}
	assert.True(t, f.exact)
	assert.Equal(t, []string{"c00006", "c00013", "c00020"}, f.most(3))
	assert.Equal(t, uint64(7), *f.counts["c00006"])
}

// TestFrequentKeepsTheFrequent: categories of more than 1/4096 of the rows survive any number of rare ones, even where they
// come last.
func TestFrequentKeepsTheFrequent(t *testing.T) {
	f := newFrequent()
	random := rand.New(rand.NewPCG(1, 1))
	const n = 400_000
	for i := range n {
		f.add(fmt.Sprintf("rare %d", random.IntN(1_000_000)))
		if i > n/2 && i%200 == 0 {
			f.add("late")
		}
		if i%1000 == 0 {
			f.add("steady")
		}
	}
	assert.False(t, f.exact)
	assert.LessOrEqual(t, len(f.counts), 2*trackedCategories)
	assert.Equal(t, []string{"late", "steady"}, f.most(2))
}

func TestFrequentOdds(t *testing.T) {
	f := newFrequent()
	f.add(strings.Repeat("x", maxCategoryLength+1))
	f.add(profile.Other)
	f.add("a")
	assert.Equal(t, []string{"a"}, f.most(10), "texts too long and reserved names are not kept by name")
	assert.False(t, f.repeats)
	f.add("a")
	assert.True(t, f.repeats)
}
