package profilesextension

import (
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/leeway-ml/leeway/profile"
)

func serving(t *testing.T, c *catalog) *httptest.Server {
	server := httptest.NewServer(newHandler(&c.view, &quietCalibrators(t, 10).view))
	t.Cleanup(server.Close)
	return server
}

// get asks without the client's own handling of compression.
func get(t *testing.T, url string, header ...string) (*http.Response, string) {
	t.Helper()
	request, err := http.NewRequest(http.MethodGet, url, nil)
	require.NoError(t, err)
	for i := 0; i < len(header); i += 2 {
		request.Header.Set(header[i], header[i+1])
	}
	transport := &http.Transport{DisableCompression: true}
	defer transport.CloseIdleConnections()
	response, err := (&http.Client{Transport: transport}).Do(request)
	require.NoError(t, err)
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	return response, string(body)
}

func TestListing(t *testing.T) {
	c := newCatalog(100)
	server := serving(t, c)
	response, body := get(t, server.URL+"/v1/profiles")
	assert.Equal(t, "{\n  \"profiles\": []\n}\n", body)
	empty := response.Header.Get("ETag")

	c.add(newEntry(example("fraud", "", 10), fromLearning, "learned"))
	c.add(newEntry(example("a/b c", "1.0+x", 20), fromDirectory, "a.json"))
	response, body = get(t, server.URL+"/v1/profiles", "If-None-Match", empty)
	assert.Equal(t, http.StatusOK, response.StatusCode)
	assert.Equal(t, "application/json", response.Header.Get("Content-Type"))
	assert.Equal(t, `{
  "profiles": [
    {
      "model": "a/b c",
      "version": "1.0+x",
      "id": "`+example("a/b c", "1.0+x", 20).ID()+`",
      "origin": "directory",
      "created": "2026-01-01T00:00:00Z",
      "rows": 20,
      "rhythm": "none",
      "path": "/v1/profiles/a%2Fb%20c/1.0+x"
    },
    {
      "model": "fraud",
      "id": "`+example("fraud", "", 10).ID()+`",
      "origin": "learned",
      "created": "2026-01-01T00:00:00Z",
      "rows": 10,
      "rhythm": "none",
      "path": "/v1/profiles/fraud"
    }
  ]
}
`, body)

	response, body = get(t, server.URL+"/v1/profiles", "If-None-Match", `"other", `+response.Header.Get("ETag"))
	assert.Equal(t, http.StatusNotModified, response.StatusCode)
	assert.Empty(t, body)
}

func TestOneProfile(t *testing.T) {
	c := newCatalog(100)
	server := serving(t, c)
	for _, p := range []struct{ model, version string }{{"fraud", ""}, {"fraud", "3"}, {"a/b c", "1.0+x"}, {"..", "."}, {"größe", "%2F"}} {
		c.add(newEntry(example(p.model, p.version, 10), fromDirectory, "x.json"))
	}
	for _, e := range c.view.Load().entries {
		response, body := get(t, server.URL+pathOf(keyOf(e.profile)))
		require.Equal(t, http.StatusOK, response.StatusCode, pathOf(keyOf(e.profile)))
		assert.Equal(t, string(text(t, e.profile)), body)
		assert.Equal(t, `W/"`+e.id+`"`, response.Header.Get("ETag"))
		response, _ = get(t, server.URL+pathOf(keyOf(e.profile)), "If-None-Match", response.Header.Get("ETag"))
		assert.Equal(t, http.StatusNotModified, response.StatusCode)
	}
	_, body := get(t, server.URL+"/v1/profiles/fraud/4")
	assert.Equal(t, string(text(t, example("fraud", "", 10))), body, "the one for every version")

	response, body := get(t, server.URL+"/v1/profiles/churn")
	assert.Equal(t, http.StatusNotFound, response.StatusCode)
	assert.Equal(t, "no profile for model \"churn\", version \"\"; GET /v1/profiles lists those there are\n", body)
	response, err := http.Post(server.URL+"/v1/profiles/fraud", "application/json", nil)
	require.NoError(t, err)
	response.Body.Close()
	http.DefaultClient.CloseIdleConnections()
	assert.Equal(t, http.StatusMethodNotAllowed, response.StatusCode)
}

// What is served is all of the profile: importances, the joint reference and vectors too.
func TestServedProfileIsWhole(t *testing.T) {
	want, err := profile.ReadFile("../../profile/testdata/sample.json")
	require.NoError(t, err)
	require.NotNil(t, want.Joint)
	require.NotEmpty(t, want.Vectors)
	importance := 0.5
	want.Features[0].Importance = &importance
	c := newCatalog(100)
	server := serving(t, c)
	c.add(newEntry(want, fromDirectory, "sample.json"))
	_, body := get(t, server.URL+"/v1/profiles/fraud/3")
	have, err := profile.Read(strings.NewReader(body))
	require.NoError(t, err)
	assert.Equal(t, want, have)
	assert.Equal(t, want.ID(), have.ID())
}

func TestCompressedAnswer(t *testing.T) {
	c := newCatalog(100)
	p := example("fraud", "", 10)
	for range 60 { // small answers are not worth it
		v := *p.Features[0]
		v.Name += string(rune('a'+len(p.Features)%26)) + string(rune('a'+len(p.Features)/26))
		p.Features = append(p.Features, &v)
	}
	c.add(newEntry(p, fromDirectory, "x.json"))
	server := serving(t, c)
	request, err := http.NewRequest(http.MethodGet, server.URL+"/v1/profiles/fraud", nil)
	require.NoError(t, err)
	request.Header.Set("Accept-Encoding", "gzip")
	transport := &http.Transport{DisableCompression: true}
	defer transport.CloseIdleConnections()
	response, err := transport.RoundTrip(request)
	require.NoError(t, err)
	defer response.Body.Close()
	assert.Equal(t, "gzip", response.Header.Get("Content-Encoding"))
	assert.Equal(t, `W/"`+p.ID()+`"`, response.Header.Get("ETag"))
	reader, err := gzip.NewReader(response.Body)
	require.NoError(t, err)
	body, err := io.ReadAll(reader)
	require.NoError(t, err)
	assert.Equal(t, string(text(t, p)), string(body))
}
