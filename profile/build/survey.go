package build

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/leeway-ml/leeway/internal/table"
	"github.com/leeway-ml/leeway/profile"
)

// maxSegments is how many segments one --segment makes: the ones with the most rows.
const maxSegments = 100

// maxScoredClasses bounds the classes that scores are kept for.
const maxScoredClasses = 100

// survey is the first pass: what the columns hold, and what time the rows span.
type survey struct {
	options  *Options
	clock    *table.Clock
	schema   *table.Schema
	columns  []surveyed // by schema index
	byClass  map[string]*observer
	segments []*frequent // by option
	start    time.Time
	end      time.Time
	forced   map[string]profile.Type // found by an earlier attempt
	vectors  []*vectorInput          // found by variables
}

type surveyed struct {
	role     role
	observer *observer
}

// run makes the first pass; again, where the first rows of a column misled about its type.
func (s *survey) run(ctx context.Context, src *source) error {
	s.forced = map[string]profile.Type{}
	if p := s.options.BinsOf; p != nil {
		for _, v := range p.Features {
			s.forced[v.Name] = v.Type
		}
	}
	for attempt := 0; ; attempt++ {
		s.columns, s.byClass, s.start, s.end = nil, map[string]*observer{}, time.Time{}, time.Time{}
		s.segments = s.segments[:0]
		for range s.options.Segments {
			s.segments = append(s.segments, newFrequent())
		}
		if err := src.scan(ctx, "types and quantiles", s.row); err != nil {
			return s.blame(err)
		}
		if err := s.options.require(s.schema); err != nil {
			return err
		}
		again := false
		for i, c := range s.columns {
			if c.observer == nil {
				continue
			}
			if t := c.observer.wrongly(); t != "" {
				s.forced[s.schema.Names[i]], again = t, true
			}
		}
		if !again || attempt == 2 {
			return nil
		}
	}
}

// blame puts an error about an option before one about the rows: where no row passed a filter on a column that is not there.
func (s *survey) blame(err error) error {
	if missing := s.options.require(s.schema); missing != nil && len(s.schema.Names) > 0 && !errors.Is(err, context.Canceled) {
		return missing
	}
	return err
}

func (s *survey) row(r *table.Row) error {
	if len(s.columns) < len(s.schema.Names) {
		s.meet()
	}
	if s.options.TimeColumn != "" {
		if err := s.time(r); err != nil {
			return err
		}
	}
	for i := range s.columns {
		c := &s.columns[i]
		if c.observer == nil {
			continue
		}
		value := r.At(i)
		if err := c.observer.add(r, value, s.schema.Names[i]); err != nil {
			return err
		}
		if c.role == score || c.role == probability {
			if x, ok := value.Float(); ok && !(x >= 0 && x <= 1) {
				return fmt.Errorf("%s: %v is no probability; must be from 0 to 1", r.Place(s.schema.Names[i]), x)
			}
		}
		if c.role == score {
			s.scoreOfClass(r, value, s.schema.Names[i])
		}
	}
	for i, columns := range s.options.Segments {
		if key, ok := segmentKey(r, columns, s.schema); ok {
			s.segments[i].add(key)
		}
	}
	return nil
}

// meet gives new columns their role.
func (s *survey) meet() {
	s.options.complete(s.schema)
	regression := s.options.regression()
	for _, name := range s.schema.Names[len(s.columns):] {
		c := surveyed{role: s.options.roleOf(name)}
		if c.role != ignored {
			t, strict := s.options.typeOf(c.role, name, regression)
			if t == "" {
				t = s.forced[name]
			}
			c.observer = newObserver(t, strict)
		}
		s.columns = append(s.columns, c)
	}
}

func (o *Options) regression() bool {
	return o.Task == profile.Regression || o.Task == "" && o.ValueColumn != ""
}

func (s *survey) time(r *table.Row) error {
	t, err := rowTime(s.clock, r, s.schema, s.options.TimeColumn)
	if err != nil {
		return err
	}
	if s.start.IsZero() || t.Before(s.start) {
		s.start = t
	}
	if t.After(s.end) {
		s.end = t
	}
	return nil
}

// rowTime is the time of a row.
func rowTime(c *table.Clock, r *table.Row, s *table.Schema, column string) (time.Time, error) {
	from := r.At(s.Find(column))
	if from.Kind == table.Absent {
		return time.Time{}, fmt.Errorf("%s: is empty; each row must have a time", r.Place(column))
	}
	t, err := c.Read(from)
	if err != nil {
		return t, fmt.Errorf("%s: %s %w", r.Place(column), quote(from.Label()), err)
	}
	return t, nil
}

// scoreOfClass gathers scores by the predicted class: that is what a single score of a multiclass model is for.
func (s *survey) scoreOfClass(r *table.Row, c table.Cell, column string) {
	index := s.schema.Find(s.options.ClassColumn)
	if index < 0 || s.options.Task == profile.Binary || r.At(index).Kind == table.Absent {
		return
	}
	name := category(r.At(index))
	o := s.byClass[name]
	if o == nil {
		if len(s.byClass) == maxScoredClasses {
			return
		}
		o = newObserver(profile.Numeric, false)
		s.byClass[name] = o
	}
	_ = o.add(r, c, column) // not strict, so it refuses nothing
}

// segmentSeparator joins the values of a segment's columns.
const segmentSeparator = "\x1f"

// segmentKey is the row's values in the columns, not ok where one of them is missing.
func segmentKey(r *table.Row, columns []string, s *table.Schema) (string, bool) {
	if len(columns) == 1 {
		c := r.At(s.Find(columns[0]))
		return category(c), c.Kind != table.Absent
	}
	parts := make([]string, len(columns))
	for i, name := range columns {
		c := r.At(s.Find(name))
		if c.Kind == table.Absent {
			return "", false
		}
		parts[i] = category(c)
	}
	return strings.Join(parts, segmentSeparator), true
}

// observerOf is what is known of a column, nil where it is not looked at.
func (s *survey) observerOf(name string) *observer {
	if i := s.schema.Find(name); i >= 0 && i < len(s.columns) {
		return s.columns[i].observer
	}
	return nil
}

// classes are the classes of the predictions and of the truth, by name.
func (s *survey) classes() []string {
	var all []string
	for _, name := range []string{s.options.ClassColumn, s.options.LabelColumn} {
		if o := s.observerOf(name); o != nil && o.categories != nil {
			all = append(all, o.categories.most(maxScoredClasses)...)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}
