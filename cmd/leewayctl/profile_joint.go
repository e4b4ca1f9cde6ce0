package main

import (
	"cmp"
	"fmt"
	"io"
	"slices"

	"github.com/leeway-ml/leeway/profile"
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
