package main

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/leeway-ml/leeway/internal/window"
	"github.com/leeway-ml/leeway/profile"
	"github.com/leeway-ml/leeway/test/leewaytest"
)

var debugPoint = regexp.MustCompile(`(?m)^(ml\.feature\.\w+)(?:\.(\w+))?\{(.*)\} (?:count=)?(\S+)`)

// TestPipelinesCount: what is measured does its work. Each feature is counted once for each prediction sent.
func TestPipelinesCount(t *testing.T) {
	t.Chdir(leewaytest.Repository(t))
	binary, err := buildCollector(t.Context())
	require.NoError(t, err)
	b := &bench{folder: t.TempDir()}
	s := shape{models: 1, numeric: 3}
	profiles, err := b.profilesOf(t.Context(), s)
	require.NoError(t, err)
	reference, err := profile.ReadFile(profiles + "/model_00.json")
	require.NoError(t, err)
	requests, err := s.requests()
	require.NoError(t, err)
	const sent = 5
	whole := float64(sent * batchSize)

	for _, test := range []struct {
		pipeline pipeline
		want     map[string]float64 // by metric and feature
	}{
		{leewayPipeline(profiles, ""), map[string]float64{
			"bins feature_00": whole, "bins feature_01": whole, "bins feature_02": whole,
		}},
		{leewayPipeline(profiles, "segments: [[country]]"), map[string]float64{
			"bins feature_00": 2 * whole, "bins feature_01": 2 * whole, "bins feature_02": 2 * whole,
		}},
		{signalToMetrics(s, func(feature string) []float64 { return reference.Feature(feature).Bounds }), map[string]float64{
			"value feature_00": whole, "value feature_01": whole, "value feature_02": whole,
		}},
	} {
		test.pipeline.debug = true
		c, err := startCollector(binary, t.TempDir(), test.pipeline)
		require.NoError(t, err)
		err = send(t.Context(), c.otlp, requests, sent, 2)
		_ = c.stop() // says that something was printed
		require.NoError(t, err)
		got := map[string]float64{}
		for _, m := range debugPoint.FindAllStringSubmatch(c.log.String(), -1) {
			metric, feature := strings.TrimPrefix(m[1], "ml.feature."), m[2]
			if feature == "" {
				_, rest, _ := strings.Cut(m[3], "ml.feature.name=")
				feature, _, _ = strings.Cut(rest, ",")
			}
			if metric == "value" || metric == "bins" {
				n, err := strconv.ParseFloat(m[4], 64)
				require.NoError(t, err, m[0])
				got[metric+" "+feature] += n
			}
		}
		assert.Equal(t, test.want, got, "%s:\n%s", test.pipeline.name, c.logged())
	}
}

// TestMoments: there is one in every pane of the windows of the present.
func TestMoments(t *testing.T) {
	now := time.Date(2026, 3, 4, 5, 6, 7, 8, time.UTC)
	all := moments(now)
	for _, d := range window.Defaults() {
		missing := []time.Time{}
		for end := now.Truncate(d.Every); now.Sub(end) < d.Length-d.Every; end = end.Add(-d.Every) {
			if !slices.ContainsFunc(all, func(at time.Time) bool { return !at.Before(end.Add(-d.Every)) && at.Before(end) }) {
				missing = append(missing, end)
			}
		}
		assert.Empty(t, missing, d.Name)
	}
}

func TestProcessorTime(t *testing.T) {
	const stat = "42 (a (b) c) S 1 42 42 0 -1 4194560 1000 0 10 0 123 45 6 7 20 0 9 0 100 1000000 500"
	used, err := parseProcessorTime(stat)
	require.NoError(t, err)
	assert.Equal(t, 1680*time.Millisecond, used)
	_, err = parseProcessorTime("42 (a) S 1")
	assert.ErrorContains(t, err, "not as expected")
}

func TestReadNumbers(t *testing.T) {
	const status = "Name:\tcollector\nVmHWM:\t  2048 kB\nVmRSS:\t  1024 kB\n"
	values, err := readNumbers(strings.NewReader(status), "VmRSS:", "VmHWM:")
	require.NoError(t, err)
	assert.Equal(t, map[string]int64{"VmRSS:": 1024, "VmHWM:": 2048}, values)
	_, err = readNumbers(strings.NewReader(status), "VmRSS:", "VmSwap:")
	assert.ErrorContains(t, err, "VmSwap:")
}

func TestMedian(t *testing.T) {
	numbers := []float64{5, 1, 4, 2}
	assert.InDelta(t, 3, medianOf(4, func(i int) float64 { return numbers[i] }), 0)
	assert.InDelta(t, 4, medianOf(3, func(i int) float64 { return numbers[i] }), 0)
}
