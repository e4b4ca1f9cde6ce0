// Package ui is the web page that the exporter local_prometheus serves: Leeway's dashboards, the alerts that are active, and
// their runbooks. ui/README.md says how it is built.
package ui

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"slices"
	"strings"
	"sync"

	"github.com/leeway-ml/leeway/dashboards"
	"github.com/leeway-ml/leeway/docs/runbooks"
)

// dist is the page as `make ui` builds it.
//
//go:embed dist
var dist embed.FS

// Handler serves the page at /, and below /content/ what it shows beside the answers of Prometheus' API, which it expects at
// /api/v1/ of the same origin. Everything is embedded; it reads no file and asks no other server.
func Handler() http.Handler { return site() }

// site is made once: it does not change while the program runs.
var site = sync.OnceValue(func() handler {
	h := handler{files: make(map[string]*file)}
	for _, source := range []struct {
		files         fs.FS
		folder, under string
		suffix        string
	}{
		{dist, "dist", "/", ""},
		{dashboards.Files, ".", "/content/dashboards/", ".json"},
		{runbooks.Files, ".", "/content/runbooks/", ".md"},
	} {
		// Neither walking nor reading embedded files fails.
		_ = fs.WalkDir(source.files, source.folder, func(name string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || !strings.HasSuffix(name, source.suffix) {
				return err
			}
			text, err := fs.ReadFile(source.files, name)
			h.files[source.under+strings.TrimPrefix(name, source.folder+"/")] = newFile(name, text)
			return err
		})
	}
	h.files["/content/dashboards/index.json"] = newFile("index.json", index(dashboards.Files))
	return h
})

// Listed is one dashboard of /content/dashboards/index.json.
type Listed struct {
	Name        string `json:"name"` // of its file, below /content/dashboards/
	UID         string `json:"uid"`  // in addresses: /d/UID
	Title       string `json:"title"`
	Description string `json:"description"`
}

// index lists the dashboards, in the order in which they list themselves.
func index(files fs.FS) []byte {
	var ordered []struct{ File string }
	if text, err := fs.ReadFile(files, "index.json"); err == nil {
		_ = json.Unmarshal(text, &ordered) // a test of dashboards checks it
	}
	place := func(name string) int {
		for i, o := range ordered {
			if o.File == name {
				return i
			}
		}
		return len(ordered)
	}
	names, _ := fs.Glob(files, "*.json") // the pattern is good
	slices.SortStableFunc(names, func(a, b string) int { return cmp.Compare(place(a), place(b)) })
	all := make([]Listed, 0, len(names))
	for _, name := range names {
		text, err := fs.ReadFile(files, name)
		listed := Listed{}
		if err == nil && json.Unmarshal(text, &listed) == nil && listed.UID != "" {
			listed.Name = name
			all = append(all, listed)
		}
	}
	text, _ := json.Marshal(all) // strings only
	return text
}

// file is ready to be sent.
type file struct {
	contentType string
	etag        string
	text        []byte
	compressed  []byte // nil where it would not be smaller
}

func newFile(name string, text []byte) *file {
	sum := sha256.Sum256(text)
	f := &file{contentType: cmp.Or(contentTypes[path.Ext(name)], "application/octet-stream"), etag: `"` + base64.RawURLEncoding.EncodeToString(sum[:12]) + `"`, text: text}
	var b bytes.Buffer
	w, _ := gzip.NewWriterLevel(&b, gzip.BestCompression) // the level is good
	_, _ = w.Write(text)                                  // a buffer takes everything
	_ = w.Close()
	if b.Len() < len(text) {
		f.compressed = b.Bytes()
	}
	return f
}

// contentTypes are named here since the machine's own tables may say otherwise.
var contentTypes = map[string]string{
	".css":  "text/css; charset=utf-8",
	".html": "text/html; charset=utf-8",
	".js":   "text/javascript; charset=utf-8",
	".json": "application/json",
	".md":   "text/markdown; charset=utf-8",
	".svg":  "image/svg+xml",
	".txt":  "text/plain; charset=utf-8",
}

type handler struct{ files map[string]*file }

// policy lets the page load from its own origin only. Its scripts write styles by the DOM, which this allows.
const policy = "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; object-src 'none'"

// ServeHTTP implements http.Handler.
func (h handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	header := w.Header()
	header.Set("Content-Security-Policy", policy)
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("Referrer-Policy", "no-referrer")
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		header.Set("Allow", "GET, HEAD")
		http.Error(w, "only GET and HEAD", http.StatusMethodNotAllowed)
		return
	}
	name := r.URL.Path
	if isView(name) {
		name = "/index.html"
	}
	f, ok := h.files[name]
	if !ok {
		http.Error(w, fmt.Sprintf("there is nothing at %s", r.URL.Path), http.StatusNotFound)
		return
	}
	header.Set("Content-Type", f.contentType)
	header.Set("ETag", f.etag)
	header.Set("Vary", "Accept-Encoding")
	header.Set("Cache-Control", "no-cache") // asks each time whether it is still the same
	if strings.HasPrefix(name, "/assets/") {
		header.Set("Cache-Control", "public, max-age=31536000, immutable") // a change has another name
	}
	text := f.text
	if f.compressed != nil && acceptsGzip(r) {
		header.Set("Content-Encoding", "gzip")
		header.Set("ETag", strings.TrimSuffix(f.etag, `"`)+`-gzip"`)
		text = f.compressed
	}
	if r.Header.Get("If-None-Match") == header.Get("ETag") {
		header.Del("Content-Encoding")
		w.WriteHeader(http.StatusNotModified)
		return
	}
	header.Set("Content-Length", fmt.Sprint(len(text)))
	if r.Method == http.MethodGet {
		_, _ = w.Write(text) // whoever went away needs no answer
	}
}

// isView says whether the page itself is at an address, and its script finds out what to show.
func isView(name string) bool {
	return name == "/" || name == "/index.html" || name == "/alerts" || strings.HasPrefix(name, "/d/") || strings.HasPrefix(name, "/runbooks/")
}

func acceptsGzip(r *http.Request) bool {
	for _, encoding := range strings.Split(r.Header.Get("Accept-Encoding"), ",") {
		name, parameter, _ := strings.Cut(strings.TrimSpace(encoding), ";")
		if name == "gzip" || name == "*" {
			return strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(parameter), "q=")) != "0"
		}
	}
	return false
}
