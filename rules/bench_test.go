package rules

import (
	"context"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql"
	"github.com/prometheus/prometheus/promql/parser"
	promrules "github.com/prometheus/prometheus/rules"
	"github.com/prometheus/prometheus/tsdb"
	"github.com/stretchr/testify/require"
)

const benchModels, benchFeatures, benchBins = 50, 100, 20

// BenchmarkEvaluation evaluates each file of rules once an iteration, on Prometheus' own store and engine, over 50 models of
// 100 features of 20 bins: statistics of three windows from one gateway, or roll-ups of several collectors. Scraped once a
// minute; docs/performance.md has figures.
func BenchmarkEvaluation(b *testing.B) {
	b.Run("statistics", func(b *testing.B) {
		s := openStore(b)
		s.write(b, 6, func(add func(labels.Labels, func(scrape int) float64)) { statistics(add) })
		s.evaluate(b, "models.rules.yaml")
	})
	for _, collectors := range []int{1, 3} {
		b.Run(fmt.Sprintf("fleet/collectors=%d", collectors), func(b *testing.B) {
			s := openStore(b)
			s.write(b, 61, func(add func(labels.Labels, func(scrape int) float64)) { rollups(collectors, add) })
			s.evaluate(b, "fleet.rules.yaml")
		})
	}
}

// statistics are what the default configuration publishes of numeric features.
func statistics(add func(labels.Labels, func(int) float64)) {
	constant := func(value float64) func(int) float64 { return func(int) float64 { return value } }
	for m := range benchModels {
		for _, window := range []string{"1h", "24h", "7d"} {
			of := func(name string, more ...string) labels.Labels {
				return labels.FromStrings(append([]string{model.MetricNameLabel, name, "instance", "gateway:9464", "ml_model_name", fmt.Sprintf("model-%02d", m),
					"ml_model_version", "1", "ml_window", window}, more...)...)
			}
			add(of("ml_model_info", "ml_profile_id", "0123456789abcdef", "ml_profile_rhythm", "week", "ml_task_type", "binary"), constant(1))
			add(of("ml_model_drift_share_ratio"), constant(float64(m)/benchModels))
			add(of("ml_profile_age_seconds"), constant(86400))
			add(of("ml_statistics_coverage_ratio"), constant(1))
			add(of("ml_statistics_samples", "ml_subject", "feature"), constant(10000))
			add(of("ml_statistics_samples", "ml_subject", "prediction"), constant(10000))
			for _, name := range []string{"psi", "psi_threshold", "psi_noise", "js_distance", "ks_statistic", "wasserstein", "mean_shift"} {
				add(of("ml_prediction_drift_"+name), constant(0.1))
			}
			add(of("ml_prediction_drift_detected", "ml_drift_statistic", "psi"), constant(0))
			for f := range benchFeatures {
				feature := []string{"ml_feature_name", fmt.Sprintf("feature-%02d", f)}
				for _, name := range []string{"psi", "psi_threshold", "psi_noise", "js_distance", "ks_statistic", "wasserstein", "mean_shift"} {
					add(of("ml_feature_drift_"+name, feature...), constant(0.1))
				}
				for _, name := range []string{"missing", "out_of_range"} {
					add(of("ml_feature_"+name+"_share_ratio", feature...), constant(0.01))
				}
				for _, name := range []string{"psi", "missing_share", "out_of_range_share"} {
					detected := 0.0 // of a tenth of the features
					if f%10 == 0 {
						detected = 1
					}
					add(of("ml_feature_drift_detected", append(feature, "ml_drift_statistic", name)...), constant(detected))
				}
			}
		}
	}
}

// rollups are counters that grow by 100 a scrape in each bin, and the reference's shares.
func rollups(collectors int, add func(labels.Labels, func(int) float64)) {
	for c := range collectors {
		for m := range benchModels {
			for f := range benchFeatures {
				for bin := range benchBins {
					of := func(name string, more ...string) labels.Labels {
						return labels.FromStrings(append([]string{model.MetricNameLabel, name, "instance", fmt.Sprintf("collector-%d:9464", c), "job", "leeway-models",
							"ml_model_name", fmt.Sprintf("model-%02d", m), "ml_model_version", "1", "ml_feature_name", fmt.Sprintf("feature-%02d", f),
							"ml_bin_index", fmt.Sprintf("%02d", bin)}, more...)...)
					}
					add(of("ml_feature_bins_total"), func(scrape int) float64 { return float64(100 * scrape) })
					add(of("ml_feature_reference_share_ratio", "ml_bin_range", fmt.Sprintf("(%d, %d]", bin, bin+1)), func(int) float64 { return 1.0 / benchBins })
				}
			}
		}
	}
}

type store struct {
	db     *tsdb.DB
	end    time.Time // of the last scrape
	series int
}

func openStore(b *testing.B) *store {
	options := tsdb.DefaultOptions()
	options.RetentionDuration = (24 * time.Hour).Milliseconds()
	db, err := tsdb.Open(b.TempDir(), slog.New(slog.DiscardHandler), nil, options, nil)
	require.NoError(b, err)
	b.Cleanup(func() { _ = db.Close() })
	return &store{db: db, end: time.Date(2026, 1, 5, 12, 0, 0, 0, time.UTC)}
}

// write scrapes the series so often, a minute apart; a part of them at a time, so that no commit is too large.
func (s *store) write(b *testing.B, scrapes int, each func(add func(labels.Labels, func(scrape int) float64))) {
	type series struct {
		labels labels.Labels
		value  func(int) float64
	}
	var part []series
	commit := func() {
		appender := s.db.Appender(context.Background())
		for _, one := range part {
			for scrape := range scrapes {
				at := s.end.Add(time.Duration(scrape-scrapes+1) * time.Minute)
				_, err := appender.Append(0, one.labels, at.UnixMilli(), one.value(scrape))
				require.NoError(b, err)
			}
		}
		require.NoError(b, appender.Commit())
		s.series += len(part)
		part = part[:0]
	}
	each(func(l labels.Labels, value func(int) float64) {
		part = append(part, series{l, value})
		if len(part) == 5000 {
			commit()
		}
	})
	commit()
}

func (s *store) evaluate(b *testing.B, file string) {
	engine := promql.NewEngine(promql.EngineOpts{MaxSamples: 100e6, Timeout: 5 * time.Minute})
	b.Cleanup(func() { _ = engine.Close() })
	manager := promrules.NewManager(&promrules.ManagerOptions{
		Context: b.Context(), Appendable: s.db, Queryable: s.db, QueryFunc: promrules.EngineQueryFunc(engine, s.db),
		NotifyFunc: func(context.Context, string, ...*promrules.Alert) {}, Logger: slog.New(slog.DiscardHandler), Parser: parser.NewParser(parser.Options{}),
	})
	text, err := fs.ReadFile(Files, file)
	require.NoError(b, err)
	path := filepath.Join(b.TempDir(), file)
	require.NoError(b, os.WriteFile(path, text, 0o600))
	groups, errs := manager.LoadGroups(time.Minute, labels.EmptyLabels(), "", nil, false, path)
	require.Empty(b, errs)

	for _, group := range groups {
		for _, r := range group.AlertingRules() {
			r.SetRestored(true) // else it would not write ALERTS
		}
	}
	at := s.end
	before := processorTime(b)
	for b.Loop() {
		at = at.Add(time.Second)
		for _, group := range groups {
			group.Eval(b.Context(), at)
		}
	}
	took := processorTime(b) - before
	for _, group := range groups {
		for _, r := range group.Rules() {
			require.NoError(b, r.LastError(), r.Name())
		}
	}
	b.ReportMetric(float64(s.series), "series")
	b.ReportMetric(float64(int(s.db.Head().NumSeries())-s.series), "recorded")
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(b.Elapsed().Seconds()/float64(b.N), "s/evaluation")
	b.ReportMetric(took.Seconds()/float64(b.N), "cpu-s/evaluation")
}

// processorTime is what this process has used of the CPUs, which other programs do not lengthen.
func processorTime(b *testing.B) time.Duration {
	var usage syscall.Rusage
	require.NoError(b, syscall.Getrusage(syscall.RUSAGE_SELF, &usage))
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}
