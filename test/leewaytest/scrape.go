package leewaytest

import (
	"fmt"
	"io"
	"net/http"
	"testing"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
)

// Scrape reads the Prometheus metrics at an address (host:port), as in c.Scrape(t, c.Prometheus).
func (c *Collector) Scrape(t testing.TB, address string) map[string]*dto.MetricFamily {
	t.Helper()
	families, err := scrape(t, address)
	if err != nil {
		t.Fatal(err)
	}
	return families
}

func scrape(t testing.TB, address string) (map[string]*dto.MetricFamily, error) {
	url := "http://" + address + "/metrics"
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, http.NoBody)
	if err != nil {
		return nil, err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		body, _ := io.ReadAll(io.LimitReader(response.Body, 1000))
		return nil, fmt.Errorf("%s: %s: %s", url, response.Status, body)
	}
	parser := expfmt.NewTextParser(model.UTF8Validation)
	families, err := parser.TextToMetricFamilies(response.Body)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", url, err)
	}
	return families, nil
}
