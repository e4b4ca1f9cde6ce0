// Package build makes reference profiles from files of predictions: CSV, JSON lines, Parquet, compressed with gzip or not.
//
// Files are read several times and never kept. The first pass finds types, quantiles and categories; the second counts, by
// bin, hour and segment; the third and the fourth look at the features together: components, then means; the last, where rows have times,
// counts the chunks that limits are learned from. Memory depends on
// the number of variables, not of rows: at most about 2 MB a variable in the first pass, and Options.ChunkMemory in the last;
// but for labels in a file of their own, which are kept by id.
package build

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"time"

	"github.com/leeway-ml/leeway/internal/table"
	"github.com/leeway-ml/leeway/judge/drift"
	"github.com/leeway-ml/leeway/judge/multivariate"
	"github.com/leeway-ml/leeway/profile"
	"github.com/leeway-ml/leeway/semconv"
)

// Result is a profile, and what whoever made it should know.
type Result struct {
	Profile  *profile.Profile
	Warnings []string
}

// Build makes a profile of the rows of the files. An error about a row names file, line and column.
func Build(ctx context.Context, files []string, o Options) (*Result, error) {
	if err := o.validate(); err != nil {
		return nil, err
	}
	clock, err := table.NewClock(o.TimeFormat, o.TimeZone)
	if err != nil {
		return nil, err
	}
	times, err := newChunkTimes(o.Windows)
	if err != nil {
		return nil, err
	}
	config := drift.DefaultConfig()
	config.MinSamples = uint64(max(1, o.MinSamples))
	judge, err := drift.New(config)
	if err != nil {
		return nil, err
	}
	jointConfig := multivariate.DefaultConfig()
	jointConfig.MinSamples = config.MinSamples
	jointJudge, err := multivariate.New(jointConfig)
	if err != nil {
		return nil, err
	}
	src, err := newSource(files, &o)
	if err != nil {
		return nil, err
	}
	var weights *importances
	if o.Importances != "" {
		if weights, err = readImportances(o.Importances); err != nil {
			return nil, err
		}
	}
	if o.Truth.Path != "" {
		if o.LabelColumn == "" {
			o.LabelColumn = "label"
		}
		if o.IDColumn == "" {
			o.IDColumn = semconv.AttrPredictionID
		}
		if src.truth, err = readTruth(ctx, &o); err != nil {
			return nil, err
		}
		src.schema.Joined = o.LabelColumn
	}
	s := &survey{options: &o, clock: clock, schema: src.schema}
	if err := s.run(ctx, src); err != nil {
		return nil, err
	}
	result := &Result{}
	p, err := s.profile(src, result.warn)
	if err != nil {
		return nil, err
	}
	variables, err := s.variables(p, result.warn)
	if err != nil {
		return nil, err
	}
	if len(variables) == 0 && len(s.vectors) == 0 {
		return nil, fmt.Errorf("no column is left to describe; there are %s", list(src.schema.Names))
	}
	if weights != nil {
		if err := weights.apply(p, s, result.warn); err != nil {
			return nil, err
		}
	}
	if len(src.lists) > 0 {
		result.warn("columns %s hold lists: left out", list(src.lists))
	}
	c := newCounter(p, variables, s, times)
	if err := c.run(ctx, src); err != nil {
		return nil, err
	}
	c.closeSegments()
	t := &together{profile: p, counter: c, survey: s, vectors: c.vectors}
	if err := t.run(ctx, src, result.warn); err != nil {
		return nil, err
	}
	if o.TimeColumn != "" {
		strays := strays{variable: judge.Stray, joint: jointJudge.StrayJoint, vector: jointJudge.StrayVector}
		if err := newChunker(c, t, strays, o.ChunkMemory).run(ctx, src, o.MinSamples); err != nil {
			return nil, err
		}
	}
	result.Profile = p
	result.advise(s, times)
	if err := p.Validate(); err != nil {
		return nil, fmt.Errorf("the profile came out wrong, please report this: %w", err)
	}
	return result, nil
}

// profile is all but the variables.
func (s *survey) profile(src *source, warn func(string, ...any)) (*profile.Profile, error) {
	o := s.options
	p := &profile.Profile{
		Schema: profile.Schema, Model: o.Model, Version: o.Version, Task: s.task(), Created: o.Created,
		Provenance: profile.Provenance{SHA256: src.sha256, Rows: src.rows, Start: s.start.UTC(), End: s.end.UTC(), TrainingRunID: o.TrainingRunID, TrainingDatasetID: o.TrainingDatasetID},
		Rhythm:     profile.Rhythm{Cycle: profile.Steady, TimeZone: o.TimeZone},
		Features:   []*profile.Variable{},
	}
	if p.Created.IsZero() {
		p.Created = time.Now().UTC().Truncate(time.Second)
	}
	for _, path := range src.paths {
		p.Provenance.Files = append(p.Provenance.Files, filepath.Base(path))
	}
	if src.truth != nil {
		p.Provenance.Files = append(p.Provenance.Files, filepath.Base(src.truth.path))
	}
	var err error
	if p.Task == profile.Binary {
		if p.PositiveClass, err = s.positiveClass(); err != nil {
			return nil, err
		}
	} else if o.PositiveClass != "" {
		warn("--positive-class %s: means nothing in a %s task", o.PositiveClass, p.Task)
	}
	if o.TimeColumn == "" {
		if o.Rhythm == "week" || o.Rhythm == "day" {
			return nil, fmt.Errorf("--rhythm %s: rows need times; name their column with --time-column", o.Rhythm)
		}
		return p, nil
	}
	switch o.Rhythm {
	case "auto":
		p.Rhythm.Cycle = rhythmFor(s.span())
	default:
		p.Rhythm.Cycle = profile.Cycle(o.Rhythm)
	}
	return p, nil
}

// span is the time that the rows span, in whole hours.
func (s *survey) span() time.Duration {
	return time.Duration(hourOf(s.end)-hourOf(s.start)+1) * time.Hour
}

func (r *Result) warn(format string, args ...any) {
	if text := fmt.Sprintf(format, args...); !slices.Contains(r.Warnings, text) {
		r.Warnings = append(r.Warnings, text)
	}
}

// fewRows is below what deciles are too coarse to be worth much: ten rows in each of 100 bins.
const fewRows = 1000

// advise adds what the finished profile shows.
func (r *Result) advise(s *survey, times *chunkTimes) {
	p := r.Profile
	if p.Provenance.Rows < fewRows {
		r.warn("only %d rows: small drift can't be told from noise; %d or more are better", p.Provenance.Rows, fewRows)
	}
	if s.options.TimeColumn == "" {
		r.warn("rows have no times (--time-column), so that the profile knows neither hours nor how far its own chunks stray: limits are constants")
		return
	}
	if span := s.span(); s.options.Rhythm == "auto" {
		switch p.Rhythm.Cycle {
		case profile.Day:
			r.warn("less than three weeks: the rhythm is that of the day only, so that weekends may look like drift")
		case profile.Steady:
			r.warn("less than three days (%d hours): no rhythm, so that nights may look like drift", int(span.Hours()))
		}
	} else if p.Rhythm.Cycle == profile.Week && span < 14*24*time.Hour {
		r.warn("less than two weeks: --rhythm week has seen some hours once, or never")
	}
	least := drift.DefaultConfig().MinChunks
	judged := times.judged(s.start, s.end, uint64(max(1, s.options.MinSamples)))
	for i, name := range times.names {
		n := 0
		for id := range judged {
			if id.window == i && id.aligned() {
				n++
			}
		}
		if n < least {
			r.warn("window %s: %d chunks of at least %d rows, fewer than %d: its limits are constants", name, n, s.options.MinSamples, least)
		}
	}
	for i, f := range s.segments {
		if len(f.counts) > maxSegments {
			r.warn("--segment %v has more than %d segments; those with the most rows are kept", s.options.Segments[i], maxSegments)
		}
	}
}
