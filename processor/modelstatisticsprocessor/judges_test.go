package modelstatisticsprocessor

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/leeway-ml/leeway/judge"
	"github.com/leeway-ml/leeway/judge/drift"
	"github.com/leeway-ml/leeway/semconv"
)

type anyJudge interface{ judge.Judge }

// paneReader wants one metric by pane.
type paneReader struct {
	anyJudge
	metric string
}

func (p paneReader) WantsPanes(metric string) bool { return metric == p.metric }

// Panes are told apart for what some judge reads by pane, and for nothing else.
func TestPanesThatAreWanted(t *testing.T) {
	ofDrift, err := drift.New(drift.DefaultConfig())
	require.NoError(t, err)
	assert.Nil(t, byPane([]judge.Judge{ofDrift}))
	wants := byPane([]judge.Judge{ofDrift, paneReader{metric: semconv.MetricOutcomeOdds}, paneReader{metric: semconv.MetricOutcomeLoss}})
	for metric, want := range map[string]bool{
		semconv.MetricOutcomeOdds: true, semconv.MetricOutcomeLoss: true, semconv.MetricFeatureValue: false, semconv.MetricOutcomes: false,
	} {
		assert.Equal(t, want, wants(metric), metric)
	}
}
