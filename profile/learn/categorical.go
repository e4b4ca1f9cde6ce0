package learn

import (
	"cmp"
	"maps"
	"slices"

	"github.com/leeway-ml/leeway/profile"
)

// class is the distribution of predicted classes; nil where predictions had none.
func (c *column) class(r profile.Rhythm, o *Options) *profile.Variable {
	v := c.categorical(r, false, o)
	v.Type = profile.Categorical
	if v.Observed() == 0 {
		return nil
	}
	return v
}

// categorical makes the variable: categories by frequency, those of equal frequency by name. The empty category stands for
// predictions without a class, and is left out.
func (c *column) categorical(r profile.Rhythm, feature bool, o *Options) *profile.Variable {
	counts := map[string]uint64{}
	for _, cell := range c.cells {
		for category, n := range cell.categories {
			counts[category] += n
		}
	}
	if !feature {
		delete(counts, "")
	}
	v := &profile.Variable{Name: c.name, Type: profile.Categorical}
	v.Categories = slices.SortedFunc(maps.Keys(counts), func(a, b string) int {
		return cmp.Or(cmp.Compare(counts[b], counts[a]), cmp.Compare(a, b))
	})
	v.Categories = v.Categories[:min(len(v.Categories), profile.MaxCategories)]
	if onlyBooleans(v.Categories) {
		v.Type = profile.Boolean
	}
	index := make(map[string]int, len(v.Categories))
	for i, category := range v.Categories {
		index[category] = i
	}
	other := len(v.Categories)
	v.Counts = make([]uint64, other+1)
	byHour := make([][]uint64, len(c.cells))
	for i, cell := range c.cells {
		byHour[i] = make([]uint64, len(v.Counts))
		byHour[i][other] += cell.other
		for category, n := range cell.categories {
			if at, ok := index[category]; ok {
				byHour[i][at] += n
			} else if category != "" || feature {
				byHour[i][other] += n
			}
		}
		for j, n := range byHour[i] {
			v.Counts[j] += n
		}
	}
	v.Rollup = categoryView(len(v.Counts))
	c.hoursOf(v, r, byHour)
	c.invalid(v, r, feature)
	c.limits(v, r, byHour, o)
	return v
}

func onlyBooleans(categories []string) bool {
	return len(categories) > 0 && !slices.ContainsFunc(categories, func(s string) bool { return s != "true" && s != "false" })
}

// categoryView keeps the most frequent categories apart; the last roll-up bin holds the rest, with Other. With Unseen there
// are at most as many roll-up bins as for numbers.
func categoryView(counts int) []int {
	rollup := make([]int, min(counts, profile.MaxRollupBins-1))
	for i := range rollup {
		rollup[i] = i
	}
	return rollup
}
