package profilesextension

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"sync/atomic"
	"time"
)

// calibratorListing is the answer to GET /v1/calibrators.
type calibratorListing struct {
	Calibrators []listedCalibrator `json:"calibrators"`
}

// listedCalibrator is one calibrator that is in force.
type listedCalibrator struct {
	Model    string    `json:"model"`
	Version  string    `json:"version"`
	ID       string    `json:"id"`
	Origin   string    `json:"origin"`
	Name     string    `json:"name"`
	Revision uint64    `json:"revision"`
	Fitted   time.Time `json:"fitted"`
	Path     string    `json:"path"`
}

const calibratorListPath = "/v1/calibrators"

// serveCalibrators adds the calibrators in force to what is served.
func serveCalibrators(mux *http.ServeMux, current *atomic.Pointer[calibratorView]) {
	mux.HandleFunc("GET "+calibratorListPath, func(w http.ResponseWriter, r *http.Request) {
		v := current.Load()
		answer(w, r, v.tag, func(body *bytes.Buffer) error {
			list := calibratorListing{Calibrators: make([]listedCalibrator, 0, len(v.entries))}
			for _, e := range v.entries {
				c := e.calibrator
				list.Calibrators = append(list.Calibrators, listedCalibrator{
					Model: c.Model, Version: c.Version, ID: e.id, Origin: e.origin.String(),
					Name: c.Method.Name(), Revision: c.Revision, Fitted: c.Fitted.UTC(), Path: calibratorPath(calibratorKey(c)),
				})
			}
			encoder := json.NewEncoder(body)
			encoder.SetIndent("", "  ")
			return encoder.Encode(list)
		})
	})
	mux.HandleFunc("GET "+calibratorListPath+"/{model}/{version}", func(w http.ResponseWriter, r *http.Request) {
		k := key{r.PathValue("model"), r.PathValue("version")}
		e := current.Load().inForce[k]
		if e == nil {
			http.Error(w, fmt.Sprintf("no calibrator for model %q, version %q; GET %s lists those there are", k.model, k.version, calibratorListPath), http.StatusNotFound)
			return
		}
		answer(w, r, e.id, func(body *bytes.Buffer) error {
			content, err := e.calibrator.Write()
			body.Write(content)
			return err
		})
	})
}

// calibratorPath is where the server has the calibrator.
func calibratorPath(k key) string {
	return calibratorListPath + "/" + escape(k.model) + "/" + escape(k.version)
}
