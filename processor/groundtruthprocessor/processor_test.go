package groundtruthprocessor

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/confmap"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/processor/processortest"

	"github.com/leeway-ml/leeway/processor/groundtruthprocessor/internal/metadata"
	"github.com/leeway-ml/leeway/semconv"
)

func TestConfig(t *testing.T) {
	for name, c := range map[string]struct {
		settings map[string]any
		want     string
	}{
		"default":      {nil, ""},
		"time_to_live": {map[string]any{"time_to_live": "0s"}, "time_to_live: 0s must be from 1s"},
		"settle":       {map[string]any{"settle": "200h"}, "settle: 200h0m0s must be from 0s"},
		"lateness":     {map[string]any{"allowed_lateness": "-1s"}, "allowed_lateness: -1s must not be negative"},
		"segments":     {map[string]any{"segments": [][]string{{""}}}, `segments[0]: "" can't be a key`},
		"no segment":   {map[string]any{"segments": [][]string{{}}}, "segments[0]: empty"},
		"inputs":       {map[string]any{"inputs": []string{""}}, "inputs: an empty name"},
		"max_waiting":  {map[string]any{"limits": map[string]any{"max_waiting": 0}}, "limits::max_waiting: 0 must be at least 1"},
		"max_event":    {map[string]any{"limits": map[string]any{"max_event_bytes": 1}}, "limits::max_event_bytes: 1 must be at least 256"},
		"fields":       {map[string]any{"fields": map[string]any{"logs": map[string]any{"id": "log.body"}}}, "fields: logs::id: no such field"},
		"unknown":      {map[string]any{"ttl": "1h"}, "ttl: unknown key"},
	} {
		t.Run(name, func(t *testing.T) {
			cfg := createDefaultConfig().(*Config)
			err := confmap.NewFromStringMap(c.settings).Unmarshal(cfg)
			if err == nil {
				err = cfg.Validate()
			}
			if c.want == "" {
				require.NoError(t, err)
			} else {
				require.ErrorContains(t, err, c.want)
			}
		})
	}
}

// TestRefusedBatchNeverCame: what the next component refuses is sent again, and then gives what it would have given.
func TestRefusedBatchNeverCame(t *testing.T) {
	r := run(t, configured(t, nil), nil)
	r.sink.setRefuse(errors.New("not now"))
	feedback := record(semconv.EventFeedback, second(3), "b", semconv.AttrFeedbackName, "thumb")
	batch := logsOf(prediction(second(1), "a", 0.5), truth(second(2), "a", "x"), truth(second(2), "b", "y"), feedback)
	before := plog.NewLogs()
	batch.CopyTo(before)
	require.ErrorContains(t, r.logs.ConsumeLogs(t.Context(), batch), "not now")
	require.ElementsMatch(t, describe([]plog.Logs{before}), describe([]plog.Logs{batch}), "the batch is what it was, for who sends it again")
	require.Contains(t, r.counts(t), "held{state=joined} 0")
	require.Contains(t, r.counts(t), "held{state=early} 0")
	require.NotContains(t, r.counts(t), "joins{event=prediction,result=joined} 1")

	r.sink.setRefuse(nil)
	r.send(t, batch)
	r.send(t, logsOf(prediction(second(1), "b", 0.5)))
	require.Equal(t, []string{"a x joined", "b  joined", "b y joined"}, resultsOf(r.sink.take()))
	r.end(t)
}

// TestRefusedExpiriesAreSentAgain: what the next component refuses of what has become due comes with the next tick.
func TestRefusedExpiriesAreSentAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(24 * time.Hour)
		r := run(t, configured(t, inOrder(nil)), nil)
		r.send(t, logsOf(prediction(second(1), "a", 0.5), truth(second(2), "b", "x")))
		r.sink.take()
		r.sink.setRefuse(errors.New("not now"))
		time.Sleep(time.Hour)
		require.Empty(t, r.sink.take())
		require.Contains(t, r.counts(t), "held{state=waiting} 1")
		require.Contains(t, r.counts(t), "held{state=early} 1")
		r.sink.setRefuse(nil)
		time.Sleep(2 * time.Second)
		require.Equal(t, []string{"a  expired", "b x orphan"}, resultsOf(r.sink.take()))
		require.Contains(t, r.counts(t), "held{state=waiting} 0")
		require.Contains(t, r.counts(t), "held{state=early} 0")
		r.end(t)
	})
}

// TestOnlySpans: without a pipeline of logs there is nowhere for outcomes to go; that is said, and memory stays bounded.
func TestOnlySpans(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		factory, cfg := NewFactory(), configured(t, inOrder(nil))
		set := processortest.NewNopSettings(metadata.Type)
		p, err := factory.CreateTraces(t.Context(), set, cfg, consumertest.NewNop())
		require.NoError(t, err)
		require.NoError(t, p.Start(t.Context(), componenttest.NewNopHost()))
		j := p.(*tracesInstance).shared
		require.NoError(t, p.ConsumeTraces(t.Context(), spansOf("a")))
		_, held := j.models.counts()
		require.Equal(t, int64(1), held[1])
		time.Sleep(time.Hour)
		_, held = j.models.counts()
		require.Zero(t, held[1])
		require.NoError(t, p.Shutdown(context.Background()))
	})
}

// TestLimitWhileNothingCanBePassedOn: where the next component refuses what was let go, and spans go on coming, a tenth more is the end.
func TestLimitWhileNothingCanBePassedOn(t *testing.T) {
	r := run(t, configured(t, func(c *Config) { c.Limits.MaxWaiting = 1 }), nil)
	r.sink.setRefuse(errors.New("not now"))
	for i := range 3000 {
		require.NoError(t, r.traces.ConsumeTraces(t.Context(), spansOf(string(rune('a'+i%26))+string(rune('a'+i/26)))))
	}
	models, held := r.logs.shared.models.counts()
	require.Equal(t, int64(1), models)
	require.LessOrEqual(t, held[1], int64(1002))
	require.Contains(t, r.counts(t), "events_refused{event=prediction,reason=full} 1998")
	r.sink.setRefuse(nil)
	require.NoError(t, r.traces.ConsumeTraces(t.Context(), spansOf("last")))
	require.Contains(t, r.counts(t), "held{state=waiting} 1")
	r.end(t)
}

func TestStorageThatIsNone(t *testing.T) {
	id := component.MustNewID("nowhere")
	factory, cfg := NewFactory(), configured(t, func(c *Config) { c.Storage = &id })
	for h, want := range map[string]host{
		`no extension "nowhere" is running`:  {},
		`extension "nowhere" stores nothing`: {id: nil},
	} {
		p, err := factory.CreateLogs(t.Context(), processortest.NewNopSettings(metadata.Type), cfg, consumertest.NewNop())
		require.NoError(t, err)
		require.ErrorContains(t, p.Start(t.Context(), want), h)
		require.NoError(t, p.Shutdown(context.Background()))
	}
}
