package quality

// Recall is the share of the class that was found, TP / (TP + FN), 0..1; NaN where it was never true. Also called sensitivity,
// or true positive rate. Exact.
//
// Source: scikit-learn, recall_score.
func Recall(c *Confusion, class int) float64 { return c.hits[class] / c.truth[class] }

// RecallInterval is Wilson's, given how often the class was true.
func RecallInterval(c *Confusion, class int) Interval { return Wilson(c.hits[class], c.truth[class]) }
