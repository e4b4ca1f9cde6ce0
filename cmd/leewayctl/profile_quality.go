package main

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/leeway-ml/leeway/judge/outcome"
	"github.com/leeway-ml/leeway/judge/quality"
	"github.com/leeway-ml/leeway/profile"
)

// qualityOf is the quality of a profile's outcomes; nothing where it has none.
func qualityOf(p *profile.Profile) []quality.Measured {
	if o := outcome.GatherReference(p); o != nil {
		return quality.Measure(o, p)
	}
	return nil
}

// writeQuality prints how good the reference's predictions were, and how bad, at best, its worst chunk of each window's length.
func writeQuality(out io.Writer, p *profile.Profile) error {
	windows := slices.SortedFunc(maps.Keys(p.QualityLimits), byLength)
	var rows []string
	for _, m := range qualityOf(p) {
		fields := []string{m.Name, fmt.Sprintf("%.4g", m.Value)}
		for _, w := range windows {
			l, ok := p.QualityLimits[w][m.Name]
			if !ok {
				fields = append(fields, "-")
				continue
			}
			fields = append(fields, fmt.Sprintf("%.4g (%d)", l.Worst, l.Chunks))
		}
		rows = append(rows, strings.Join(fields, "\t"))
	}
	header := fmt.Sprintf("quality\t%d outcomes", p.OutcomeRows())
	for _, w := range windows {
		header += "\tworst " + w
	}
	return writeTable(out, header, rows)
}

// qualityDifferences are measures that are different in b, seen from a.
func qualityDifferences(a, b *profile.Profile) []profile.Difference {
	before := map[string]float64{}
	for _, m := range qualityOf(a) {
		before[m.Name] = m.Value
	}
	var all []profile.Difference
	for _, m := range qualityOf(b) {
		x, ok := before[m.Name]
		if was, is := fmt.Sprintf("%.4g", x), fmt.Sprintf("%.4g", m.Value); ok && was != is {
			all = append(all, profile.Difference{Path: "quality/" + m.Name, Text: is + ", was " + was})
		}
	}
	return all
}
