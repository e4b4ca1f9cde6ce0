package modelsummaryconnector

import (
	"context"
	"sync/atomic"

	"go.uber.org/zap"
)

// truthWatch sees whether ground truths come that never become outcomes.
type truthWatch struct{ unjoined, outcomes atomic.Uint64 }

// enoughTruths is how many ground truths without a single outcome are no chance.
const enoughTruths = 100

// report adds the tally to the telemetry, and says so where a join seems to be missing.
func (s *summariser) report(ctx context.Context, t *tally) {
	if t.ignored[ignoredGroundTruth] > 0 || t.outcomes > 0 {
		unjoined, outcomes := s.truths.unjoined.Add(t.ignored[ignoredGroundTruth]), s.truths.outcomes.Add(t.outcomes)
		if unjoined >= enoughTruths && outcomes == 0 && s.notices.once(noticeKey{about: "unjoined"}) {
			s.notices.logger.Warn("Ground truths arrive, but no outcomes: nothing is known of the quality of the models. Put the processor ground_truth before this connector, "+
				"and send each ground truth with the ml.model.name and the ml.prediction.id of its prediction", zap.Uint64("ground_truths", unjoined))
		}
	}
	t.report(ctx, s.telemetry)
}
