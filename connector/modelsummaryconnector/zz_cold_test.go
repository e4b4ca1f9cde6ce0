package modelsummaryconnector

import (
	"context"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/plog/plogotlp"
)

func cpu() int64 {
	var r syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_THREAD, &r)
	return r.Utime.Nano() + r.Stime.Nano()
}

func BenchmarkCold(b *testing.B) {
	c := benchConnector(b, true, nil)
	var bodies [][]byte
	for range 16 {
		body, err := plogotlp.NewExportRequestFromLogs(predictions(benchBatch, true)).MarshalProto()
		require.NoError(b, err)
		bodies = append(bodies, body)
	}
	var used int64
	b.ResetTimer()
	for n := 0; n < b.N; n += benchBatch {
		r := plogotlp.NewExportRequest()
		require.NoError(b, r.UnmarshalProto(bodies[n/benchBatch%16]))
		a := cpu()
		require.NoError(b, c.ConsumeLogs(context.Background(), r.Logs()))
		used += cpu() - a
	}
	b.ReportMetric(float64(used)/float64(b.N), "cpu-ns/op")
}
