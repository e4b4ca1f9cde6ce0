package modelsummaryconnector

import (
	"strings"

	"github.com/leeway-ml/leeway/internal/event"
	"github.com/leeway-ml/leeway/profile"
)

// countExtra counts an input that the profile does not know.
func (a *accumulator) countExtra(s *shard, o *observation, input *event.Field) {
	x, overflowed := s.extra(a, &a.extras, input.Name)
	if !overflowed {
		if x.serial == o.serial {
			return
		}
		x.serial = o.serial
	}
	switch input.Kind {
	case event.Number:
		if !finite(input.Number) {
			x.nonFinite++
			return
		}
		s.grow(x.numbers.add(input.Number))
		if x.categories != nil && !overflowed && a.segment == nil {
			s.mixed(a.plan, input.Name)
		}
	case event.Text, event.Bool:
		if overflowed {
			s.countText(a, &x.categories, profile.Other)
			return
		}
		s.countText(a, &x.categories, input.Text)
		if !x.numbers.empty() && a.segment == nil {
			s.mixed(a.plan, input.Name)
		}
	case event.Missing:
		x.missing++
	default:
		x.wrongType++
	}
}

func (a *accumulator) countAttribution(s *shard, o *observation, attribution *event.Field) {
	x, overflowed := s.extra(a, &a.attributions, attribution.Name)
	if !overflowed {
		if x.serial == o.serial {
			return
		}
		x.serial = o.serial
	}
	s.grow(x.numbers.add(attribution.Number))
}

// extra finds or makes the counts of the name; those of overflow where there are too many names already, or this is none.
func (s *shard) extra(a *accumulator, extras *map[string]*extra, name string) (x *extra, overflowed bool) {
	if x := (*extras)[name]; x != nil {
		return x, name == overflow
	}
	if *extras == nil {
		*extras = map[string]*extra{}
	}
	name, ok := keep(name)
	if !ok || len(*extras) >= s.limits.MaxFeatures {
		name = overflow
		if a.segment == nil {
			s.overflowed(a.plan, limitFeatures)
		}
	}
	x = (*extras)[name]
	if x == nil {
		x = &extra{numbers: exponential{max: maxBuckets}}
		(*extras)[name] = x
		s.grow(extraSize + len(name))
	}
	return x, name == overflow
}

// countText counts the category, or else Other where there are too many categories already.
func (s *shard) countText(a *accumulator, counts *map[string]uint64, text string) {
	if n, ok := (*counts)[text]; ok {
		(*counts)[text] = n + 1
		return
	}
	if *counts == nil {
		*counts = map[string]uint64{}
	}
	text, ok := keep(text)
	if !ok || len(*counts) >= s.limits.MaxCategories {
		text = profile.Other
		if a.segment == nil {
			s.overflowed(a.plan, limitCategories)
		}
	}
	if _, ok := (*counts)[text]; !ok {
		s.grow(entrySize + len(text))
	}
	(*counts)[text]++
}

// keep makes a copy of a name that outlives the batch; ok is false where it is too long to name anything. A name that is
// not UTF-8 is made so, since nothing downstream can be sent otherwise.
func keep(name string) (kept string, ok bool) {
	if len(name) > maxText {
		return "", false
	}
	return strings.Clone(strings.ToValidUTF8(name, "\uFFFD")), true
}
