package profile

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/leeway-ml/leeway/stats/distance"
)

// Difference is one thing in which two profiles differ.
type Difference struct {
	// Path of what differs: "task", "feature/amount".
	Path string
	// Text says how, for people.
	Text string
	// PSI of the second profile's variable against the first's: over the first's deciles, or its categories, shares floored
	// at 1e-4. 0 where the distribution is the same, or does not compare.
	PSI float64
}

// Diff lists what is different in b, seen from a: in the order of a's variables, and then what only b has. It is empty
// where nothing is but the provenance.
func Diff(a, b *Profile) []Difference {
	var all []Difference
	add := func(path, format string, args ...any) {
		all = append(all, Difference{Path: path, Text: fmt.Sprintf(format, args...)})
	}
	for _, field := range []struct{ name, a, b string }{
		{"model", a.Model, b.Model},
		{"version", a.Version, b.Version},
		{"task", string(a.Task), string(b.Task)},
		{"positive_class", a.PositiveClass, b.PositiveClass},
		{"rhythm.cycle", string(a.Rhythm.Cycle), string(b.Rhythm.Cycle)},
		{"rhythm.time_zone", a.Rhythm.TimeZone, b.Rhythm.TimeZone},
	} {
		if field.a != field.b {
			add(field.name, "%q, was %q", field.b, field.a)
		}
	}
	for _, key := range a.Keys() {
		w := b.Variable(key)
		if w == nil {
			add(key, "removed")
			continue
		}
		if texts, psi := diffVariable(a.Variable(key), w); len(texts) > 0 {
			all = append(all, Difference{Path: key, Text: strings.Join(texts, "; "), PSI: psi})
		}
	}
	for _, key := range b.Keys() {
		if a.Variable(key) == nil {
			add(key, "added (%s)", b.Variable(key).Type)
		}
	}
	diffSegments(a, b, add)
	diffJoint(a, b, add)
	diffVectors(a, b, add)
	switch before, after := a.OutcomeRows(), b.OutcomeRows(); {
	case before == 0 && after > 0:
		add("outcomes", "added: %d rows with ground truth", after)
	case before > 0 && after == 0:
		add("outcomes", "removed")
	}
	return all
}

func diffVariable(v, w *Variable) (texts []string, psi float64) {
	if v.Type != w.Type {
		return []string{fmt.Sprintf("%s, was %s", w.Type, v.Type)}, 0
	}
	if v.Type == Numeric && binsDiffer(v, w) != "" {
		texts = append(texts, fmt.Sprintf("other bins (%d, were %d)", len(w.Counts), len(v.Counts)))
	}
	if added, gone := without(w.Categories, v.Categories), without(v.Categories, w.Categories); len(added)+len(gone) > 0 {
		if len(added) > 0 {
			texts = append(texts, "new categories "+some(added))
		}
		if len(gone) > 0 {
			texts = append(texts, "categories gone "+some(gone))
		}
	}
	if psi = psiBetween(v, w); psi > 0 {
		texts = append(texts, fmt.Sprintf("PSI %.4f", psi))
	}
	if v.Type == Numeric && v.Mean != w.Mean {
		texts = append(texts, fmt.Sprintf("mean %.4g, was %.4g", w.Mean, v.Mean))
	}
	if before, after := v.Whole().MissingShare, w.Whole().MissingShare; before != after {
		texts = append(texts, fmt.Sprintf("missing %.2f %%, was %.2f %%", 100*after, 100*before))
	}
	if before, after := importanceText(v), importanceText(w); before != after {
		texts = append(texts, fmt.Sprintf("importance %s, was %s", after, before))
	}
	return texts, psi
}

func importanceText(v *Variable) string {
	if v.Importance == nil {
		return "not known"
	}
	return fmt.Sprintf("%.4g", *v.Importance)
}

// psiBetween is the PSI of w against v over v's deciles, or categories; 0 where one of them has no observations. Where bounds
// differ, w is interpolated at v's.
func psiBetween(v, w *Variable) float64 {
	const floor = 1e-4
	reference, current := v.Whole(), w.Whole()
	if reference.Size == 0 || current.Size == 0 {
		return 0
	}
	if v.Type == Numeric {
		shares := current.Shares
		if !slices.Equal(v.Bounds, w.Bounds) {
			shares = w.SharesAt(current.Shares, v.Bounds)
		}
		return distance.PSI(SumBins(shares, v.Deciles), SumBins(reference.Shares, v.Deciles), floor)
	}
	shares := make([]float64, len(v.Counts))
	for i, share := range current.Shares {
		at := len(v.Categories)
		if i < len(w.Categories) {
			if j := slices.Index(v.Categories, w.Categories[i]); j >= 0 {
				at = j
			}
		}
		shares[at] += share
	}
	return distance.PSI(shares, reference.Shares, floor)
}

func diffSegments(a, b *Profile, add func(path, format string, args ...any)) {
	names := func(p *Profile) []string {
		var all []string
		for _, s := range p.Segments {
			all = append(all, s.name())
		}
		return all
	}
	if added := without(names(b), names(a)); len(added) > 0 {
		add("segments", "added %s", some(added))
	}
	if gone := without(names(a), names(b)); len(gone) > 0 {
		add("segments", "removed %s", some(gone))
	}
}

// name is the segment's columns and values: "country=DE,device=phone".
func (s *Segment) name() string {
	var parts []string
	for key, value := range s.Attributes {
		parts = append(parts, key+"="+value)
	}
	slices.Sort(parts)
	return strings.Join(parts, ",")
}

// without is what list has and other has not.
func without(list, other []string) []string {
	var only []string
	for _, s := range list {
		if !slices.Contains(other, s) {
			only = append(only, s)
		}
	}
	return only
}

// some names the first five.
func some(list []string) string {
	var quoted []string
	for i, s := range list {
		if i == 5 {
			quoted = append(quoted, fmt.Sprintf("and %d more", len(list)-i))
			break
		}
		quoted = append(quoted, strconv.Quote(s))
	}
	return strings.Join(quoted, ", ")
}
