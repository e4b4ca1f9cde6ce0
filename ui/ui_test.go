package ui

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/leeway-ml/leeway/dashboards"
)

func get(t *testing.T, target string, header ...string) *http.Response {
	r := httptest.NewRequest(http.MethodGet, target, nil)
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	return answer(t, r)
}

func answer(t *testing.T, r *http.Request) *http.Response {
	w := httptest.NewRecorder()
	Handler().ServeHTTP(w, r)
	t.Cleanup(func() { w.Result().Body.Close() })
	return w.Result()
}

func body(t *testing.T, r *http.Response) string {
	text, err := io.ReadAll(r.Body)
	require.NoError(t, err)
	return string(text)
}

func TestHandler(t *testing.T) {
	asset := regexp.MustCompile(`/assets/app-[A-Z0-9]+\.js`).FindString(body(t, get(t, "/")))
	style := regexp.MustCompile(`/assets/style-[A-Z0-9]+\.css`).FindString(body(t, get(t, "/")))
	require.NotEmpty(t, asset)
	require.NotEmpty(t, style)
	const again, forever = "no-cache", "public, max-age=31536000, immutable"
	for _, tt := range []struct {
		path, contentType, cache string
	}{
		{"/", "text/html; charset=utf-8", again},
		{"/d/leeway-model", "text/html; charset=utf-8", again},
		{"/d/leeway-model/model?var-model=x", "text/html; charset=utf-8", again},
		{"/alerts", "text/html; charset=utf-8", again},
		{"/runbooks/LeewayFeatureDrift", "text/html; charset=utf-8", again},
		{"/icon.svg", "image/svg+xml", again},
		{"/licences.txt", "text/plain; charset=utf-8", again},
		{asset, "text/javascript; charset=utf-8", forever},
		{style, "text/css; charset=utf-8", forever},
		{"/content/dashboards/index.json", "application/json", again},
		{"/content/dashboards/model.json", "application/json", again},
		{"/content/runbooks/LeewayFeatureDrift.md", "text/markdown; charset=utf-8", again},
	} {
		t.Run(tt.path, func(t *testing.T) {
			r := get(t, tt.path)
			assert.Equal(t, http.StatusOK, r.StatusCode)
			assert.Equal(t, tt.contentType, r.Header.Get("Content-Type"))
			assert.Equal(t, tt.cache, r.Header.Get("Cache-Control"))
			assert.Equal(t, "nosniff", r.Header.Get("X-Content-Type-Options"))
			assert.Contains(t, r.Header.Get("Content-Security-Policy"), "default-src 'self';")
			plain := body(t, r)
			assert.NotEmpty(t, plain)

			second := get(t, tt.path, "If-None-Match", r.Header.Get("ETag"))
			assert.Equal(t, http.StatusNotModified, second.StatusCode)
			assert.Empty(t, body(t, second))

			head := answer(t, httptest.NewRequest(http.MethodHead, tt.path, nil))
			assert.Equal(t, http.StatusOK, head.StatusCode)
			assert.Empty(t, body(t, head))

			zipped := get(t, tt.path, "Accept-Encoding", "br, gzip;q=0.8")
			if zipped.Header.Get("Content-Encoding") == "gzip" {
				assert.NotEqual(t, r.Header.Get("ETag"), zipped.Header.Get("ETag"))
				reader, err := gzip.NewReader(zipped.Body)
				require.NoError(t, err)
				text, err := io.ReadAll(reader)
				require.NoError(t, err)
				assert.Equal(t, plain, string(text))
			} else {
				assert.Less(t, len(plain), 1000)
			}
			assert.Empty(t, get(t, tt.path, "Accept-Encoding", "gzip;q=0").Header.Get("Content-Encoding"))
		})
	}
}

func TestHandlerRefuses(t *testing.T) {
	for _, path := range []string{"/nothing", "/assets/app.js", "/assets/", "/content/", "/content/dashboards/../../ui.go", "/api/v1/query", "/dist/index.html"} {
		assert.Equal(t, http.StatusNotFound, get(t, path).StatusCode, path)
	}
	r := answer(t, httptest.NewRequest(http.MethodPost, "/", nil))
	assert.Equal(t, http.StatusMethodNotAllowed, r.StatusCode)
	assert.Equal(t, "GET, HEAD", r.Header.Get("Allow"))
}

// TestDashboards: the page lists every dashboard, and gets exactly what Grafana would import.
func TestDashboards(t *testing.T) {
	var listed []Listed
	require.NoError(t, json.Unmarshal([]byte(body(t, get(t, "/content/dashboards/index.json"))), &listed))
	require.NotEmpty(t, listed)
	names := make(map[string]bool)
	for _, l := range listed {
		names[l.Name] = true
		want, err := fs.ReadFile(dashboards.Files, l.Name)
		require.NoError(t, err)
		assert.Equal(t, string(want), body(t, get(t, "/content/dashboards/"+l.Name)))
		assert.NotEmpty(t, l.UID)
		assert.NotEmpty(t, l.Title)
		assert.NotEmpty(t, l.Description)
	}
	files, err := fs.Glob(dashboards.Files, "*.json")
	require.NoError(t, err)
	for _, f := range files {
		if f != "index.json" {
			assert.True(t, names[f], "%s is not listed", f)
		}
	}
}

// TestRunbooks: every runbook is there for the page.
func TestRunbooks(t *testing.T) {
	files, err := filepath.Glob("../docs/runbooks/*.md")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, f := range files {
		want, err := os.ReadFile(f)
		require.NoError(t, err)
		assert.Equal(t, string(want), body(t, get(t, "/content/runbooks/"+filepath.Base(f))))
	}
}

// TestWeight: what a browser loads before it draws anything. A library that breaks the budget is to be argued for in ui/README.md.
func TestWeight(t *testing.T) {
	const budget = 110_000 // bytes, compressed
	sum := 0
	files, err := fs.Glob(dist, "dist/assets/*")
	require.NoError(t, err)
	require.Len(t, files, 2, "one script and one style sheet")
	for _, f := range append(files, "dist/index.html") {
		text, err := fs.ReadFile(dist, f)
		require.NoError(t, err)
		var b bytes.Buffer
		w := gzip.NewWriter(&b)
		_, err = w.Write(text)
		require.NoError(t, err)
		require.NoError(t, w.Close())
		sum += b.Len()
	}
	assert.Less(t, sum, budget)
	t.Logf("%d bytes, compressed", sum)
}

// TestLockFile: whoever builds the page gets the packages from the registry that their npm knows, and with a digest.
func TestLockFile(t *testing.T) {
	text, err := os.ReadFile("package-lock.json")
	require.NoError(t, err)
	var lock struct {
		Packages map[string]struct{ Version, Resolved, Integrity string }
	}
	require.NoError(t, json.Unmarshal(text, &lock))
	for name, p := range lock.Packages {
		if name != "" {
			assert.Empty(t, p.Resolved, name)
			assert.NotEmpty(t, p.Integrity, name)
		}
	}
}
