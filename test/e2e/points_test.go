package e2e

import (
	"bufio"
	"fmt"
	"math"
	"os"
	"sort"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/pmetric"
)

// series are statistics by name and attributes ("ml.feature.drift.psi{ml.feature.name=amount,...}"), then by the end of the
// window.
type series map[string]map[time.Time]float64

// readStatistics reads the gauges that a collector's file exporter has written. Re-emissions of a value are later than the
// window's end; keep says which points are wanted.
func readStatistics(t *testing.T, path string, keep func(metric string) bool) series {
	t.Helper()
	all := series{}
	for _, m := range readMetrics(t, path) {
		if m.Type() == pmetric.MetricTypeGauge && keep(m.Name()) {
			all.add(t, m)
		}
	}
	return all
}

// readMetrics reads what a collector's file exporter has written.
func readMetrics(t *testing.T, path string) []pmetric.Metric {
	t.Helper()
	file, err := os.Open(path)
	require.NoError(t, err)
	defer file.Close()
	var all []pmetric.Metric
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, 256<<20)
	for lines.Scan() {
		metrics, err := (&pmetric.JSONUnmarshaler{}).UnmarshalMetrics(lines.Bytes())
		require.NoError(t, err)
		all = append(all, metricsOf(metrics)...)
	}
	require.NoError(t, lines.Err())
	return all
}

func metricsOf(metrics pmetric.Metrics) []pmetric.Metric {
	var all []pmetric.Metric
	for _, resource := range metrics.ResourceMetrics().All() {
		for _, scope := range resource.ScopeMetrics().All() {
			for _, m := range scope.Metrics().All() {
				all = append(all, m)
			}
		}
	}
	return all
}

func (s series) add(t *testing.T, m pmetric.Metric) {
	t.Helper()
	for _, p := range m.Gauge().DataPoints().All() {
		key, at := m.Name()+attributes(p.Attributes()), p.Timestamp().AsTime()
		if s[key] == nil {
			s[key] = map[time.Time]float64{}
		}
		value := p.DoubleValue()
		if p.ValueType() == pmetric.NumberDataPointValueTypeInt {
			value = float64(p.IntValue())
		}
		if before, twice := s[key][at]; twice {
			require.Equal(t, before, value, "%s at %s was said twice, differently", key, at)
		}
		s[key][at] = value
	}
}

func attributes(m pcommon.Map) string {
	var pairs []string
	for k, v := range m.All() {
		pairs = append(pairs, k+"="+v.AsString())
	}
	sort.Strings(pairs)
	return "{" + strings.Join(pairs, ",") + "}"
}

// alike is equality to the last bit. Only where real numbers were added up, of means, losses, errors and products, the last bits may
// differ: floating-point addition is not associative, and agents add up in other groups than one collector alone.
func alike(key string, a, b float64) bool {
	name, _, _ := strings.Cut(key, "{")
	switch {
	case strings.HasPrefix(name, "ml.joint.drift.mmd"), strings.HasSuffix(name, ".detected"): // of counts, and what was decided
	case strings.HasPrefix(name, "ml.joint."), strings.HasPrefix(name, "ml.vector."), strings.HasPrefix(name, "ml.loss.change."):
		return math.Abs(a-b) <= 1e-9*max(1, math.Abs(a))
	}
	if strings.HasSuffix(name, ".mean") || strings.HasSuffix(name, ".mean_shift") || strings.HasPrefix(name, "ml.calibration.") ||
		strings.Contains(name, ".brier_score") || strings.Contains(name, ".log_loss") {
		return math.Abs(a-b) <= 1e-12*max(1, math.Abs(a))
	}
	return a == b || a != a && b != b
}

// differences lists up to ten points in which two sets of statistics are not the same.
func differences(want, got series) []string {
	var all []string
	for key, points := range want {
		for at, value := range points {
			if other, ok := got[key][at]; !ok {
				all = append(all, fmt.Sprintf("%s at %s: %v, and nothing", key, at.Format(time.DateTime), value))
			} else if !alike(key, value, other) {
				all = append(all, fmt.Sprintf("%s at %s: %v and %v", key, at.Format(time.DateTime), value, other))
			}
		}
	}
	for key, points := range got {
		for at, value := range points {
			if _, ok := want[key][at]; !ok {
				all = append(all, fmt.Sprintf("%s at %s: nothing, and %v", key, at.Format(time.DateTime), value))
			}
		}
	}
	sort.Strings(all)
	if len(all) > 10 {
		all = append(all[:10], fmt.Sprintf("and %d more", len(all)-10))
	}
	return all
}
