package profile

import (
	"fmt"
	"slices"
	"strings"

	"github.com/leeway-ml/leeway/stats/multivariate"
)

// diffJoint says how the references of the features together differ. Their means are of other encodings and can't be compared.
func diffJoint(a, b *Profile, add func(path, format string, args ...any)) {
	v, w := a.Joint, b.Joint
	switch {
	case v == nil && w == nil:
		return
	case v == nil:
		add("joint", "added: %d features together", len(w.Features))
		return
	case w == nil:
		add("joint", "removed")
		return
	}
	var texts []string
	say := func(format string, args ...any) { texts = append(texts, fmt.Sprintf(format, args...)) }
	if added := without(w.Features, v.Features); len(added) > 0 {
		say("now with %s", some(added))
	}
	if gone := without(v.Features, w.Features); len(gone) > 0 {
		say("no longer with %s", some(gone))
	}
	if len(v.Components) != len(w.Components) || v.Explained != w.Explained {
		say("%d components that explain %.1f %%, were %d with %.1f %%", len(w.Components), 100*w.Explained, len(v.Components), 100*v.Explained)
	}
	if v.All.Error != w.All.Error {
		say("reconstruction error %.4g, was %.4g", w.All.Error, v.All.Error)
	}
	if slices.Equal(v.Correlated, w.Correlated) {
		if pair, before, after := moved(v, w); before != after {
			say("correlation of %s %.2f, was %.2f", pair, after, before)
		}
	}
	if len(texts) > 0 {
		add("joint", "%s", strings.Join(texts, "; "))
	}
}

// moved is the pair of correlated features whose correlation differs most.
func moved(v, w *Joint) (pair string, before, after float64) {
	i := 0
	for x, first := range v.Correlated {
		for y := x + 1; y < len(v.Correlated); y++ {
			then, now := v.All.correlation(x, y, i), w.All.correlation(x, y, i)
			if d := now - then; d*d > (after-before)*(after-before) {
				pair, before, after = first+" and "+v.Correlated[y], then, now
			}
			i++
		}
	}
	return pair, before, after
}

func (m *JointMeans) correlation(x, y, product int) float64 {
	r, _ := multivariate.Correlation(m.Means[x], m.Means[y], m.Squares[x], m.Squares[y], m.Products[product])
	return r
}

func diffVectors(a, b *Profile, add func(path, format string, args ...any)) {
	for _, v := range a.Vectors {
		w := b.Vector(v.Name)
		if w == nil {
			add("vector/"+v.Name, "removed")
			continue
		}
		var texts []string
		if len(w.Mean) != len(v.Mean) {
			texts = append(texts, fmt.Sprintf("%d components, were %d", len(w.Mean), len(v.Mean)))
		} else if d := multivariate.MeanDistance(w.Mean, v.Mean) / v.Spread; d > 0 {
			texts = append(texts, fmt.Sprintf("mean moved by %.4g of the spread", d))
		}
		if w.Spread != v.Spread {
			texts = append(texts, fmt.Sprintf("spread %.4g, was %.4g", w.Spread, v.Spread))
		}
		if len(texts) > 0 {
			add("vector/"+v.Name, "%s", strings.Join(texts, "; "))
		}
	}
	for _, w := range b.Vectors {
		if a.Vector(w.Name) == nil {
			add("vector/"+w.Name, "added (%d components)", len(w.Mean))
		}
	}
}
