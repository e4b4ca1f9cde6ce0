package quality

// Accuracy is the share of right classes, right / n, 0..1. Exact.
//
// Source: scikit-learn, accuracy_score.
func Accuracy(c *Confusion) float64 { return c.right / c.n }

// AccuracyInterval is Wilson's.
func AccuracyInterval(c *Confusion) Interval { return Wilson(c.right, c.n) }
