package profile

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

func TestChunkStep(t *testing.T) {
	for length, want := range map[time.Duration]time.Duration{
		30 * time.Minute: 30 * time.Minute, time.Hour: time.Hour, 2 * time.Hour: time.Hour, 3 * time.Hour: time.Hour, 6 * time.Hour: 2 * time.Hour,
		10 * time.Hour: 2 * time.Hour, 12 * time.Hour: 3 * time.Hour, 24 * time.Hour: 6 * time.Hour, 168 * time.Hour: 42 * time.Hour,
	} {
		assert.Equal(t, want, ChunkStep(length), "%v", length)
	}
}
