package replay

import (
	"context"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/plog"
)

const predictions = `id,when,amount,country,score,class,split
p1,2024-01-01T00:00:00Z,10,DE,0.25,no,train
p2,2024-01-01T00:00:10Z,12.5,DE,0.5,yes,test
p3,2024-01-01T00:00:20Z,,FR,0.75,yes,test
p4,2024-01-01T00:00:40Z,14,007,0.125,no,test
`

const truth = `id,label,known
p2,no,2024-01-01T00:00:15Z
p3,yes,2024-01-01T00:01:00Z
`

// recorder keeps what it is sent.
type recorder struct {
	mu      sync.Mutex
	batches []plog.Logs
	at      []time.Duration
	started time.Time
}

func (r *recorder) Send(_ context.Context, logs plog.Logs) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.batches = append(r.batches, logs)
	r.at = append(r.at, time.Since(r.started))
	return nil
}

func (r *recorder) records() []plog.LogRecord {
	var all []plog.LogRecord
	for _, b := range r.batches {
		records := b.ResourceLogs().At(0).ScopeLogs().At(0).LogRecords()
		for i := range records.Len() {
			all = append(all, records.At(i))
		}
	}
	return all
}

func options(t *testing.T) Options {
	t.Helper()
	folder := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(folder, name)
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
		return path
	}
	return Options{
		Predictions: write("predictions.csv", predictions),
		Truth:       write("truth.csv", truth),
		Batch:       2,
		Encoder: Encoder{
			Model: "fraud", Version: "3",
			Columns: Columns{Time: "when", ID: "id", Score: "score", Class: "class", Exclude: []string{"split"}, Text: []string{"country"},
				TruthID: "id", Label: "label", LabelTime: "known"},
		},
	}
}

func TestRunMergesPredictionsAndTruthByTime(t *testing.T) {
	o := options(t)
	o.Where = []Filter{{Column: "split", Value: "test"}}
	var got recorder
	result, err := Run(t.Context(), o, &got)
	require.NoError(t, err)
	assert.Equal(t, 3, result.Predictions)
	assert.Equal(t, 2, result.Truths)
	records := got.records()
	var names, ids []string
	for _, r := range records {
		id, _ := r.Attributes().Get("ml.prediction.id")
		names, ids = append(names, r.EventName()), append(ids, id.Str())
	}
	assert.Equal(t, []string{"p2", "p2", "p3", "p4", "p3"}, ids)
	assert.Equal(t, []string{"ml.prediction", "ml.ground_truth", "ml.prediction", "ml.prediction", "ml.ground_truth"}, names)
	assert.Equal(t, map[string]any{"amount": 12.5, "country": "DE"}, records[0].Attributes().AsRaw()["ml.inputs"])
	assert.Equal(t, map[string]any{"country": "FR"}, records[2].Attributes().AsRaw()["ml.inputs"], "an empty field is a missing input")
	assert.Equal(t, map[string]any{"amount": 14.0, "country": "007"}, records[3].Attributes().AsRaw()["ml.inputs"])
	assert.Equal(t, map[string]any{"ml.model.name": "fraud", "ml.prediction.id": "p2", "ml.ground_truth.class": "no"}, records[1].Attributes().AsRaw())
	assert.Equal(t, time.Date(2024, 1, 1, 0, 0, 15, 0, time.UTC), records[1].Timestamp().AsTime())
}

func TestInputForms(t *testing.T) {
	for form, get := range map[InputForm]func(r plog.LogRecord) any{
		InputsAttributes: func(r plog.LogRecord) any { return r.Attributes().AsRaw()["ml.input.amount"] },
		InputsBody:       func(r plog.LogRecord) any { return r.Body().Map().AsRaw()["amount"] },
	} {
		o := options(t)
		o.Encoder.Inputs = form
		var got recorder
		_, err := Run(t.Context(), o, &got)
		require.NoError(t, err)
		assert.Equal(t, 10.0, get(got.records()[0]), form)
	}
}

func TestPace(t *testing.T) {
	for name, set := range map[string]func(o *Options){
		"rate":  func(o *Options) { o.Rate = 1 },
		"speed": func(o *Options) { o.Speed = 10 },
	} {
		synctest.Test(t, func(t *testing.T) {
			o := options(t)
			o.Truth = ""
			set(&o)
			got := recorder{started: time.Now()}
			_, err := Run(t.Context(), o, &got)
			require.NoError(t, err)
			want := map[string][]time.Duration{"rate": {0, 1e9, 2e9, 3e9}, "speed": {0, 1e9, 2e9, 4e9}}[name]
			assert.Equal(t, want, got.at, "%s: a batch goes out when the next event is not due yet", name)
		})
	}
}

func TestFromTo(t *testing.T) {
	o := options(t)
	o.From, o.To = time.Date(2024, 1, 1, 0, 0, 10, 0, time.UTC), time.Date(2024, 1, 1, 0, 0, 20, 0, time.UTC)
	var got recorder
	result, err := Run(t.Context(), o, &got)
	require.NoError(t, err)
	assert.Equal(t, 1, result.Predictions)
	assert.Equal(t, 1, result.Truths, "the truth that was known in that time")
	assert.Equal(t, o.From, result.First)
}

func TestRebaseAndRepeat(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := options(t)
		o.Truth, o.Repeat, o.Rebase = "", 2, true
		var got recorder
		result, err := Run(t.Context(), o, &got)
		require.NoError(t, err)
		assert.Equal(t, 8, result.Predictions)
		records := got.records()
		last := records[3].Timestamp().AsTime()
		assert.WithinRange(t, last, time.Now().Add(-week), time.Now())
		assert.Zero(t, last.Sub(time.Date(2024, 1, 1, 0, 0, 40, 0, time.UTC))%week, "the hour of the week stays")
		assert.Equal(t, last, records[4].Timestamp().AsTime(), "the next round begins where the last ended")
	})
}

func TestClearErrors(t *testing.T) {
	for want, change := range map[string]func(o *Options){
		`has no column "ts"; it has id, when, amount`: func(o *Options) { o.Encoder.Columns.Time = "ts" },
		`has no column "nowhere"`:                     func(o *Options) { o.Where = []Filter{{Column: "nowhere"}} },
		`line 2, column class: "no" is no number`:     func(o *Options) { o.Encoder.Columns.Score = "class" },
		`line 2, column country: "DE" is no time`:     func(o *Options) { o.Encoder.Columns.Time = "country" },
		`no row passes the filters`: func(o *Options) {
			o.Rebase = true
			o.Where = []Filter{{Column: "split", Value: "none"}}
		},
	} {
		o := options(t)
		change(&o)
		_, err := Run(t.Context(), o, &recorder{})
		assert.ErrorContains(t, err, want)
	}
}

// TestRebaseInItsTimeZone: where the clocks were changed meanwhile, hours of the day stay what people there call them.
func TestRebaseInItsTimeZone(t *testing.T) {
	zone, err := time.LoadLocation("America/New_York")
	require.NoError(t, err)
	last := time.Date(2013, 8, 31, 22, 0, 0, 0, zone)
	shift := Rebase(last, time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC), zone)
	assert.Equal(t, time.Date(2026, 11, 21, 22, 0, 0, 0, zone), shift(last), "a Saturday in winter")
	assert.Equal(t, time.Date(2026, 9, 5, 7, 0, 0, 0, zone), shift(time.Date(2013, 6, 15, 7, 0, 0, 0, zone)), "a Saturday in summer")

	shift = Rebase(last, time.Date(2026, 11, 22, 2, 30, 0, 0, time.UTC), zone)
	assert.Equal(t, time.Date(2026, 11, 14, 22, 0, 0, 0, zone), shift(last), "never after now")
	future := time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)
	assert.Equal(t, time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC), Rebase(future, time.Date(2026, 11, 25, 0, 0, 0, 0, time.UTC), nil)(future))
}

// TestTruthOfSomePredictions: nobody waits for the truth of predictions that are not sent.
func TestTruthOfSomePredictions(t *testing.T) {
	o := options(t)
	o.Where = []Filter{{Column: "country", Value: "FR"}}
	var got recorder
	result, err := Run(t.Context(), o, &got)
	require.NoError(t, err)
	assert.Equal(t, 1, result.Predictions)
	assert.Equal(t, 1, result.Truths)
	id, _ := got.records()[1].Attributes().Get("ml.prediction.id")
	assert.Equal(t, "p3", id.Str())
}
