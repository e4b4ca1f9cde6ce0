package build

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

func TestRhythm(t *testing.T) {
	for hours, want := range map[int]string{71: "none", 72: "day", 21*24 - 1: "day", 21 * 24: "week"} {
		assert.Equal(t, want, string(rhythmFor(time.Duration(hours)*time.Hour)), "%d hours", hours)
	}
}
