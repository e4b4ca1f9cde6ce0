package profilesextension

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componentstatus"
	"go.opentelemetry.io/collector/extension"
	"go.opentelemetry.io/collector/extension/extensioncapabilities"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
	"go.uber.org/zap"

	"github.com/leeway-ml/leeway/extension/profilesextension/internal/metadata"
	"github.com/leeway-ml/leeway/profile"
)

// profiles is the extension.
type profiles struct {
	config   *Config
	settings extension.Settings
	reporter *reporter
	catalog  *catalog
	now      func() time.Time

	directory   *directory
	source      *source
	learning    *learning
	calibrators *calibrators
	store       *store
	server      *http.Server

	stop       context.CancelFunc
	background sync.WaitGroup
}

var (
	_ profile.Provider                = (*profiles)(nil)
	_ profile.Calibrators             = (*profiles)(nil)
	_ extensioncapabilities.Dependent = (*profiles)(nil)
)

func newProfiles(settings extension.Settings, config *Config) (*profiles, error) {
	telemetry, err := metadata.NewTelemetryBuilder(settings.TelemetrySettings)
	if err != nil {
		return nil, err
	}
	p := &profiles{
		config:   config,
		settings: settings,
		reporter: &reporter{log: settings.Logger, telemetry: telemetry},
		catalog:  newCatalog(config.MaxProfiles),
		now:      time.Now,
	}
	p.calibrators = newCalibrators(config.MaxCalibrators, p.reporter)
	if config.Learn.HasValue() {
		p.learning, err = newLearning(*config.Learn.Get(), p.catalog, p.reporter, func() time.Time { return p.now() })
		if err != nil {
			return nil, err
		}
	}
	return p, nil
}

// Profile is the profile in force for this model and version, nil where there is none.
func (p *profiles) Profile(model, version string) *profile.Profile {
	if e := p.catalog.view.Load().lookup(model, version); e != nil {
		return e.profile
	}
	return nil
}

// Generation grows with each change of any profile.
func (p *profiles) Generation() uint64 { return p.catalog.view.Load().generation }

// Learner is where summaries of models without a profile go; nil where nothing is learned.
func (p *profiles) Learner() profile.Learner {
	if p.learning == nil {
		return nil
	}
	return p.learning
}

// Calibrator is the calibrator in force for this version of the model, nil where there is none.
func (p *profiles) Calibrator(model, version string) *profile.Calibrator {
	return p.calibrators.get(model, version)
}

// PublishCalibrator puts a calibrator in force and keeps it.
func (p *profiles) PublishCalibrator(c *profile.Calibrator) { p.calibrators.publish(c) }

// Dependencies are the extensions that must run before this one.
func (p *profiles) Dependencies() []component.ID {
	var ids []component.ID
	if p.config.Storage != nil {
		ids = append(ids, *p.config.Storage)
	}
	if p.config.Server.HasValue() && p.config.Server.Get().Auth.HasValue() {
		ids = append(ids, p.config.Server.Get().Auth.Get().AuthenticatorID)
	}
	if p.config.Source.HasValue() && p.config.Source.Get().Client.Auth.HasValue() {
		ids = append(ids, p.config.Source.Get().Client.Auth.Get().AuthenticatorID)
	}
	return ids
}

// Start loads what is there, then watches, polls, learns and serves.
func (p *profiles) Start(ctx context.Context, host component.Host) error {
	store, err := openStore(ctx, host, p.config.Storage, p.settings.ID)
	if err != nil {
		return err
	}
	p.store = store
	p.calibrators.restore(ctx, p.store)

	background, stop := context.WithCancel(context.Background())
	p.stop = stop
	if p.config.Directory != "" {
		p.directory = newDirectory(p.config.Directory, p.config.MaxProfileSize, p.reporter)
		watcher := newWatcher(p.config.Directory, p.settings.Logger) // before the first look, so that no change falls between
		p.rescan(nil)
		p.run(func() {
			watch(background, watcher, p.config.Directory, p.config.RescanInterval, p.settings.Logger, p.rescan)
		})
	}
	if p.learning != nil {
		p.learning.restore(ctx, p.store)
		p.run(func() { p.learning.run(background) })
	}
	if p.config.Source.HasValue() {
		client, err := p.config.Source.Get().Client.ToClient(ctx, host.GetExtensions(), p.settings.TelemetrySettings)
		if err != nil {
			return fmt.Errorf("source: %w", err)
		}
		p.source = newSource(*p.config.Source.Get(), client, p.config.MaxProfiles, p.config.MaxProfileSize, p.catalog, p.store.of("source"), p.reporter, p.now)
		p.source.status = func(e *componentstatus.Event) { componentstatus.ReportStatus(host, e) }
		p.source.followed = newFollowed(p.calibrators, p.store.of("source_calibrators"))
		p.source.restore(ctx)
		p.source.followed.restore(ctx, p.reporter)
		p.run(func() { p.source.run(background) })
	}
	if err := p.observe(); err != nil {
		return err
	}
	if p.config.Server.HasValue() {
		return p.serve(ctx, host)
	}
	return nil
}

func (p *profiles) run(f func()) {
	p.background.Add(1)
	go func() {
		defer p.background.Done()
		f()
	}()
}

func (p *profiles) rescan(touched map[string]bool) {
	p.reporter.beyond(p.catalog.set(fromDirectory, p.directory.scan(touched)))
}

func (p *profiles) serve(ctx context.Context, host component.Host) error {
	config := p.config.Server.Get()
	server, err := config.ToServer(ctx, host.GetExtensions(), p.settings.TelemetrySettings, newHandler(&p.catalog.view, &p.calibrators.view))
	if err != nil {
		return fmt.Errorf("server: %w", err)
	}
	listener, err := config.ToListener(ctx)
	if err != nil {
		return fmt.Errorf("server: endpoint: %q can't be listened on; free it or name another one: %w", config.NetAddr.Endpoint, err)
	}
	p.server = server
	p.settings.Logger.Info("Serving profiles over HTTP", zap.Stringer("address", listener.Addr()))
	p.run(func() {
		if err := server.Serve(listener); err != nil && !errors.Is(err, http.ErrServerClosed) {
			componentstatus.ReportStatus(host, componentstatus.NewFatalErrorEvent(fmt.Errorf("profiles server: %w", err)))
		}
	})
	return nil
}

// observe registers the gauges.
func (p *profiles) observe() error {
	t := p.reporter.telemetry
	err := t.RegisterProfilesInForceCallback(func(_ context.Context, o metric.Int64Observer) error {
		for from, n := range p.catalog.view.Load().counts() {
			o.Observe(n, metric.WithAttributes(attribute.String("origin", origin(from).String())))
		}
		return nil
	})
	err = errors.Join(err, t.RegisterProfilesCalibratorsCallback(func(_ context.Context, o metric.Int64Observer) error {
		for from, n := range p.calibrators.view.Load().counts() {
			if from := origin(from); from != fromDirectory {
				o.Observe(n, metric.WithAttributes(attribute.String("origin", from.String())))
			}
		}
		return nil
	}))
	if p.learning != nil {
		err = errors.Join(err, t.RegisterProfilesLearningModelsCallback(func(_ context.Context, o metric.Int64Observer) error {
			o.Observe(int64(p.learning.count()))
			return nil
		}))
	}
	if p.config.Source.HasValue() {
		err = errors.Join(err, t.RegisterProfilesSourceAgeCallback(func(_ context.Context, o metric.Float64Observer) error {
			if age, ok := p.source.age(); ok {
				o.Observe(age.Seconds())
			}
			return nil
		}))
	}
	return err
}

// Shutdown stops everything and keeps unfinished learning.
func (p *profiles) Shutdown(ctx context.Context) error {
	var errs []error
	if p.server != nil {
		if err := p.server.Shutdown(ctx); err != nil {
			errs = append(errs, err, p.server.Close())
		}
		p.server = nil
	}
	if p.stop != nil {
		p.stop()
		p.stop = nil
	}
	p.background.Wait()
	if p.learning != nil {
		p.learning.checkpoint(ctx)
	}
	if p.source != nil {
		p.source.client.CloseIdleConnections()
	}
	if p.store != nil {
		errs = append(errs, p.store.close(ctx))
		p.store = nil
	}
	p.reporter.telemetry.Shutdown()
	return errors.Join(errs...)
}
