package modelstatisticsprocessor

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/consumer/consumererror"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/collector/pdata/pmetric"

	"github.com/leeway-ml/leeway/internal/window"
	"github.com/leeway-ml/leeway/semconv"
)

const (
	samples = semconv.MetricStatisticsSamples
	psi     = "ml.feature.drift.psi"
)

func onlyHours(c *Config) {
	c.Windows = []WindowConfig{{Name: "1h", Every: 30 * time.Minute}}
	c.Drift.MinSamples = 10
}

func TestWindowsAreJudgedWhenTheirPanesClose(t *testing.T) {
	r := run(t, host{profilesID: &provider{is: testProfile()}}, onlyHours)
	defer r.end(t)
	r.send(t,
		summaries(at(1, 10, 10), 25, 25, 25, 25),
		summaries(at(1, 10, 31), 25, 25, 25, 25), // the watermark is at 10:29
		summaries(at(1, 10, 32), 1, 1, 1, 1),     // 10:30: the first pane closes
		summaries(at(1, 11, 5), 0, 0, 0, 200),
		summaries(at(1, 20, 0), 25, 25, 25, 25), // hours of nothing in between
	)
	assert.Equal(t, []string{
		"01 10:30:00 1h ml.feature.drift.psi{ml.feature.name=amount} 0",
		"01 11:00:00 1h ml.feature.drift.psi{ml.feature.name=amount} 0",
		"01 11:30:00 1h ml.feature.drift.psi{ml.feature.name=amount} 1.067",
		"01 12:00:00 1h ml.feature.drift.psi{ml.feature.name=amount} 6.9054",
	}, r.said(psi))
	assert.Equal(t, []string{
		"01 10:30:00 1h ml.statistics.samples{ml.subject=feature} 100",
		"01 11:00:00 1h ml.statistics.samples{ml.subject=feature} 204",
		"01 11:30:00 1h ml.statistics.samples{ml.subject=feature} 304",
		"01 12:00:00 1h ml.statistics.samples{ml.subject=feature} 200",
		"01 12:30:00 1h ml.statistics.samples{ml.subject=feature} 0",
		"01 12:30:00 1h ml.statistics.samples{ml.subject=prediction} 0",
	}, r.said(samples), "an empty window is said once, and then not again")
	assert.Len(t, r.said(semconv.MetricModelInfo), 5, "with each end of a window")
}

func TestAgeOfTheProfile(t *testing.T) {
	for name, c := range map[string]struct {
		created, end time.Time
		said         []string
	}{
		"from the end of its data":          {created: at(1, 0, 0), end: at(1, 9, 0), said: []string{"01 10:30:00  ml.profile.age{} 5400"}},
		"from its making, without any time": {created: at(1, 10, 0), said: []string{"01 10:30:00  ml.profile.age{} 1800"}},
		"made after what is judged":         {created: at(9, 0, 0), said: []string{"01 10:30:00  ml.profile.age{} 0"}},
		"not known":                         {},
	} {
		t.Run(name, func(t *testing.T) {
			reference := testProfile()
			reference.Created, reference.Provenance.End = c.created, c.end
			r := run(t, host{profilesID: &provider{is: reference}}, onlyHours)
			defer r.end(t)
			r.send(t, summaries(at(1, 10, 10), 25, 25, 25, 25), summaries(at(1, 10, 32), 1, 1, 1, 1))
			assert.Equal(t, c.said, r.said(semconv.MetricProfileAge))
		})
	}
}

// TestCoverage: the first window of a version is not all there. A slice has no beginning of its own.
func TestCoverage(t *testing.T) {
	r := run(t, host{profilesID: &provider{is: testProfile()}}, onlyHours)
	defer r.end(t)
	slice := summaries(at(1, 10, 40), 25, 25, 25, 25)
	slice.ResourceMetrics().At(0).ScopeMetrics().At(0).Metrics().At(0).Histogram().DataPoints().At(0).Attributes().PutStr("ml.segment.country", "DE")
	r.send(t,
		summaries(at(1, 10, 10), 25, 25, 25, 25),
		slice,
		summaries(at(1, 11, 35), 25, 25, 25, 25),
	)
	assert.Equal(t, []string{
		"01 10:30:00 1h ml.statistics.coverage{} 0.5",
		"01 11:00:00 1h ml.statistics.coverage{} 1",
		"01 11:30:00 1h ml.statistics.coverage{} 1",
	}, r.said(semconv.MetricStatisticsCoverage))
}

func TestOneBatchOfYearsIsAsMany(t *testing.T) {
	batch := pmetric.NewMetrics()
	m := batch.ResourceMetrics().AppendEmpty().ScopeMetrics().AppendEmpty().Metrics().AppendEmpty()
	one := run(t, host{profilesID: &provider{is: testProfile()}}, onlyHours)
	defer one.end(t)
	many := run(t, host{profilesID: &provider{is: testProfile()}}, onlyHours)
	defer many.end(t)
	for k := 99; k >= 0; k-- { // in the wrong order
		addSummaries(m, at(1, 10, 10).AddDate(-3, 0, 7*k), 30, 30, 30, uint64(k))
	}
	one.send(t, batch)
	for k := range 100 {
		many.send(t, summaries(at(1, 10, 10).AddDate(-3, 0, 7*k), 30, 30, 30, uint64(k)))
	}
	assert.Len(t, many.said(psi), 2*99)
	assert.Equal(t, many.said(psi, samples), one.said(psi, samples))
	for _, m := range one.models.all() {
		assert.LessOrEqual(t, m.windows.Panes(), 3)
	}
}

func TestIdleModelsGoOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := run(t, host{profilesID: &provider{is: testProfile()}}, func(c *Config) {
			onlyHours(c)
			c.EmitInterval = 10 * time.Minute
		})
		start := time.Now().Truncate(time.Hour) // midnight
		r.send(t, summaries(start.Add(25*time.Minute-time.Hour), 25, 25, 25, 25))
		time.Sleep(59 * time.Second)
		synctest.Wait()
		assert.Empty(t, r.said(samples), "not idle yet")
		time.Sleep(6*time.Minute + 10*time.Second) // idle for a minute, then five of event time
		synctest.Wait()
		assert.Equal(t, []string{"31 23:30:00 1h ml.statistics.samples{ml.subject=feature} 100"}, r.said(samples))
		r.sink.Reset()
		time.Sleep(11 * time.Minute)
		synctest.Wait()
		assert.Equal(t, []string{"31 23:40:00 1h ml.statistics.samples{ml.subject=feature} 100"}, r.said(samples),
			"sent again after emit_interval, as of the event time by then")
		r.sink.Reset()
		time.Sleep(2 * time.Hour)
		synctest.Wait()
		said := r.said(samples)
		assert.Equal(t, []string{
			"01 00:00:00 1h ml.statistics.samples{ml.subject=feature} 100",
			"01 00:10:00 1h ml.statistics.samples{ml.subject=feature} 100",
			"01 00:20:00 1h ml.statistics.samples{ml.subject=feature} 100",
			"01 00:30:00 1h ml.statistics.samples{ml.subject=feature} 0",
			"01 00:30:00 1h ml.statistics.samples{ml.subject=prediction} 0",
			"31 23:50:00 1h ml.statistics.samples{ml.subject=feature} 100",
		}, said, "then silence")
		time.Sleep(200 * time.Hour)
		synctest.Wait()
		assert.Empty(t, r.models.all(), "forgotten")
		r.end(t)
	})
}

func TestTheNextComponentRefuses(t *testing.T) {
	r := run(t, host{}, onlyHours)
	defer r.end(t)
	r.next = consumertest.NewErr(errors.New("full"))
	err := r.ConsumeMetrics(t.Context(), summaries(at(1, 10, 0), 1, 1, 1, 1))
	require.ErrorContains(t, err, "full")
	assert.True(t, consumererror.IsPermanent(err), "or the sender would try again, and its summaries would count twice")
}

func TestPassesOnWhatItDoesNotKnow(t *testing.T) {
	r := run(t, host{}, nil)
	defer r.end(t)
	metrics := pmetric.NewMetrics()
	m := metrics.ResourceMetrics().AppendEmpty().ScopeMetrics().AppendEmpty().Metrics().AppendEmpty()
	m.SetName("http.server.duration")
	m.SetEmptySum().DataPoints().AppendEmpty().SetIntValue(7)
	r.send(t, metrics)
	require.Len(t, r.sink.AllMetrics(), 1)
	assert.Equal(t, metrics, r.sink.AllMetrics()[0])
	assert.Empty(t, r.models.all())
}

func TestWhatIsLearned(t *testing.T) {
	p := &provider{learning: true}
	r := run(t, host{profilesID: p}, onlyHours)
	defer r.end(t)
	segment := summaries(at(1, 10, 0), 1, 1, 1, 1)
	segment.ResourceMetrics().At(0).ScopeMetrics().At(0).Metrics().At(0).Histogram().DataPoints().At(0).Attributes().PutStr("ml.segment.country", "DE")
	r.send(t, summaries(at(1, 10, 0), 1, 1, 1, 1), segment)
	assert.Equal(t, []string{"fraud1ml.feature.value[{ml.feature.name amount}] [{492321 4}]"}, p.learned, "the whole, not slices of it")
}

func TestShutdownWithoutStart(t *testing.T) {
	p, err := newStatistics(settingsOf(t), createDefaultConfig().(*Config), consumertest.NewNop())
	require.NoError(t, err)
	require.NoError(t, p.Shutdown(context.Background()))
	require.NoError(t, p.Shutdown(context.Background()))
}

func TestModelsOverTheLimit(t *testing.T) {
	ms := newModels(2)
	s := &window.Settings{Windows: window.Defaults()}
	assert.NotNil(t, ms.of("a", "1", s))
	assert.NotNil(t, ms.of("a", "2", s))
	assert.Nil(t, ms.of("a", "3", s))
	assert.NotNil(t, ms.of("a", "1", s))
	assert.True(t, ms.remove(ms.of("a", "1", s)))
	assert.NotNil(t, ms.of("a", "3", s))
}

// TestInventedModelsDisplaceNone: models with a profile have a limit of their own.
func TestInventedModelsDisplaceNone(t *testing.T) {
	ms := newModels(1)
	ms.provider = &provider{is: testProfile()}
	s := &window.Settings{Windows: window.Defaults()}
	assert.NotNil(t, ms.of("invented", "1", s))
	assert.Nil(t, ms.of("invented", "2", s))
	known := ms.of(testProfile().Model, "1", s)
	assert.NotNil(t, known)
	assert.Nil(t, ms.of(testProfile().Model, "2", s))
	assert.True(t, ms.remove(known))
	assert.Nil(t, ms.of("invented", "2", s), "the place is for models with a profile")
	ms.put(newModel(window.NewModel(testProfile().Model, "2", s)))
	assert.Nil(t, ms.of(testProfile().Model, "1", s), "restored ones count")
}

func TestModelWithoutProfile(t *testing.T) {
	for learning, want := range map[bool]int64{false: 1, true: 0} {
		other := testProfile()
		other.Model = "another"
		r := run(t, host{profilesID: &provider{is: other, learning: learning}}, onlyHours)
		r.send(t, summaries(at(1, 10, 10), 25, 25, 25, 25), summaries(at(1, 10, 40), 25, 25, 25, 25), summaries(at(1, 11, 40), 25, 25, 25, 25))
		assert.Equal(t, want, r.counter(t, "otelcol_model_statistics_models_unprofiled", nil), "learning: %v", learning)
		r.end(t)
	}
}
