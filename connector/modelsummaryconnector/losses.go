package modelsummaryconnector

import "strconv"

// Indices of the losses that there always are; those of the configuration follow.
const (
	lossSquared = iota
	lossAbsolute
	lossOver
	lossUnder
	lossAbsolutePercentage
	lossSymmetricPercentage
	lossGroundTruthSquared
	lossLog
	lossBrier
	fixedLosses
)

var fixedLossNames = [fixedLosses]string{
	"squared", "absolute", "over", "under", "absolute_percentage", "symmetric_percentage", "ground_truth_squared", "log", "brier",
}

// losses are the names of all losses, and where those begin that depend on the configuration.
type losses struct {
	names          []string
	topK, rankingK []int
	// indices of the first of each kind
	firstTop, firstNDCG, firstHit, reciprocalRank int
}

func newLosses(topK, rankingK []int) losses {
	l := losses{names: fixedLossNames[:], topK: topK, rankingK: rankingK}
	l.firstTop = l.append(topK, "top_", "_miss")
	l.firstNDCG = l.append(rankingK, "ndcg_", "")
	l.firstHit = l.append(rankingK, "hit_", "")
	l.reciprocalRank = len(l.names)
	l.names = append(l.names, "reciprocal_rank")
	return l
}

func (l *losses) append(ks []int, before, after string) (first int) {
	first = len(l.names)
	for _, k := range ks {
		l.names = append(l.names, before+strconv.Itoa(k)+after)
	}
	return first
}
