package prometheustest

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const pollInterval = 100 * time.Millisecond

// awaitDeadline is what idle windows and a few scrapes take at most.
const awaitDeadline = 2 * time.Minute

var everyGroup = regexp.MustCompile(`(?m)^( +)interval: \d+m$`)

// Sample is a series and its value at a time.
type Sample struct {
	Metric map[string]string
	// Value is the time in seconds, and the value as text.
	Value [2]any
}

// Query runs an expression that gives a vector.
func (s *Server) Query(t testing.TB, query string) []Sample {
	t.Helper()
	samples, err := s.query(t.Context(), query)
	require.NoError(t, err, query)
	return samples
}

func (s *Server) query(ctx context.Context, query string) ([]Sample, error) {
	var data struct {
		ResultType string
		Result     json.RawMessage
	}
	if err := s.get(ctx, "/api/v1/query?"+url.Values{"query": {query}}.Encode(), &data); err != nil {
		return nil, err
	}
	if data.ResultType != "vector" {
		return nil, fmt.Errorf("the answer is a %s, no vector", data.ResultType)
	}
	var samples []Sample
	return samples, json.Unmarshal(data.Result, &samples)
}

// Await fails the test if the query has no answer for two minutes.
func (s *Server) Await(t testing.TB, query string) {
	t.Helper()
	deadline := time.Now().Add(awaitDeadline)
	for {
		samples, err := s.query(t.Context(), query)
		if len(samples) > 0 {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("no data (%v): %s", err, query)
		}
		time.Sleep(pollInterval)
	}
}

// RulesAreHealthy fails the test for each rule that could not be evaluated.
func (s *Server) RulesAreHealthy(t testing.TB) {
	t.Helper()
	var data struct {
		Groups []struct {
			Rules []struct{ Name, Health, LastError string }
		}
	}
	s.Get(t, "/api/v1/rules", &data)
	require.NotEmpty(t, data.Groups)
	for _, group := range data.Groups {
		for _, r := range group.Rules {
			assert.Equal(t, "ok", r.Health, "%s: %s", r.Name, r.LastError)
		}
	}
}

// Get reads what the API answers for a path, as in /api/v1/rules.
func (s *Server) Get(t testing.TB, path string, to any) {
	t.Helper()
	require.NoError(t, s.get(t.Context(), path, to))
}

func (s *Server) get(ctx context.Context, path string, to any) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, s.URL+path, http.NoBody)
	if err != nil {
		return err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	var answer struct {
		Status, Error string
		Data          json.RawMessage
	}
	if err := json.NewDecoder(response.Body).Decode(&answer); err != nil {
		return err
	}
	if answer.Status != "success" {
		return fmt.Errorf("%s: %s", path, answer.Error)
	}
	return json.Unmarshal(answer.Data, to)
}
