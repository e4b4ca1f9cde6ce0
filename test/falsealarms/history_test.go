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
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pmetric"

	"github.com/leeway-ml/leeway/profile"
	"github.com/leeway-ml/leeway/semconv"
)

// prediction is the key of the model's prediction among the features.
const prediction = "(prediction)"

// judgement is what was published of one feature and window.
type judgement struct {
	// drifted is our verdict on the distribution; share that on missing or out-of-range values.
	drifted, share bool
	// psi is that of our rule: against the reference of the same hours. threshold and noise are what it must exceed.
	psi, threshold, noise float64
	// wholePSI and wholeJS are against the whole reference.
	wholePSI, wholeJS float64
}

// setOurs takes what our rule published; statistic is the last part of the metric's name. False for what it doesn't know.
func (j *judgement) setOurs(statistic, verdict string, value float64) bool {
	switch statistic {
	case "detected":
		if verdict == "psi" {
			j.drifted = value == 1
		} else {
			j.share = j.share || value == 1
		}
	case "psi":
		j.psi = value
	case "psi_threshold":
		j.threshold = value
	case "psi_noise":
		j.noise = value
	default:
		return false
	}
	return true
}

// setWhole takes what was published against the whole reference.
func (j *judgement) setWhole(statistic, _ string, value float64) bool {
	switch statistic {
	case "psi":
		j.wholePSI = value
	case "js_distance":
		j.wholeJS = value
	default:
		return false
	}
	return true
}

// track is what was published of one feature, by the end of the window.
type track struct {
	windows map[time.Time]judgement
	// learned is how far PSI strays over the reference's own chunks, by the profile.
	learned profile.Limit
}

// history is what was published, by feature.
type history map[string]*track

// read adds what a file exporter wrote: messages, each after its length.
func (h history) read(t *testing.T, path string, set func(j *judgement, statistic, verdict string, value float64) bool) {
	t.Helper()
	file, err := os.Open(path)
	require.NoError(t, err)
	defer file.Close()
	in := bufio.NewReaderSize(file, 1<<20)
	var message []byte
	for {
		var size uint32
		err := binary.Read(in, binary.BigEndian, &size)
		if errors.Is(err, io.EOF) {
			return
		}
		require.NoError(t, err)
		message = slices.Grow(message[:0], int(size))[:size]
		_, err = io.ReadFull(in, message)
		require.NoError(t, err)
		metrics, err := (&pmetric.ProtoUnmarshaler{}).UnmarshalMetrics(message)
		require.NoError(t, err)
		for _, resource := range metrics.ResourceMetrics().All() {
			for _, scope := range resource.ScopeMetrics().All() {
				for _, m := range scope.Metrics().All() {
					require.True(t, h.add(m, set), "%s was not asked for", m.Name())
				}
			}
		}
	}
}

// add adds the points of one metric; false where it is none that set knows.
func (h history) add(m pmetric.Metric, set func(j *judgement, statistic, verdict string, value float64) bool) bool {
	statistic := m.Name()[strings.LastIndexByte(m.Name(), '.')+1:]
	for _, p := range m.Gauge().DataPoints().All() {
		feature, verdict := prediction, ""
		if name, ok := p.Attributes().Get(semconv.AttrFeatureName); ok {
			feature = name.Str()
		}
		if of, ok := p.Attributes().Get(semconv.AttrDriftStatistic); ok {
			verdict = of.Str()
		}
		if h[feature] == nil {
			h[feature] = &track{windows: map[time.Time]judgement{}}
		}
		end := p.Timestamp().AsTime()
		j, ok := h[feature].windows[end]
		if !ok {
			nan := math.NaN()
			j = judgement{psi: nan, threshold: nan, noise: nan, wholePSI: nan, wholeJS: nan}
		}
		if !set(&j, statistic, verdict, p.DoubleValue()) {
			return false
		}
		h[feature].windows[end] = j
	}
	return true
}

func (h history) features() []string { return slices.Sorted(maps.Keys(h)) }
