package build

import (
	"cmp"
	"slices"
	"strings"

	"github.com/leeway-ml/leeway/profile"
)

// trackedCategories is how many categories a sketch holds at least; it holds twice as many before it drops any.
const trackedCategories = 4096

// maxCategoryLength in bytes; longer texts are counted as other.
const maxCategoryLength = 1024

// frequent finds the most frequent categories of a stream in bounded memory. Up to 2 x 4096 distinct ones counts are exact;
// beyond, whenever the table is full, the median count is taken off all and what falls to zero is dropped (Anderson et al.,
// A High-Performance Algorithm for Identifying Frequent Items in Data Streams, 2017). No category with more than 1/4096 of
// the rows is ever lost. The counts only choose and order the categories: the next pass counts them exactly.
type frequent struct {
	counts  map[string]*uint64
	n       uint64
	exact   bool // nothing was dropped
	repeats bool // some category came twice
	scratch []uint64
}

func newFrequent() *frequent {
	return &frequent{counts: map[string]*uint64{}, exact: true}
}

func (f *frequent) add(s string) {
	f.n++
	if c, ok := f.counts[s]; ok {
		*c++
		f.repeats = true
		return
	}
	if len(s) > maxCategoryLength {
		return
	}
	if len(f.counts) == 2*trackedCategories {
		f.drop()
	}
	one := uint64(1)
	f.counts[strings.Clone(s)] = &one
}

func (f *frequent) drop() {
	f.exact = false
	f.scratch = f.scratch[:0]
	for _, c := range f.counts {
		f.scratch = append(f.scratch, *c)
	}
	slices.Sort(f.scratch)
	median := f.scratch[len(f.scratch)/2]
	for s, c := range f.counts {
		if *c <= median {
			delete(f.counts, s)
			continue
		}
		*c -= median
	}
}

// most are the at most limit most frequent categories, most frequent first, equal ones by name.
func (f *frequent) most(limit int) []string {
	names := make([]string, 0, len(f.counts))
	for s := range f.counts {
		if s != profile.Other {
			names = append(names, s)
		}
	}
	slices.SortFunc(names, func(a, b string) int {
		return cmp.Or(cmp.Compare(*f.counts[b], *f.counts[a]), cmp.Compare(a, b))
	})
	return names[:min(limit, len(names))]
}
