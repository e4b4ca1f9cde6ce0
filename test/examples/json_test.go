//go:build integration

package examples

import (
	"io"
	"net/http"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/leeway-ml/leeway/semconv"
	"github.com/leeway-ml/leeway/test/leewaytest"
)

var curl = regexp.MustCompile(`(?ms)^curl localhost:4318(\S+) -H 'Content-Type: application/json' -d '(.*?)'$`)

// TestEventOfCurl sends the JSON that docs/send-predictions.md shows.
func TestEventOfCurl(t *testing.T) {
	document := read(t, filepath.Join(leewaytest.Repository(t), "docs", "send-predictions.md"))
	found := curl.FindStringSubmatch(document)
	require.NotNil(t, found)
	body := strings.Replace(found[2], "'$(date +%s)'", strconv.FormatInt(time.Now().Unix(), 10), 1)

	c := startCollector(t, t.TempDir())
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://"+c.OTLPHTTP+found[1], strings.NewReader(body))
	require.NoError(t, err)
	request.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(request)
	require.NoError(t, err)
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, response.StatusCode, "%s", answer)

	m := c.awaitSamples(t, "fraud", 1, "feature", "prediction")
	n, _ := m.find("ml_predictions_total", "ml_model_name", "fraud")
	assert.InDelta(t, 1, n, 0)
	c.requireNothingRefused(t, 1, 0)
	c.Stop(t)
	for _, records := range c.received(t) {
		inputs, _ := records.LogRecords().At(0).Attributes().Get(semconv.AttrInputs)
		assert.Equal(t, map[string]any{"amount": 12.5, "country": "DE"}, inputs.Map().AsRaw())
	}
}
