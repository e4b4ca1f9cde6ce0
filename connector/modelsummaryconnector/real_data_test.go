package modelsummaryconnector

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/pmetric"

	"github.com/leeway-ml/leeway/internal/replay"
	"github.com/leeway-ml/leeway/profile"
	"github.com/leeway-ml/leeway/profile/build"
	"github.com/leeway-ml/leeway/semconv"
	"github.com/leeway-ml/leeway/stats/multivariate"
)

// sharedData finds the data sets beside the repository.
func sharedData(t *testing.T, name string) string {
	dir, err := os.Getwd()
	require.NoError(t, err)
	for dir != filepath.Dir(dir) {
		path := filepath.Join(filepath.Dir(dir), "shared", "data", name)
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			if _, err := os.Stat(path); err == nil {
				return path
			}
			break
		}
		dir = filepath.Dir(dir)
	}
	t.Skipf("%s is not beside the repository", name)
	return ""
}

// The rows that a profile was made of, sent as events in any form, are counted exactly as the profile counted them.
func TestSummariesOfTheReferenceAreTheProfile(t *testing.T) {
	for _, c := range []struct {
		file    string
		options build.Options
		columns replay.Columns
		where   string
	}{
		{
			"elec2_predictions.csv.gz",
			build.Options{ScoreColumn: "predicted_probability", ClassColumn: "predicted_class", PositiveClass: "UP", IDColumn: "prediction_id"},
			replay.Columns{ID: "prediction_id", Score: "predicted_probability", Class: "predicted_class", Time: "timestamp"},
			"reference",
		},
		{
			"bike_sharing_predictions.csv.gz",
			build.Options{ValueColumn: "predicted_value", IDColumn: "prediction_id"},
			replay.Columns{ID: "prediction_id", Value: "predicted_value", Time: "timestamp"},
			"reference",
		},
		{
			// It has no times; any number will do.
			"adult.csv.gz",
			build.Options{ClassColumn: "class", WithoutTime: true, PositiveClass: ">50K"},
			replay.Columns{Class: "class", Time: "age"},
			"reference",
		},
	} {
		t.Run(c.file, func(t *testing.T) {
			path := sharedData(t, c.file)
			p := buildProfile(t, path, c.options, c.where)
			for i, form := range []replay.InputForm{replay.InputsMap, replay.InputsAttributes, replay.InputsBody} {
				by := *p
				if i > 0 {
					by.Joint = nil // once is enough
				}
				s := sumUp(withoutPanes(summariseFile(t, path, &by, c.columns, form, c.where))...)
				comparesWithProfile(t, p, s)
				if i == 0 {
					comparesWithJoint(t, p, sketchesOf(s))
				}
			}
		})
	}
}

func buildProfile(t *testing.T, path string, o build.Options, split string) *profile.Profile {
	d := build.DefaultOptions()
	d.Model, d.Rhythm, d.WithoutTime = "m", "none", o.WithoutTime
	d.Windows = nil
	d.ScoreColumn, d.ClassColumn, d.ValueColumn, d.IDColumn, d.PositiveClass = o.ScoreColumn, o.ClassColumn, o.ValueColumn, o.IDColumn, o.PositiveClass
	d.Where = []build.Condition{{Column: "split", Value: split}}
	d.Exclude = []string{"split"}
	if !o.WithoutTime {
		d.Exclude = append(d.Exclude, "model_version")
	}
	r, err := build.Build(context.Background(), []string{path}, d)
	require.NoError(t, err)
	return r.Profile
}

func summariseFile(t *testing.T, path string, p *profile.Profile, columns replay.Columns, form replay.InputForm, split string) []pmetric.Metrics {
	sink := &consumertest.MetricsSink{}
	c := start(t, config(nil), serve(p), sink)
	source, err := replay.Open(path, columns.Time, []replay.Filter{{Column: "split", Value: split}}, nil)
	require.NoError(t, err)
	defer source.Close()
	for _, f := range p.Features {
		columns.Features = append(columns.Features, f.Name)
		if f.Type == profile.Categorical {
			columns.Text = append(columns.Text, f.Name)
		}
	}
	encoder := &replay.Encoder{Model: "m", Version: "v1", Columns: columns, Inputs: form}
	for done := false; !done; {
		logs := plog.NewLogs()
		records := logs.ResourceLogs().AppendEmpty().ScopeLogs().AppendEmpty().LogRecords()
		for range 1000 {
			row, err := source.Next()
			if errors.Is(err, io.EOF) {
				done = true
				break
			}
			require.NoError(t, err)
			at := row.Time
			if columns.Time == "age" {
				at = time.Unix(1_700_000_000, 0)
			}
			require.NoError(t, encoder.Prediction(row, at, records.AppendEmpty()))
		}
		require.NoError(t, c.ConsumeLogs(context.Background(), logs))
	}
	require.NoError(t, c.shared.flush(context.Background()))
	return sink.AllMetrics()
}

func comparesWithProfile(t *testing.T, p *profile.Profile, s sums) {
	require.NotEmpty(t, p.Features)
	for _, f := range p.Features {
		require.Equal(t, f.Counts, s.binsOf(f, semconv.MetricFeatureValue, map[string]string{semconv.AttrFeatureName: f.Name}), f.Name)
		missing := map[string]string{semconv.AttrFeatureName: f.Name, semconv.AttrInvalidReason: "missing"}
		require.Equal(t, f.Missing, s.count(semconv.MetricFeatureInvalid, missing, false), f.Name)
		for _, reason := range []string{"type", "non_finite", "out_of_range", "unseen"} {
			missing[semconv.AttrInvalidReason] = reason
			require.Zero(t, s.count(semconv.MetricFeatureInvalid, missing, false), "%s %s", f.Name, reason)
		}
	}
	for _, v := range p.Scores {
		require.Equal(t, v.Counts, s.binsOf(v, semconv.MetricPredictionScore, map[string]string{semconv.AttrClass: v.Name}))
		require.Equal(t, v.Observed(), s.count(semconv.MetricPredictionOdds, map[string]string{semconv.AttrClass: v.Name}, false))
	}
	if p.Value != nil {
		require.Equal(t, p.Value.Counts, s.binsOf(p.Value, semconv.MetricPredictionValue, nil))
	}
	require.Equal(t, p.Provenance.Rows, s.count(semconv.MetricPredictions, nil, false))
}

// withoutPanes makes the points of all panes of the same series alike.
func withoutPanes(all []pmetric.Metrics) []pmetric.Metrics {
	for _, md := range all {
		for _, m := range md.ResourceMetrics().At(0).ScopeMetrics().At(0).Metrics().All() {
			switch m.Type() {
			case pmetric.MetricTypeSum:
				for _, p := range m.Sum().DataPoints().All() {
					p.SetStartTimestamp(0)
				}
			case pmetric.MetricTypeHistogram:
				for _, p := range m.Histogram().DataPoints().All() {
					p.SetStartTimestamp(0)
				}
			case pmetric.MetricTypeExponentialHistogram:
				for _, p := range m.ExponentialHistogram().DataPoints().All() {
					p.SetStartTimestamp(0)
				}
			}
		}
	}
	return all
}

// The means that the profile has of its rows together are those of the sketches.
func comparesWithJoint(t *testing.T, p *profile.Profile, s allSeries) {
	require.NotNil(t, p.Joint)
	all := p.Joint.All
	require.Equal(t, p.Provenance.Rows, all.Count)
	n := float64(all.Count)
	for k := range p.Joint.Frequencies {
		phases := s.of(semconv.MetricJointPhase, "", "", projectionNames[k])
		require.Equal(t, all.Count, phases.count)
		cosine, sine := multivariate.MeanPhase(phases.bins)
		require.InDelta(t, all.Cosines[k], cosine, 1e-6)
		require.InDelta(t, all.Sines[k], sine, 1e-6)
	}
	require.InEpsilon(t, all.Error, s.of(semconv.MetricJointReconstructionError, "", "", "").sum/n, 1e-5) // its components are rounded
	for i, name := range p.Joint.Features {
		require.InDelta(t, all.Residuals[i], s.of(semconv.MetricJointResidual, name, "", "").sum/n, 1e-5)
	}
	pair := 0
	for i, name := range p.Joint.Correlated {
		for _, other := range p.Joint.Correlated[i+1:] {
			require.InDelta(t, all.Products[pair], s.of(semconv.MetricJointProduct, name, other, "").sum/n, 1e-6)
			pair++
		}
	}
}

// binsOf adds up the series of a variable, over the panes, in the variable's own bins.
func (s sums) binsOf(v *profile.Variable, metric string, attributes map[string]string) []uint64 {
	counts := make([]uint64, len(v.Counts))
	if v.Type != profile.Numeric {
		for i := range counts {
			category := profile.Other
			if i < len(v.Categories) {
				category = v.Categories[i]
			}
			attributes[semconv.AttrFeatureCategory] = category
			counts[i] = s.count(semconv.MetricFeatureCategories, attributes, false)
		}
		return counts
	}
next:
	for _, total := range s {
		if total.metric != metric {
			continue
		}
		for k, want := range attributes {
			if total.attributes[k] != want {
				continue next
			}
		}
		for i, n := range total.bins {
			counts[i] += n
		}
	}
	return counts
}
