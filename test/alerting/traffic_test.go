//go:build integration

package alerting

import (
	"bufio"
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.uber.org/zap"

	"github.com/leeway-ml/leeway/internal/replay"
	"github.com/leeway-ml/leeway/semconv"
	"github.com/leeway-ml/leeway/test/prometheustest"
)

// model and version are those of the model under test.
const (
	model   = "watched"
	version = "1"
)

// The features: 16 that follow the hour, 4 with heavy tails, 8 categorical, and two whose composition is the same in every
// five minutes, so that a statistic over any whole number of them has one value. Of the first, the last two go together.
const (
	features      = 30
	heavyFrom     = 16
	categoryFrom  = 20
	steadyNumber  = 28
	steadyLetters = 29
	// pairFirst and pairSecond have the correlation pairCorrelation, beside the hour that both follow.
	pairFirst, pairSecond = 14, 15
	pairCorrelation       = 0.9
)

// Events an hour of the reference and of what is judged. Both give every five minutes a whole number.
const (
	referenceRate = 240
	rate          = 1200
)

var (
	monday        = time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)
	referenceFrom = monday.AddDate(0, 0, -14)
)

// traffic is a stretch of a model's life.
type traffic struct {
	seed      uint64
	from, to  time.Time
	eventRate int
	// steady is the composition of the two steady features: how many of twenty values are 0, 1, 2 and 3.
	steady [4]int
	// drift is when twelve of the features begin to be otherwise; zero for never.
	drift time.Time
	// flips is when the pair begins to go together in the opposite way, while each of the two stays as it is; zero for never.
	flips time.Time
	// gone makes a feature that does not move be missing from then on.
	gone bool
}

// missing is the feature that is missing from the drift on, if one is.
const missing = 13

var (
	referenceMix = [4]int{8, 6, 4, 2}
	currentMix   = [4]int{7, 6, 4, 3}
)

func featureName(i int) string { return fmt.Sprintf("f%02d", i) }

// draw gives all events in the order of time. Categories are numbers, too; score is the last value.
func (s traffic) draw(yield func(at time.Time, values []float64) bool) {
	random := rand.New(rand.NewPCG(s.seed, 1))
	gap := time.Hour / time.Duration(s.eventRate)
	perPane := s.eventRate / 12
	values := make([]float64, features+1)
	mix := make([]float64, 0, 20)
	for value, n := range s.steady {
		for range n {
			mix = append(mix, float64(value))
		}
	}
	for k := 0; ; k++ {
		at := s.from.Add(time.Duration(k) * gap).Add(time.Second)
		if !at.Before(s.to) {
			return
		}
		drifted := !s.drift.IsZero() && !at.Before(s.drift)
		phase := 2 * math.Pi * float64(at.Hour()*60+at.Minute()) / 1440
		for i := range heavyFrom {
			values[i] = random.NormFloat64()
		}
		correlation := pairCorrelation
		if !s.flips.IsZero() && !at.Before(s.flips) {
			correlation = -correlation
		}
		values[pairSecond] = correlation*values[pairFirst] + math.Sqrt(1-correlation*correlation)*values[pairSecond]
		for i := range heavyFrom {
			values[i] += math.Sin(phase + float64(i))
			if drifted && i < 12 {
				values[i] += 1.5
			}
		}
		for i := heavyFrom; i < categoryFrom; i++ {
			values[i] = random.NormFloat64() / math.Sqrt((math.Pow(random.NormFloat64(), 2)+math.Pow(random.NormFloat64(), 2)+math.Pow(random.NormFloat64(), 2))/3)
		}
		for i := categoryFrom; i < steadyNumber; i++ {
			values[i] = math.Floor(6 * random.Float64() * random.Float64())
		}
		values[steadyNumber] = mix[k%perPane%20]
		values[steadyLetters] = mix[(k%perPane+7)%20]
		values[features] = 1 / (1 + math.Exp(2-random.NormFloat64()))
		if !yield(at, values) {
			return
		}
	}
}

func isCategory(i int) bool { return i >= categoryFrom && i < features && i != steadyNumber }

func category(x float64) string { return string(rune('a' + int(x))) }

// writeProfile makes the profile of the reference.
func writeProfile(t *testing.T, folder string) {
	t.Helper()
	rows := filepath.Join(t.TempDir(), "reference.csv")
	file, err := os.Create(rows)
	require.NoError(t, err)
	out := bufio.NewWriterSize(file, 1<<20)
	line := []byte("timestamp,score")
	for i := range features {
		line = append(append(line, ','), featureName(i)...)
	}
	_, err = out.Write(append(line, '\n'))
	require.NoError(t, err)
	reference := traffic{seed: 99, from: referenceFrom, to: monday, eventRate: referenceRate, steady: referenceMix}
	reference.draw(func(at time.Time, values []float64) bool {
		line = strconv.AppendFloat(append(at.AppendFormat(line[:0], time.RFC3339), ','), values[features], 'g', -1, 64)
		for i, x := range values[:features] {
			line = append(line, ',')
			if isCategory(i) {
				line = append(line, category(x)...)
			} else {
				line = strconv.AppendFloat(line, x, 'g', -1, 64)
			}
		}
		_, err = out.Write(append(line, '\n'))
		return err == nil
	})
	require.NoError(t, err)
	require.NoError(t, out.Flush())
	require.NoError(t, file.Close())
	prometheustest.Leewayctl(t, "profile", rows, "--model", model, "--time-column", "timestamp", "--score-column", "score", "--positive-class", "1",
		"--windows", "1h,24h", "--output", filepath.Join(folder, "model.json"), "--quiet")
}

// batchSize is how many events go out in a request.
const batchSize = 500

// send sends the events, in the order of time.
func (s traffic) send(t *testing.T, endpoint string) {
	t.Helper()
	client, err := replay.Connect(t.Context(), replay.Target{Endpoint: endpoint, Protocol: "grpc", Timeout: time.Minute, GiveUp: time.Minute}, zap.NewNop())
	require.NoError(t, err)
	defer client.Close(context.WithoutCancel(t.Context()))
	names := make([]string, features)
	for i := range names {
		names[i] = featureName(i)
	}
	var (
		logs    plog.Logs
		records plog.LogRecordSlice
	)
	renew := func() {
		logs = plog.NewLogs()
		records = logs.ResourceLogs().AppendEmpty().ScopeLogs().AppendEmpty().LogRecords()
		records.EnsureCapacity(batchSize)
	}
	renew()
	s.draw(func(at time.Time, values []float64) bool {
		record := records.AppendEmpty()
		record.SetEventName(semconv.EventPrediction)
		record.SetTimestamp(pcommon.NewTimestampFromTime(at))
		record.Attributes().PutStr(semconv.AttrModelName, model)
		record.Attributes().PutStr(semconv.AttrModelVersion, version)
		record.Attributes().PutDouble(semconv.AttrPredictionScore, values[features])
		inputs := record.Attributes().PutEmptyMap(semconv.AttrInputs)
		inputs.EnsureCapacity(features)
		for i, name := range names {
			switch {
			case i == missing && s.gone && !at.Before(s.drift):
			case isCategory(i):
				inputs.PutStr(name, category(values[i]))
			default:
				inputs.PutDouble(name, values[i])
			}
		}
		if records.Len() == batchSize {
			err = client.Send(t.Context(), logs)
			renew()
		}
		return err == nil
	})
	require.NoError(t, err)
	if records.Len() > 0 {
		require.NoError(t, client.Send(t.Context(), logs))
	}
}
