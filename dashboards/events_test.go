//go:build integration

package dashboards

import (
	"bytes"
	"compress/gzip"
	"encoding/csv"
	"encoding/json"
	"math"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/plog/plogotlp"

	"github.com/leeway-ml/leeway/semconv"
	"github.com/leeway-ml/leeway/test/leewaytest"
)

// withVectors has the flights, and with each a vector that a model might be given, as a file of JSON lines.
func withVectors(t *testing.T, flights string) string {
	file, err := os.Open(flights)
	require.NoError(t, err)
	defer file.Close()
	unzipped, err := gzip.NewReader(file)
	require.NoError(t, err)
	rows, err := csv.NewReader(unzipped).ReadAll()
	require.NoError(t, err)
	path := filepath.Join(t.TempDir(), "flights.jsonl")
	to, err := os.Create(path)
	require.NoError(t, err)
	out := json.NewEncoder(to)
	for i, row := range rows[1:] {
		line := map[string]any{"embedding": []float64{math.Sin(float64(i)), math.Cos(float64(i)), math.Sin(3 * float64(i))}}
		for c, name := range rows[0] {
			switch x, err := strconv.ParseFloat(row[c], 64); {
			case row[c] == "":
			case err == nil:
				line[name] = x
			default:
				line[name] = row[c]
			}
		}
		require.NoError(t, out.Encode(line))
	}
	require.NoError(t, to.Close())
	return path
}

// sendVectors sends predictions whose vectors are elsewhere than the reference's.
func sendVectors(t *testing.T, collector *leewaytest.Collector, moment string) {
	logs := plog.NewLogs()
	records := logs.ResourceLogs().AppendEmpty().ScopeLogs().AppendEmpty().LogRecords()
	at, err := time.Parse(time.RFC3339, moment)
	require.NoError(t, err)
	for i := range 200 {
		r := records.AppendEmpty()
		r.SetEventName(semconv.EventPrediction)
		r.SetTimestamp(pcommon.NewTimestampFromTime(at))
		r.Attributes().PutStr(semconv.AttrModelName, "flight-delay")
		r.Attributes().PutStr(semconv.AttrModelVersion, "1")
		vector := r.Attributes().PutEmptySlice(semconv.AttrInputPrefix + "embedding")
		for c := range 3 {
			vector.AppendEmpty().SetDouble(3 + math.Sin(float64(i*(c+1))))
		}
	}
	post(t, collector, logs)
}

// sendWrong sends events that make a collector count what it can't use, each in another way; and what a user says of a flight.
func sendWrong(t *testing.T, collector *leewaytest.Collector, flight string) {
	logs := plog.NewLogs()
	records := logs.ResourceLogs().AppendEmpty().ScopeLogs().AppendEmpty().LogRecords()
	event := func(name, at, model string) plog.LogRecord {
		r := records.AppendEmpty()
		r.SetEventName(name)
		moment, err := time.Parse(time.RFC3339, at)
		require.NoError(t, err)
		r.SetTimestamp(pcommon.NewTimestampFromTime(moment))
		if model != "" {
			r.Attributes().PutStr(semconv.AttrModelName, model)
			r.Attributes().PutStr(semconv.AttrModelVersion, "1")
		}
		return r
	}
	const last = "2013-09-01T03:59:55Z" // after the replay, and soon before a pane's end, as time goes on with the clock
	event(semconv.EventPrediction, last, "")
	event(semconv.EventGroundTruth, last, "flight-delay")
	event(semconv.EventPrediction, "2013-07-01T00:00:00Z", "flight-delay")                                                                   // too old
	event(semconv.EventPrediction, "2013-08-31T00:00:00Z", "flight-delay").Attributes().PutDouble(semconv.AttrInputPrefix+"temperature", 70) // late
	event(semconv.EventPrediction, "2100-01-01T00:00:00Z", "flight-delay")

	r := event(semconv.EventPrediction, last, "flight-delay")
	r.Attributes().PutDouble(semconv.AttrPredictionDuration, 0.02)
	r.Attributes().PutDouble(semconv.AttrPredictionScore, 7)
	r.Attributes().PutStr(semconv.AttrInputPrefix+"temperature", "warm")
	r.Attributes().PutDouble(semconv.AttrInputPrefix+"humidity", math.NaN())
	r.Attributes().PutDouble(semconv.AttrInputPrefix+"new", 1)
	r.Attributes().PutDouble(semconv.AttrInputPrefix+"newer", 1) // beyond max_features
	r.SetDroppedAttributesCount(3)
	// A model without a profile.
	event(semconv.EventPrediction, last, "unknown").Attributes().PutDouble(semconv.AttrInputPrefix+"x", 1)

	const later = "2013-08-30T20:00:00Z"
	r = event(semconv.EventFeedback, later, "flight-delay")
	r.Attributes().PutStr(semconv.AttrPredictionID, flight)
	r.Attributes().PutStr(semconv.AttrFeedbackName, "helpful")
	r.Attributes().PutDouble(semconv.AttrFeedbackScoreValue, 0.5)
	for _, id := range []string{flight, "nobody"} { // a second label, and one of a flight that never was
		r = event(semconv.EventGroundTruth, later, "flight-delay")
		r.Attributes().PutStr(semconv.AttrPredictionID, id)
		r.Attributes().PutStr(semconv.AttrGroundTruthClass, "late")
	}

	post(t, collector, logs)
}

func post(t *testing.T, collector *leewaytest.Collector, logs plog.Logs) {
	body, err := plogotlp.NewExportRequestFromLogs(logs).MarshalProto()
	require.NoError(t, err)
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://"+collector.OTLPHTTP+"/v1/logs", bytes.NewReader(body))
	require.NoError(t, err)
	request.Header.Set("Content-Type", "application/x-protobuf")
	response, err := http.DefaultClient.Do(request)
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())
	require.Equal(t, http.StatusOK, response.StatusCode)
}
