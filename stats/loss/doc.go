// Package loss says what one outcome costs: how far one prediction was from what turned out to be true. Losses are summed
// and divided by their count; sums of them add up over time and over replicas, and are exact but for rounding.
//
// Smaller is better, but for rankings: NDCG, ReciprocalRank and Hit are better where they are larger.
package loss
