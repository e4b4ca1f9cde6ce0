package notice

import (
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestNotices(t *testing.T) {
	var n Notices
	assert.True(t, n.First("fraud", "late"))
	assert.False(t, n.First("fraud", "late"))
	assert.True(t, n.First("fraud", "future"))
	assert.True(t, n.First("churn", "late"))
	for i := range max {
		n.First(strconv.Itoa(i), "late")
	}
	assert.False(t, n.First("one too many", "late"))
	assert.Equal(t, Overflow, n.Label("one too many", "late"))
	assert.Equal(t, "fraud", n.Label("fraud", "late"))
}
