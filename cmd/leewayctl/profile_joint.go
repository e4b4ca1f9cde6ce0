package main

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/leeway-ml/leeway/profile"
	"github.com/leeway-ml/leeway/stats/multivariate"
)

// maxShownImportances keeps the summary short where a model has many features.
const maxShownImportances = 20

// writeImportances prints what share each feature has of what matters to the model, the greatest first.
func writeImportances(out io.Writer, p *profile.Profile) error {
	total := 0.0
	var known []*profile.Variable
	for _, v := range p.Features {
		if v.Importance != nil {
			known = append(known, v)
			total += *v.Importance
		}
	}
	if total == 0 {
		return nil
	}
	slices.SortStableFunc(known, func(a, b *profile.Variable) int { return cmp.Compare(*b.Importance, *a.Importance) })
	var rows []string
	for i, v := range known {
		if i == maxShownImportances {
			rows = append(rows, fmt.Sprintf("... and %d more", len(known)-i))
			break
		}
		rows = append(rows, fmt.Sprintf("%s\t%s\t%s", v.Name, short(*v.Importance), percent(*v.Importance/total)))
	}
	return writeTable(out, "feature\timportance\tshare", rows)
}

// maxShownPairs keeps the summary short where many features are correlated.
const maxShownPairs = 5

// writeJoint prints what the features have to do with one another.
func writeJoint(out io.Writer, p *profile.Profile) error {
	j := p.Joint
	if j == nil {
		return nil
	}
	fmt.Fprintf(out, "\ntogether  %d features of %d dimensions; %d components explain %s; reconstruction error %s, std dev %s; bandwidth %s\n",
		len(j.Features), len(j.Components[0]), len(j.Components), percent(j.Explained), short(j.All.Error), short(j.ErrorStdDev), short(j.Bandwidth))
	type pair struct {
		names string
		r     float64
	}
	var pairs []pair
	i := 0
	for a, first := range j.Correlated {
		for b := a + 1; b < len(j.Correlated); b++ {
			m := &j.All
			if r, ok := multivariate.Correlation(m.Means[a], m.Means[b], m.Squares[a], m.Squares[b], m.Products[i]); ok {
				pairs = append(pairs, pair{first + " and " + j.Correlated[b], r})
			}
			i++
		}
	}
	slices.SortStableFunc(pairs, func(a, b pair) int { return cmp.Compare(b.r*b.r, a.r*a.r) })
	var rows []string
	for _, x := range pairs[:min(len(pairs), maxShownPairs)] {
		rows = append(rows, fmt.Sprintf("%s\t%.2f", x.names, x.r))
	}
	return writeTable(out, "features that go together\tcorrelation of normal scores", rows)
}

func writeVectors(out io.Writer, p *profile.Profile) error {
	var rows []string
	for _, v := range p.Vectors {
		missing := "-"
		if v.Missing > 0 {
			missing = percent(float64(v.Missing) / float64(v.Count+v.Missing+v.WrongType+v.NonFinite))
		}
		rows = append(rows, fmt.Sprintf("%s\t%s\t%d\t%s\t%s", v.Name, missing, len(v.Mean), short(v.Spread), short(v.Bandwidth)))
	}
	return writeTable(out, "vector\tmissing\tcomponents\tspread\tbandwidth", rows)
}

// writeJointLimits prints for each window how far what is said of several inputs together strays over the reference's own chunks.
func writeJointLimits(out io.Writer, p *profile.Profile) error {
	type subject struct {
		name   string
		limits map[string]map[string]profile.Limit
	}
	var subjects []subject
	if p.Joint != nil {
		subjects = append(subjects, subject{"together", p.Joint.Limits})
	}
	for _, v := range p.Vectors {
		subjects = append(subjects, subject{v.Name, v.Limits})
	}
	windows := map[string]bool{}
	for _, s := range subjects {
		for w := range s.limits {
			windows[w] = true
		}
	}
	if len(windows) == 0 {
		return nil
	}
	names := slices.SortedFunc(maps.Keys(windows), byLength)
	var rows []string
	for _, s := range subjects {
		statistics := map[string]bool{}
		for _, of := range s.limits {
			for statistic := range of {
				statistics[statistic] = true
			}
		}
		for _, statistic := range slices.Sorted(maps.Keys(statistics)) {
			fields := []string{s.name + ": " + statistic}
			for _, w := range names {
				l, ok := s.limits[w][statistic]
				if !ok {
					fields = append(fields, "-")
					continue
				}
				fields = append(fields, fmt.Sprintf("%.3f (%d)", l.Greatest, l.Chunks))
			}
			rows = append(rows, strings.Join(fields, "\t"))
		}
	}
	return writeTable(out, "inputs together over the reference's own chunks\t"+strings.Join(names, "\t"), rows)
}
