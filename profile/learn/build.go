package learn

import (
	"errors"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/leeway-ml/leeway/profile"
)

// past is an hour of the period.
type past struct {
	at      int64
	rows    uint64 // predictions
	counted bool   // whether ml.predictions counted them
	cells   map[string]*cell
}

// column is a variable over the hours of a period.
type column struct {
	name    string
	hours   []int64
	cells   []*cell // empty where the hour had none
	rows    []uint64
	counted []bool
	missing []uint64 // by hour, once invalid has counted them
	// previous is the variable in the profile that was made before, nil where there is none.
	previous *profile.Variable
}

func (c *column) add(h past, own *cell) {
	if own == nil {
		own = &cell{}
	}
	c.hours, c.cells = append(c.hours, h.at), append(c.cells, own)
	c.rows, c.counted = append(c.rows, h.rows), append(c.counted, h.counted)
}

// Material is what a profile is made of. It stays as it is while the model learns on.
type Material struct {
	name, version string
	options       Options
	previous      *profile.Profile // nil where none was made before
	hours         []past
}

// Collect takes what is known of a period.
func (m *Model) Collect(p Period) *Material {
	out := &Material{name: m.Name, version: m.Version, options: m.options, previous: m.previous}
	for _, at := range slices.Sorted(maps.Keys(m.hours)) {
		h := m.hours[at]
		n := h.rows()
		if at < p.From || at >= p.To || n == 0 {
			continue
		}
		cells := h.copy()
		class := cells[profile.KeyClass]
		out.hours = append(out.hours, past{at: at, rows: n, counted: class != nil && class.total() > 0, cells: cells})
	}
	return out
}

// Profile is Collect(p).Profile(created).
func (m *Model) Profile(p Period, created time.Time) (*profile.Profile, error) {
	return m.Collect(p).Profile(created)
}

// Profile makes the profile. created is when.
//
// Numeric variables get bins at the edges of the exponential histogram's buckets, about a hundred of equal mass, and exact
// counts; min, max and mean are exact where the summaries had them, and the standard deviation is within half the widest
// bucket. There is no joint reference, and there are no vectors: summaries of single features can't tell what these have to do with one
// another. Outcomes are those whose labels came in the period. There is a rhythm where the period is long enough, and there are limits for windows of which it holds whole ones.
func (m *Material) Profile(created time.Time) (*profile.Profile, error) {
	if len(m.hours) == 0 {
		return nil, errors.New("no predictions in the period")
	}
	columns := map[string]*column{}
	days := map[int64]bool{}
	zone := profile.Rhythm{TimeZone: m.options.TimeZone}.Location()
	var rows uint64
	for _, h := range m.hours {
		rows += h.rows
		days[dayOf(h.at, zone)] = true
		for variable := range h.cells {
			if !isOutcome(variable) {
				columns[variable] = &column{}
			}
		}
	}
	for variable, c := range columns {
		for _, h := range m.hours {
			c.add(h, h.cells[variable])
		}
	}
	first, last := m.hours[0].at, m.hours[len(m.hours)-1].at
	out := &profile.Profile{
		Schema: profile.Schema, Model: m.name, Version: m.version, Created: created.UTC().Truncate(time.Second),
		Provenance: profile.Provenance{Learned: true, Rows: rows, Start: time.Unix(first*3600, 0).UTC(), End: time.Unix((last+1)*3600, 0).UTC()},
		Rhythm:     profile.Rhythm{Cycle: cycleOf(first, last+1, len(days)), TimeZone: m.options.TimeZone},
	}
	for _, variable := range slices.Sorted(maps.Keys(columns)) {
		col := columns[variable]
		if m.previous != nil {
			col.previous = m.previous.Variable(variable)
		}
		switch name, score := strings.CutPrefix(variable, "score/"); {
		case isFeature(variable):
			col.name = variable[len("feature/"):]
			if v := col.feature(out.Rhythm, &m.options); v != nil {
				out.Features = append(out.Features, v)
			}
		case score:
			col.name = name
			if v := col.numeric(out.Rhythm, false, &m.options); v != nil {
				out.Scores = append(out.Scores, v)
			}
		case variable == profile.KeyClass:
			col.name = profile.KeyClass
			out.Class = col.class(out.Rhythm, &m.options)
		case variable == profile.KeyValue:
			col.name = profile.KeyValue
			out.Value = col.numeric(out.Rhythm, false, &m.options)
		}
	}
	out.Task, out.PositiveClass = taskOf(out)
	out.Outcomes = m.outcomes()
	if err := out.Validate(); err != nil {
		return nil, err
	}
	return out, nil
}

// taskOf tells the task where the summaries leave no doubt. A single score of two classes, or of no classes, is that of
// the positive class.
func taskOf(p *profile.Profile) (profile.Task, string) {
	classes := 0
	if p.Class != nil {
		classes = len(p.Class.Categories)
		if p.Class.Counts[classes] > 0 {
			classes = profile.MaxCategories
		}
	}
	switch {
	case p.Value != nil && classes == 0 && len(p.Scores) == 0:
		return profile.Regression, ""
	case len(p.Scores) == 1 && (classes == 0 || classes == 2 || classes == 1 && p.Class.Categories[0] != p.Scores[0].Name):
		return profile.Binary, p.Scores[0].Name
	case classes > 2 || len(p.Scores) > 1:
		return profile.Multiclass, ""
	}
	return "", ""
}

// feature is numeric or categorical, whichever most of its values were; the others were of the wrong type.
func (c *column) feature(r profile.Rhythm, o *Options) *profile.Variable {
	numbers, labels := c.numbers(), uint64(0)
	for _, cell := range c.cells {
		labels += cell.labels()
	}
	if numbers == 0 && labels == 0 {
		return nil
	}
	if labels > numbers {
		v := c.categorical(r, true, o)
		v.WrongType += numbers
		return v
	}
	v := c.numeric(r, true, o)
	if v != nil {
		v.WrongType += labels
	}
	return v
}

// invalid counts what is in no bin, by cell of the rhythm. An event that has not said that a feature is missing, and just
// left it out, shows only as one prediction more than there are values.
func (c *column) invalid(v *profile.Variable, r profile.Rhythm, feature bool) {
	zone := r.Location()
	c.missing = make([]uint64, len(c.cells))
	for i, cell := range c.cells {
		missing := cell.missing
		if feature && c.counted[i] && c.rows[i] > cell.total() {
			missing += c.rows[i] - cell.total()
		}
		c.missing[i] = missing
		v.Missing += missing
		v.WrongType += cell.wrongType
		v.NonFinite += cell.nonFinite
		if v.Hours != nil {
			v.Hours.Missing[r.Cycle.Cell(time.Unix(c.hours[i]*3600, 0), zone)] += missing
		}
	}
}
