package localprometheusexporter

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/prometheus/promql"
	promrules "github.com/prometheus/prometheus/rules"
	"github.com/prometheus/prometheus/storage"
	"github.com/prometheus/prometheus/tsdb"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componentstatus"
	"go.opentelemetry.io/collector/exporter"
	"go.opentelemetry.io/otel/metric"
	"go.uber.org/zap"

	"github.com/leeway-ml/leeway/exporter/localprometheusexporter/internal/metadata"
	"github.com/leeway-ml/leeway/ui"
)

const (
	// tick is how often is looked whether rules are due.
	tick = time.Second
	// outageTolerance, gracePeriod and resendDelay are Prometheus' defaults: how old pending alerts are taken up after a restart,
	// how long they then stay pending at least, and how often Alertmanager is told again.
	outageTolerance = time.Hour
	gracePeriod     = 10 * time.Minute
	resendDelay     = time.Minute
	// ruleSamples is how many samples the query of a rule may hold in memory.
	ruleSamples = 50_000_000
)

// localPrometheus is the exporter.
type localPrometheus struct {
	config    *Config
	settings  exporter.Settings
	log       *zap.Logger
	telemetry *metadata.TelemetryBuilder
	once      *once
	clock     *clock

	db            *tsdb.DB
	evaluator     *evaluator
	alertmanagers *alertmanagers
	server        *http.Server

	stopRules context.CancelFunc
	rules     sync.WaitGroup // and what reads the collector's own metrics
	sending   sync.WaitGroup
	serving   sync.WaitGroup
}

func newPrometheus(settings exporter.Settings, config *Config) (*localPrometheus, error) {
	telemetry, err := metadata.NewTelemetryBuilder(settings.TelemetrySettings)
	if err != nil {
		return nil, err
	}
	return &localPrometheus{
		config:    config,
		settings:  settings,
		log:       settings.Logger,
		telemetry: telemetry,
		once:      &once{},
		clock:     &clock{now: time.Now},
	}, nil
}

// Start opens the store, begins to evaluate rules, and serves. Where one of them fails, what was begun is ended.
func (p *localPrometheus) Start(ctx context.Context, host component.Host) error {
	if err := p.start(ctx, host); err != nil {
		return errors.Join(err, p.Shutdown(context.WithoutCancel(ctx)))
	}
	return nil
}

func (p *localPrometheus) start(ctx context.Context, host component.Host) error {
	registry := prometheus.NewRegistry()
	log := newLogger(p.log)
	files := newRuleFiles(p.config.Rules, log)
	listener, err := p.config.Server.ToListener(ctx)
	if err != nil {
		return fmt.Errorf("endpoint: %q can't be listened on; free it or name another one: %w", p.config.Server.NetAddr.Endpoint, err)
	}
	defer func() {
		if p.server == nil { // the server owns it
			_ = listener.Close()
		}
	}()
	listen := listener.Addr().String()
	p.alertmanagers, err = newAlertmanagers(ctx, p.config.Alertmanagers, host, p.settings.TelemetrySettings, log, registry, p.once)
	if err != nil {
		return err
	}
	if p.db, err = openStorage(p.config, log, registry); err != nil {
		return err
	}
	store := held{SampleAndChunkQueryable: p.db, step: p.config.Query.Lookback * 4 / 5, head: p.db.Head()}
	background, stop := context.WithCancel(context.Background())
	p.stopRules = stop
	if err := p.startRules(background, files, store, listen, log, registry); err != nil {
		return err
	}
	if p.config.OwnMetrics.HasValue() {
		if err := p.startOwnMetrics(ctx, background, host); err != nil {
			return err
		}
	}
	if err := p.observe(registry); err != nil {
		return err
	}
	engine := promql.NewEngine(promql.EngineOpts{
		Logger: log, Reg: registry, MaxSamples: p.config.Query.MaxSamples, Timeout: p.config.Query.Timeout,
		LookbackDelta: p.config.Query.Lookback, EnableAtModifier: true, EnableNegativeOffset: true,
		ActiveQueryTracker: make(slots, p.config.Query.MaxConcurrent),
	})
	handler := newHandler(&served{
		config: p.config, engine: engine, store: store, db: p.db, evaluator: p.evaluator, alertmanagers: p.alertmanagers,
		registry: registry, log: log, listen: listen, started: time.Now(),
	}, ui.Handler())
	return p.serve(ctx, host, listener, handler)
}

// startRules begins to evaluate the rules, and to send what fires.
func (p *localPrometheus) startRules(background context.Context, files *ruleFiles, store storage.Queryable, listen string, log *slog.Logger, registry prometheus.Registerer) error {
	engine := promql.NewEngine(promql.EngineOpts{
		Logger: log, MaxSamples: ruleSamples, Timeout: p.config.Query.Timeout, LookbackDelta: p.config.Query.Lookback,
		EnableAtModifier: true, EnableNegativeOffset: true,
	})
	from := externalURL(listen)
	send := promrules.SendAlerts(p.alertmanagers, from.String())
	var err error
	p.evaluator, err = newEvaluator(&promrules.ManagerOptions{
		ExternalURL: from,
		QueryFunc:   queryFunc(engine, store),
		NotifyFunc: func(ctx context.Context, expr string, alerts ...*promrules.Alert) {
			if !ofThePast(ctx) { // that calls nobody today
				send(ctx, expr, alerts...)
			}
		},
		Context: background, Appendable: anyOrder{p.db}, Queryable: store, Logger: log, Registerer: registry,
		OutageTolerance: outageTolerance, ForGracePeriod: gracePeriod, ResendDelay: resendDelay,
	}, files, from.String(), p.clock, p.config.Rules.ReplayInterval)
	if err != nil {
		return err
	}
	p.sending.Add(1)
	go func() {
		defer p.sending.Done()
		p.alertmanagers.run()
	}()
	p.alertmanagers.targets <- p.alertmanagers.groups
	p.background(func() {
		ticker := time.NewTicker(tick)
		defer ticker.Stop()
		p.evaluator.run(background, ticker.C)
	})
	return nil
}

func (p *localPrometheus) startOwnMetrics(ctx, background context.Context, host component.Host) error {
	config := p.config.OwnMetrics.Get()
	client, err := config.Client.ToClient(ctx, host.GetExtensions(), p.settings.TelemetrySettings)
	if err != nil {
		return fmt.Errorf("own_metrics: %w", err)
	}
	own, err := newOwnMetrics(client, config, p.db, p.log, p.once)
	if err != nil {
		return fmt.Errorf("own_metrics: endpoint: %w", err)
	}
	p.background(func() { own.run(background) })
	return nil
}

func (p *localPrometheus) background(f func()) {
	p.rules.Add(1)
	go func() {
		defer p.rules.Done()
		f()
	}()
}

func (p *localPrometheus) serve(ctx context.Context, host component.Host, listener net.Listener, handler http.Handler) error {
	server, err := p.config.Server.ToServer(ctx, host.GetExtensions(), p.settings.TelemetrySettings, handler)
	if err != nil {
		return err
	}
	p.server = server
	p.log.Info("Serving Prometheus' API and the page", zap.String("url", "http://"+listener.Addr().String()+"/"))
	p.serving.Add(1)
	go func() {
		defer p.serving.Done()
		if err := server.Serve(listener); err != nil && !errors.Is(err, http.ErrServerClosed) {
			componentstatus.ReportStatus(host, componentstatus.NewFatalErrorEvent(fmt.Errorf("local_prometheus: %w", err)))
		}
	}()
	return nil
}

// observe registers what is read from Prometheus' own counters.
func (p *localPrometheus) observe(registry prometheus.Gatherer) error {
	db, directory := p.db, p.config.Directory
	return errors.Join(
		p.telemetry.RegisterLocalPrometheusSeriesCallback(func(_ context.Context, o metric.Int64Observer) error {
			o.Observe(int64(db.Head().NumSeries()))
			return nil
		}),
		p.telemetry.RegisterLocalPrometheusStorageSizeCallback(func(_ context.Context, o metric.Int64Observer) error {
			o.Observe(storageSize(directory))
			return nil
		}),
		p.telemetry.RegisterLocalPrometheusRuleEvaluationFailuresCallback(func(_ context.Context, o metric.Int64Observer) error {
			o.Observe(total(registry, "prometheus_rule_evaluation_failures_total"))
			return nil
		}),
		p.telemetry.RegisterLocalPrometheusNotificationsDroppedCallback(func(_ context.Context, o metric.Int64Observer) error {
			o.Observe(total(registry, "prometheus_notifications_dropped_total"))
			return nil
		}),
	)
}

// total adds up the series of a counter.
func total(registry prometheus.Gatherer, name string) int64 {
	families, err := registry.Gather()
	if err != nil {
		return 0
	}
	var sum float64
	for _, family := range families {
		if family.GetName() == name {
			for _, m := range family.GetMetric() {
				sum += m.GetCounter().GetValue()
			}
		}
	}
	return int64(sum)
}

// Shutdown ends what serves, then the rules, then what sends their alerts, and closes the store.
func (p *localPrometheus) Shutdown(ctx context.Context) error {
	var errs []error
	if p.server != nil {
		if err := p.server.Shutdown(ctx); err != nil {
			errs = append(errs, err, p.server.Close())
		}
		p.serving.Wait()
		p.server = nil
	}
	if p.stopRules != nil {
		p.stopRules()
		p.stopRules = nil
	}
	p.rules.Wait()
	if p.alertmanagers != nil {
		p.alertmanagers.Stop()
		p.sending.Wait()
		p.alertmanagers = nil
	}
	p.telemetry.Shutdown()
	if p.db != nil {
		errs = append(errs, p.db.Close())
		p.db = nil
	}
	return errors.Join(errs...)
}
