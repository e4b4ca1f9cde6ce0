package loss

import "math"

// NDCG is the normalised discounted cumulative gain of the first k items of a ranking,
//
//	DCG(ranked) / DCG(ideal), DCG = sum over the first k items of gain / log2(1 + rank), rank = 1, 2 ...,
//
// 0..1, larger is better; 0 where nothing is relevant. Gains are linear, as in scikit-learn: for 2^relevance - 1 send that as
// the gain. ranked has the gain of each item of the ranking, best first; ideal the greatest gains that there were to be had,
// greatest first, of items that the ranking lacks too. Gains are at least 0.
//
// Source: Järvelin & Kekäläinen, Cumulated gain-based evaluation of IR techniques, ACM TOIS 20, 2002; scikit-learn, ndcg_score.
func NDCG(ranked, ideal []float64, k int) float64 {
	best := dcg(ideal, k)
	if best == 0 {
		return 0
	}
	return min(dcg(ranked, k)/best, 1) // above 1 by rounding only
}

func dcg(gains []float64, k int) float64 {
	sum := 0.0
	for i, gain := range gains[:min(k, len(gains))] {
		sum += gain / math.Log2(float64(i+2))
	}
	return sum
}

// ReciprocalRank is 1 / the rank of the first relevant item (gain above 0) of a ranking, 0 where there is none; 0..1, larger is
// better. Its mean is the mean reciprocal rank.
//
// Source: Voorhees, The TREC-8 Question Answering Track Report, 1999.
func ReciprocalRank(ranked []float64) float64 {
	for i, gain := range ranked {
		if gain > 0 {
			return 1 / float64(i+1)
		}
	}
	return 0
}

// Hit is 1 where a relevant item (gain above 0) is among the first k of a ranking, else 0; larger is better. Its mean is the
// hit rate at k.
//
// Source: Deshpande & Karypis, Item-based top-N recommendation algorithms, ACM TOIS 22, 2004.
func Hit(ranked []float64, k int) float64 {
	for _, gain := range ranked[:min(k, len(ranked))] {
		if gain > 0 {
			return 1
		}
	}
	return 0
}
