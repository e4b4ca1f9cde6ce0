package profilesextension

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"github.com/klauspost/compress/gzhttp"
)

// listing is the answer to GET /v1/profiles.
type listing struct {
	Profiles []listed `json:"profiles"`
}

// listed is one profile that is in force.
type listed struct {
	Model string `json:"model"`
	// Version is empty where the profile stands for every version that has none of its own.
	Version string    `json:"version,omitempty"`
	ID      string    `json:"id"`
	Origin  string    `json:"origin"`
	Created time.Time `json:"created"`
	Rows    uint64    `json:"rows"`
	Rhythm  string    `json:"rhythm"`
	Path    string    `json:"path"`
}

const listPath = "/v1/profiles"

// newHandler serves the profiles and the calibrators in force. Answers carry an ETag, which changes exactly when their content does.
func newHandler(current *atomic.Pointer[view], calibrators *atomic.Pointer[calibratorView]) http.Handler {
	mux := http.NewServeMux()
	serveCalibrators(mux, calibrators)
	mux.HandleFunc("GET "+listPath, func(w http.ResponseWriter, r *http.Request) {
		v := current.Load()
		answer(w, r, v.tag, func(body *bytes.Buffer) error {
			list := listing{Profiles: make([]listed, 0, len(v.entries))}
			for _, e := range v.entries {
				p := e.profile
				list.Profiles = append(list.Profiles, listed{
					Model: p.Model, Version: p.Version, ID: e.id, Origin: e.origin.String(),
					Created: p.Created, Rows: p.Provenance.Rows, Rhythm: string(p.Rhythm.Cycle), Path: pathOf(keyOf(p)),
				})
			}
			encoder := json.NewEncoder(body)
			encoder.SetIndent("", "  ")
			return encoder.Encode(list)
		})
	})
	one := func(w http.ResponseWriter, r *http.Request) {
		model, version := r.PathValue("model"), r.PathValue("version")
		e := current.Load().lookup(model, version)
		if e == nil {
			http.Error(w, fmt.Sprintf("no profile for model %q, version %q; GET %s lists those there are", model, version, listPath), http.StatusNotFound)
			return
		}
		answer(w, r, e.id, func(body *bytes.Buffer) error { return e.profile.Write(body) })
	}
	mux.HandleFunc("GET "+listPath+"/{model}", one)
	mux.HandleFunc("GET "+listPath+"/{model}/{version}", one)
	return gzhttp.GzipHandler(mux)
}

// pathOf is where the server has the profile.
func pathOf(k key) string {
	path := listPath + "/" + escape(k.model)
	if k.version != "" {
		path += "/" + escape(k.version)
	}
	return path
}

// escape is url.PathEscape that also keeps "." and ".." from meaning a folder.
func escape(s string) string {
	if s == "." || s == ".." {
		return strings.ReplaceAll(s, ".", "%2E")
	}
	return url.PathEscape(s)
}

// answer writes the JSON, or only says that the client's copy is still good.
func answer(w http.ResponseWriter, r *http.Request, tag string, write func(*bytes.Buffer) error) {
	// Weak, because the same content may come compressed or not.
	tag = `W/"` + tag + `"`
	w.Header().Set("ETag", tag)
	w.Header().Set("Cache-Control", "no-cache")
	if matches(r.Header.Get("If-None-Match"), tag) {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	var body bytes.Buffer
	if err := write(&body); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(body.Bytes())
}

// matches is the weak comparison of RFC 9110, section 13.1.2.
func matches(ifNoneMatch, tag string) bool {
	for candidate := range strings.SplitSeq(ifNoneMatch, ",") {
		candidate = strings.TrimSpace(candidate)
		if candidate == "*" || strings.TrimPrefix(candidate, "W/") == strings.TrimPrefix(tag, "W/") {
			return true
		}
	}
	return false
}
