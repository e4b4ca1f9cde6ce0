package localprometheusexporter

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"os"

	"runtime"
	"time"

	"github.com/grafana/regexp"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/common/model"
	"github.com/prometheus/common/route"
	promconfig "github.com/prometheus/prometheus/config"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql"
	"github.com/prometheus/prometheus/promql/parser"
	"github.com/prometheus/prometheus/scrape"
	"github.com/prometheus/prometheus/storage"
	"github.com/prometheus/prometheus/tsdb"
	"github.com/prometheus/prometheus/util/features"
	"github.com/prometheus/prometheus/util/notifications"
	apiv1 "github.com/prometheus/prometheus/web/api/v1"
)

const (
	apiPath = "/api/v1"
	// remote read gives raw samples to another Prometheus; limits as Prometheus has them.
	remoteReadSamples    = 50_000_000
	remoteReadConcurrent = 10
	remoteReadFrame      = 1 << 20
	// prometheusVersion is the version of Prometheus whose code this is.
	prometheusVersion = "3.12.0"
)

// served is what the API answers from.
type served struct {
	config        *Config
	engine        *promql.Engine
	store         storage.SampleAndChunkQueryable
	db            *tsdb.DB
	evaluator     *evaluator
	alertmanagers *alertmanagers
	registry      *prometheus.Registry
	log           *slog.Logger
	listen        string
	started       time.Time
}

// newHandler serves Prometheus' HTTP API, health, and the page. It takes no writes and no administration.
func newHandler(s *served, page http.Handler) http.Handler {
	config := &promconfig.Config{GlobalConfig: promconfig.DefaultGlobalConfig}
	config.GlobalConfig.EvaluationInterval = model.Duration(defaultInterval)
	directory, _ := os.Getwd()
	hostname, _ := os.Hostname()
	api := apiv1.NewAPI(
		s.engine, s.store, nil, nil, s.db,
		func(context.Context) apiv1.ScrapePoolsRetriever { return nothingScraped{} },
		func(context.Context) apiv1.TargetRetriever { return nothingScraped{} },
		func(context.Context) apiv1.AlertmanagerRetriever { return s.alertmanagers },
		func() promconfig.Config { return *config },
		map[string]string{},
		apiv1.GlobalURLOptions{ListenAddress: s.listen, Host: s.listen, Scheme: "http"},
		func(f http.HandlerFunc) http.HandlerFunc { return f },
		statistics{s.db}, s.config.Directory,
		false, // no administration
		s.log,
		func(context.Context) apiv1.RulesRetriever { return s.evaluator },
		remoteReadSamples, remoteReadConcurrent, remoteReadFrame,
		false,
		regexp.MustCompile(`^$`), // CORS is confighttp's matter
		func() (apiv1.RuntimeInfo, error) {
			return apiv1.RuntimeInfo{
				StartTime: s.started, CWD: directory, Hostname: hostname, ServerTime: time.Now(), ReloadConfigSuccess: true, LastConfigTime: s.started,
				GoroutineCount: runtime.NumGoroutine(), GOMAXPROCS: runtime.GOMAXPROCS(0), StorageRetention: s.config.Retention.Time.String(),
			}, nil
		},
		&apiv1.PrometheusVersion{Version: prometheusVersion, Branch: "local_prometheus", GoVersion: runtime.Version()},
		func() []notifications.Notification { return nil },
		func() (<-chan notifications.Notification, func(), bool) { return nil, func() {}, false },
		s.registry, s.registry,
		nil,
		false, nil, // no remote write
		false, false, false, // no OTLP: the collector's receivers are there for that
		false,
		s.config.Query.Lookback,
		false, false,
		nil,
		features.NewRegistry(),
		apiv1.OpenAPIOptions{ExternalURL: "http://" + s.listen, Version: prometheusVersion},
		parser.NewParser(parser.Options{}),
	)
	router := route.New()
	api.Register(router)
	mux := http.NewServeMux()
	mux.Handle(apiPath+"/", http.StripPrefix(apiPath, router))
	healthy := func(says string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(says)) }
	}
	mux.Handle("/-/healthy", healthy("Leeway's Prometheus is healthy.\n"))
	mux.Handle("/-/ready", healthy("Leeway's Prometheus is ready.\n"))
	mux.Handle("/", page)
	return mux
}

// externalURL is where alerts say they come from.
func externalURL(listen string) *url.URL { return &url.URL{Scheme: "http", Host: listen, Path: "/"} }

// slots limits how many queries run at once; further ones wait.
type slots chan struct{}

// GetMaxConcurrent is how many.
func (s slots) GetMaxConcurrent() int { return cap(s) }

// Insert waits for a slot.
func (s slots) Insert(ctx context.Context, _ string) (int, error) {
	select {
	case s <- struct{}{}:
		return 0, nil
	case <-ctx.Done():
		return 0, ctx.Err()
	}
}

// Delete frees one.
func (s slots) Delete(int) { <-s }

// Close does nothing.
func (slots) Close() error { return nil }

// nothingScraped answers questions about targets: there are none, metrics come through the pipeline.
type nothingScraped struct{}

// ScrapePools are none.
func (nothingScraped) ScrapePools() []string { return []string{} }

// TargetsActive are none.
func (nothingScraped) TargetsActive() map[string][]*scrape.Target { return nil }

// TargetsDropped are none.
func (nothingScraped) TargetsDropped() map[string][]*scrape.Target { return nil }

// TargetsDroppedCounts are none.
func (nothingScraped) TargetsDroppedCounts() map[string]int { return nil }

// ScrapePoolConfig says that there is none.
func (nothingScraped) ScrapePoolConfig(string) (*promconfig.ScrapeConfig, error) {
	return nil, errors.New("nothing is scraped: metrics come through the collector's pipeline")
}

// statistics of the store. It can't be administered.
type statistics struct{ db *tsdb.DB }

var errNoAdministration = errors.New("the store can't be administered over HTTP")

// CleanTombstones is refused.
func (statistics) CleanTombstones() error { return errNoAdministration }

// Delete is refused.
func (statistics) Delete(context.Context, int64, int64, ...*labels.Matcher) error {
	return errNoAdministration
}

// Snapshot is refused.
func (statistics) Snapshot(string, bool) error { return errNoAdministration }

// Stats are those of what is not in a block yet.
func (s statistics) Stats(label string, limit int) (*tsdb.Stats, error) {
	return s.db.Head().Stats(label, limit), nil
}

// WALReplayStatus is that of one that is done: the server begins after it.
func (statistics) WALReplayStatus() (tsdb.WALReplayStatus, error) { return tsdb.WALReplayStatus{}, nil }

// BlockMetas describe the blocks.
func (s statistics) BlockMetas() ([]tsdb.BlockMeta, error) { return s.db.BlockMetas(), nil }
