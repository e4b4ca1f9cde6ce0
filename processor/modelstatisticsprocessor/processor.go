package modelstatisticsprocessor

import (
	"context"
	"errors"
	"sync"
	"time"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/consumer/consumererror"
	"go.opentelemetry.io/collector/pdata/pmetric"
	"go.opentelemetry.io/collector/processor"
	"go.uber.org/zap"

	"github.com/leeway-ml/leeway/internal/profilesource"
	"github.com/leeway-ml/leeway/internal/window"
	"github.com/leeway-ml/leeway/judge"
	"github.com/leeway-ml/leeway/profile"
)

// statistics is the processor: every summary that passes is added to the windows of its model; windows that are complete
// are judged; what the judges say goes on with the summaries.
type statistics struct {
	id       component.ID
	config   *Config
	settings *window.Settings
	judges   []judge.Judge
	fitters  []fitter
	next     consumer.Metrics
	report   *reporter
	models   *models
	store    *checkpoints
	profiles profile.Provider // nil where no extension serves profiles
	learner  profile.Learner  // nil where nothing is learned
	// calibrators is where fitted calibrators go; nil where nobody keeps them.
	calibrators profile.Calibrators

	stop    context.CancelFunc
	stopped sync.WaitGroup
}

func newStatistics(settings processor.Settings, config *Config, next consumer.Metrics) (*statistics, error) {
	judges, err := newJudges(config)
	if err != nil {
		return nil, err
	}
	p := &statistics{
		id:       settings.ID,
		config:   config,
		settings: config.settings(),
		judges:   judges,
		next:     next,
		models:   newModels(config.Limits.MaxModels),
	}
	p.fitters = fittersOf(judges, p.settings)
	p.settings.ByPane = byPane(judges)
	p.report, err = newReporter(settings.TelemetrySettings, p.models)
	return p, err
}

// Capabilities say that statistics are added to the batch that completed their window.
func (*statistics) Capabilities() consumer.Capabilities {
	return consumer.Capabilities{MutatesData: true}
}

// Start restores the windows and begins to watch the clock.
func (p *statistics) Start(ctx context.Context, host component.Host) error {
	var err error
	if p.profiles, err = profilesource.Find(host, p.config.Profiles); err != nil {
		return err
	}
	p.models.provider = p.profiles
	if p.profiles != nil {
		p.learner = p.profiles.Learner()
		p.calibrators, _ = p.profiles.(profile.Calibrators)
	} else {
		p.report.logger.Warn("no extension serves reference profiles: without a reference nothing is called drifted; " +
			"add the extension profiles")
	}
	if p.store, err = openCheckpoints(ctx, host, p.config.Storage, p.id, p.report); err != nil {
		return err
	}
	if err := p.store.restore(ctx, p.settings, p.models); err != nil {
		return err
	}
	background, stop := context.WithCancel(context.Background())
	p.stop = stop
	p.stopped.Go(func() { p.watchClock(background) })
	return nil
}

// ConsumeMetrics adds the batch's summaries to the windows and sends it on, with the statistics that became due.
func (p *statistics) ConsumeMetrics(ctx context.Context, metrics pmetric.Metrics) error {
	touched := p.add(ctx, metrics)
	out := newEmission(p, metrics)
	for _, m := range touched {
		m.mu.Lock()
		p.judge(ctx, m, out)
		m.mu.Unlock()
	}
	if p.config.CheckpointInterval == 0 {
		if err := p.store.save(ctx, touched); err != nil {
			return err // not acknowledged: 0s promises that what is acknowledged is stored
		}
	}
	if err := out.send(ctx); err != nil {
		p.report.emitFailed(ctx, err)
		// An error that invites the sender to try again would have the summaries counted twice.
		return consumererror.NewPermanent(err)
	}
	return nil
}

// watchClock does what the passing of time asks for: idle models go on, values are sent again, state is stored.
func (p *statistics) watchClock(ctx context.Context) {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	lastSaved := time.Now()
	for {
		select {
		case <-ctx.Done():
			return
		case now := <-tick.C:
			p.goOn(ctx, now)
			if every := p.config.CheckpointInterval; every > 0 && now.Sub(lastSaved) >= every {
				lastSaved = now
				_ = p.store.save(ctx, p.models.all())
			}
		}
	}
}

// goOn judges what became due by the wall clock, sends again what has not been sent for long, and forgets models of which
// nothing is left.
func (p *statistics) goOn(ctx context.Context, now time.Time) {
	out := newEmission(p, pmetric.NewMetrics())
	for _, m := range p.models.all() {
		m.mu.Lock()
		if idle := now.Sub(m.arrived) - p.config.IdleTimeout; idle >= 0 {
			m.windows.Idle(idle)
			p.judge(ctx, m, out)
		}
		for _, v := range m.voices {
			if now.Sub(v.sent) >= p.config.EmitInterval {
				v.sent = now
				out.again(v, m.windows.Watermark())
			}
		}
		forget := m.windows.Empty() && now.Sub(m.arrived) > p.longest()
		m.mu.Unlock()
		if forget && p.models.remove(m) {
			p.store.forget(ctx, m)
			p.report.evicted(ctx)
		}
	}
	if err := out.send(ctx); err != nil && !errors.Is(err, context.Canceled) {
		p.report.emitFailed(ctx, err)
	}
}

func (p *statistics) longest() time.Duration {
	var longest time.Duration
	for _, d := range p.settings.Windows {
		longest = max(longest, d.Length)
	}
	return longest
}

// Shutdown stores everything.
func (p *statistics) Shutdown(ctx context.Context) error {
	if p.stop == nil {
		p.report.close()
		return nil
	}
	p.stop()
	p.stopped.Wait()
	p.stop = nil
	err := errors.Join(p.store.save(ctx, p.models.all()), p.store.close(ctx))
	if err != nil {
		p.report.logger.Error("the last checkpoint failed: after the next start, windows lack what came since the one before", zap.Error(err))
	}
	p.report.close()
	return err
}
