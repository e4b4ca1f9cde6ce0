package profile

import "time"

// ChunkStep is how far the beginnings of two chunks of the reference are apart, when limits are learned: a quarter of their
// length, or as near to it as makes whole hours of which the length is a multiple. Chunks overlap because windows slide: over
// the worst stretch of the reference a window passes whole, while chunks side by side may cut it in two.
func ChunkStep(length time.Duration) time.Duration {
	for _, steps := range []time.Duration{4, 3, 5, 2} {
		if length%(steps*time.Hour) == 0 {
			return length / steps
		}
	}
	return length
}
