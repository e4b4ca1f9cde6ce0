// Package replay turns a prediction log, and the truth that came later, into the OTLP events that the model would have sent.
package replay

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"go.opentelemetry.io/collector/pdata/plog"
	"golang.org/x/sync/errgroup"
)

// Options say what is sent, and when.
type Options struct {
	// Predictions and Truth are files of CSV, JSON lines or Parquet, each sorted by its time. Truth may be empty.
	Predictions, Truth string
	// Where filters the predictions; of the truth, only what belongs to them is sent: their ids are
	// remembered, about 100 bytes each.
	Where   []Filter
	Encoder Encoder
	// Rate is the number of events a second; Speed how much faster than it happened; 0 = as fast as the collector takes it.
	Rate, Speed float64
	// From and To limit the rows to those of From <= time < To; zero = no limit. The truth is limited by its label's time,
	// so that a log that is replayed part by part has all of it.
	From, To time.Time
	// Rebase shifts all times by a whole number of weeks, so that the last event lies in the week that ends now. Hours of the
	// day and days of the week stay what they were in TimeZone; nil is UTC.
	Rebase   bool
	TimeZone *time.Location
	// Repeat sends the log so many times, each time later by its whole length.
	Repeat int
	// Batch is the number of events in a request, Senders the number of requests under way at once. With several
	// senders, events arrive out of order.
	Batch, Senders int
	// OnBytes and OnSent, where not nil, are told of progress.
	OnBytes func(n int64)
	OnSent  func(events int)
}

// Result counts what was sent.
type Result struct {
	Predictions, Truths int
	First, Last         time.Time // event times, as sent
}

// Sender sends one batch of events; Client is one.
type Sender interface {
	Send(ctx context.Context, logs plog.Logs) error
}

const week = 7 * 24 * time.Hour

// Run replays the files.
func Run(ctx context.Context, o Options, to Sender) (Result, error) {
	var result Result
	first, last, err := span(o)
	if err != nil {
		return result, err
	}
	shift := func(t time.Time) time.Time { return t }
	if o.Rebase {
		shift = Rebase(last, time.Now(), o.TimeZone)
	}
	group, ctx := errgroup.WithContext(ctx)
	batches := make(chan plog.Logs)
	for range max(o.Senders, 1) {
		group.Go(func() error {
			for logs := range batches {
				if err := to.Send(ctx, logs); err != nil {
					return fmt.Errorf("sending %d events: %w", logs.LogRecordCount(), err)
				}
				if o.OnSent != nil {
					o.OnSent(logs.LogRecordCount())
				}
			}
			return nil
		})
	}
	group.Go(func() error {
		defer close(batches)
		b := batcher{size: max(o.Batch, 1), out: batches, pace: pace{rate: o.Rate, speed: o.Speed}}
		for i := range max(o.Repeat, 1) {
			later := time.Duration(i) * last.Sub(first)
			if err := once(ctx, o, func(t time.Time) time.Time { return shift(t).Add(later) }, &b, &result); err != nil {
				return err
			}
		}
		return b.flush(ctx)
	})
	return result, group.Wait()
}

// Rebase shifts by so many weeks of the zone that the last time lies in the week that ends now, never after it.
func Rebase(last, now time.Time, zone *time.Location) func(time.Time) time.Time {
	if zone == nil {
		zone = time.UTC
	}
	weeks := int(now.Sub(last) / week)
	shift := func(t time.Time) time.Time { return t.In(zone).AddDate(0, 0, 7*weeks) }
	for shift(last).After(now) { // by an hour that the clocks were changed, or because all of it is yet to come
		weeks--
	}
	return shift
}

// once sends all rows of the files, merged by time.
func once(ctx context.Context, o Options, shift func(time.Time) time.Time, b *batcher, result *Result) error {
	predictions, truth, err := open(o, o.OnBytes)
	if err != nil {
		return err
	}
	defer predictions.close()
	defer truth.close()
	var sent map[string]bool // ids of predictions, where only some are sent: nobody waits for the truth of the others
	if o.Truth != "" && len(o.Where) > 0 {
		sent = map[string]bool{}
	}
	c := o.Encoder.Columns
	for predictions.row != nil || truth.row != nil {
		from := predictions
		if predictions.row == nil || truth.row != nil && truth.row.Time.Before(predictions.row.Time) {
			from = truth
		}
		if from == truth && sent != nil && !sent[truth.row.Value(c.TruthID)] {
			if err := truth.advance(); err != nil {
				return err
			}
			continue
		}
		at := shift(from.row.Time)
		record, err := b.next(ctx, at)
		if err != nil {
			return err
		}
		if from == predictions {
			result.Predictions++
			if sent != nil {
				sent[strings.Clone(from.row.Value(c.ID))] = true // its row is not kept with it
			}
			err = o.Encoder.Prediction(from.row, at, record)
		} else {
			result.Truths++
			err = o.Encoder.GroundTruth(from.row, at, record)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", from.source.name, err)
		}
		if result.First.IsZero() {
			result.First = at
		}
		result.Last = at
		if err := from.advance(); err != nil {
			return err
		}
	}
	return nil
}

// stream is a source and its next row.
type stream struct {
	source *Source
	row    *Row // nil at the end
}

func open(o Options, onBytes func(int64)) (predictions, truth *stream, err error) {
	c := o.Encoder.Columns
	source, err := Open(o.Predictions, c.Time, o.Where, onBytes)
	if err != nil {
		return nil, nil, err
	}
	source.from, source.to = o.From, o.To
	predictions, truth = &stream{source: source}, &stream{}
	needed := append([]string{c.ID, c.Version, c.Score, c.Class, c.Value, c.ExperimentName, c.ExperimentVariant}, c.Features...)
	for _, column := range c.Probabilities {
		needed = append(needed, column)
	}
	if err := source.Require(needed...); err != nil {
		predictions.close()
		return nil, nil, err
	}
	if o.Truth != "" {
		if truth.source, err = Open(o.Truth, c.LabelTime, nil, onBytes); err == nil {
			truth.source.from, truth.source.to = o.From, o.To
			err = truth.source.Require(c.TruthID, c.Label)
		}
	}
	if err == nil {
		err = errors.Join(predictions.advance(), truth.advance())
	}
	if err != nil {
		predictions.close()
		truth.close()
		return nil, nil, err
	}
	return predictions, truth, nil
}

func (s *stream) advance() error {
	if s.source == nil {
		return nil
	}
	row, err := s.source.Next()
	if err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	s.row = row
	return nil
}

func (s *stream) close() {
	if s.source != nil {
		_ = s.source.Close()
	}
}

// span finds the first and the last time of the predictions; a pass over the file, made only where somebody needs it.
func span(o Options) (first, last time.Time, err error) {
	if !o.Rebase && o.Repeat < 2 {
		return first, last, nil
	}
	source, err := Open(o.Predictions, o.Encoder.Columns.Time, o.Where, nil)
	if err != nil {
		return first, last, err
	}
	defer func() { _ = source.Close() }()
	source.from, source.to = o.From, o.To
	for {
		row, err := source.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return first, last, err
		}
		if first.IsZero() || row.Time.Before(first) {
			first = row.Time
		}
		if row.Time.After(last) {
			last = row.Time
		}
	}
	if first.IsZero() {
		return first, last, fmt.Errorf("%s: no row passes the filters", o.Predictions)
	}
	return first, last, nil
}
