package modelrollupprocessor

import (
	"context"
	"sync"
	"time"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/consumer/consumererror"
	"go.opentelemetry.io/collector/pdata/pmetric"
	"go.opentelemetry.io/collector/processor"

	"github.com/leeway-ml/leeway/internal/profilesource"
)

// rollup is the processor: summaries stay here and are added up; the totals that changed go on in their place, with
// everything else.
type rollup struct {
	config *Config
	next   consumer.Metrics
	models *models
	report *reporter

	stop    context.CancelFunc
	stopped sync.WaitGroup
}

func newRollup(settings processor.Settings, config *Config, next consumer.Metrics) (*rollup, error) {
	p := &rollup{config: config, next: next, models: newModels(config.Limits.MaxModels)}
	var err error
	p.report, err = newReporter(settings.TelemetrySettings, p.models)
	return p, err
}

// Capabilities tells that the batch is changed: summaries are taken out of the batch.
func (*rollup) Capabilities() consumer.Capabilities {
	return consumer.Capabilities{MutatesData: true}
}

// Start begins to watch the clock.
func (p *rollup) Start(_ context.Context, host component.Host) error {
	var err error
	if p.models.provider, err = profilesource.Find(host, p.config.Profiles); err != nil {
		return err
	}
	if p.models.provider == nil {
		p.report.logger.Warn("no extension serves reference profiles: without a reference there are no bins to roll features up to; " +
			"add the extension profiles")
	}
	background, stop := context.WithCancel(context.Background())
	p.stop = stop
	p.stopped.Go(func() { p.watchClock(background) })
	return nil
}

// ConsumeMetrics adds the batch's summaries up and sends the totals on, with the rest of the batch.
func (p *rollup) ConsumeMetrics(ctx context.Context, metrics pmetric.Metrics) error {
	all := takeSummaries(metrics)
	out := newOutput(ctx, p, metrics)
	(&adder{p: p, ctx: ctx, now: time.Now(), out: out}).addAll(all)
	if err := out.send(); err != nil {
		p.report.emitFailed(ctx, err)
		// An error that invites the sender to try again would have the summaries counted twice.
		return consumererror.NewPermanent(err)
	}
	return nil
}

// Shutdown stops the clock. Nothing waits to be sent.
func (p *rollup) Shutdown(context.Context) error {
	if p.stop != nil {
		p.stop()
		p.stopped.Wait()
		p.stop = nil
	}
	p.report.close()
	return nil
}
