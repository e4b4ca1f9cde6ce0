package falsealarms

import (
	"bufio"
	"encoding/binary"
	"errors"
	"io"
	"maps"
	"math"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pmetric"

	"github.com/leeway-ml/leeway/semconv"
)

// prediction is the key of the model's prediction among the features.
const prediction = "(prediction)"

// judgement is what was published of one feature and window.
type judgement struct {
	// drifted is our verdict on the distribution; share that on missing or out-of-range values.
	drifted, share bool
	// psi and ks are against the whole reference; NaN where nothing was published.
	psi, ks float64
}

// history is what was published, by feature and the end of the window.
type history map[string]map[time.Time]judgement

// read adds what a file exporter wrote: messages, each after its length.
func (h history) read(t *testing.T, path string) {
	t.Helper()
	file, err := os.Open(path)
	require.NoError(t, err)
	defer file.Close()
	in := bufio.NewReaderSize(file, 1<<20)
	var message []byte
	for {
		var size uint32
		if err := binary.Read(in, binary.BigEndian, &size); errors.Is(err, io.EOF) {
			return
		} else if err != nil {
			require.NoError(t, err)
		}
		message = slices.Grow(message[:0], int(size))[:size]
		_, err := io.ReadFull(in, message)
		require.NoError(t, err)
		metrics, err := (&pmetric.ProtoUnmarshaler{}).UnmarshalMetrics(message)
		require.NoError(t, err)
		for _, resource := range metrics.ResourceMetrics().All() {
			for _, scope := range resource.ScopeMetrics().All() {
				for _, m := range scope.Metrics().All() {
					h.add(t, m)
				}
			}
		}
	}
}

func (h history) add(t *testing.T, m pmetric.Metric) {
	for _, p := range m.Gauge().DataPoints().All() {
		feature := prediction
		if name, ok := p.Attributes().Get(semconv.AttrFeatureName); ok {
			feature = name.Str()
		}
		of := h[feature]
		if of == nil {
			of = map[time.Time]judgement{}
			h[feature] = of
		}
		end := p.Timestamp().AsTime()
		j, ok := of[end]
		if !ok {
			j = judgement{psi: math.NaN(), ks: math.NaN()}
		}
		switch m.Name() {
		case semconv.Drift("feature", "detected"), semconv.Drift("prediction", "detected"):
			verdict, _ := p.Attributes().Get(semconv.AttrDriftStatistic)
			if detected := p.DoubleValue() == 1; verdict.Str() == "psi" {
				j.drifted = detected
			} else {
				j.share = j.share || detected
			}
		case semconv.Drift("feature", "psi"), semconv.Drift("prediction", "psi"):
			j.psi = p.DoubleValue()
		case semconv.Drift("feature", "ks_statistic"), semconv.Drift("prediction", "ks_statistic"):
			j.ks = p.DoubleValue()
		default:
			require.Fail(t, "not asked for", m.Name())
		}
		of[end] = j
	}
}

func (h history) features() []string { return slices.Sorted(maps.Keys(h)) }
