package profile

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/leeway-ml/leeway/stats/calibration"
)

// CalibratorSchema names the format of a published calibrator, and its version.
const CalibratorSchema = "leeway.calibrator/v1"

// MaxCalibratorSize is the size in bytes of the largest calibrator that is read.
const MaxCalibratorSize = 1 << 20

// maxNameSize is how long, in bytes, the names in a calibrator can be: as long as attributes of summaries.
const maxNameSize = 256

// Calibrator is a calibrator of one version of a model, as it is published, kept and served. It never changes.
type Calibrator struct {
	Model, Version string
	// Class is the class whose score it is for; `__predicted__` for the score of whichever class was predicted.
	Class string
	// Revision is 1 for the first calibrator of the version, and grows with each that differs noticeably.
	Revision uint64
	// Window is the window that it was fitted on, and Fitted its end.
	Window string
	Fitted time.Time
	// Outcomes is how many it was fitted on.
	Outcomes float64
	// Judged says what it was chosen by.
	Judged CalibratorJudged
	// Method makes the calibrated score.
	Method calibration.Calibrator
}

// CalibratorJudged is how the calibrator did on later outcomes when it was fitted on earlier ones.
type CalibratorJudged struct {
	Outcomes float64 `json:"outcomes"`
	// Brier scores of the model's own scores, and of the calibrated ones.
	BrierBefore float64 `json:"brier_before"`
	BrierAfter  float64 `json:"brier_after"`
	// StandardError of their difference.
	StandardError float64 `json:"standard_error"`
}

// Calibrators is what a Provider is too where it keeps and serves calibrators.
type Calibrators interface {
	// Calibrator returns the one in force for this version of the model, nil where there is none. It takes no lock.
	Calibrator(model, version string) *Calibrator
	// PublishCalibrator puts a calibrator in force, in place of the one before, and gives it its revision. It keeps the argument.
	PublishCalibrator(c *Calibrator)
}

// written is a calibrator's JSON.
type written struct {
	Schema     string           `json:"schema"`
	Model      string           `json:"model"`
	Version    string           `json:"version"`
	Class      string           `json:"class"`
	Revision   uint64           `json:"revision"`
	Window     string           `json:"window"`
	Fitted     time.Time        `json:"fitted"`
	Outcomes   float64          `json:"outcomes"`
	Judged     CalibratorJudged `json:"judged"`
	Calibrator json.RawMessage  `json:"calibrator"`
}

// Write returns the calibrator as JSON. It refuses what ReadCalibrator would refuse.
func (c *Calibrator) Write() ([]byte, error) {
	if err := c.validate(); err != nil {
		return nil, err
	}
	method, err := calibration.Encode(c.Method)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	err = encoder.Encode(written{CalibratorSchema, c.Model, c.Version, c.Class, c.Revision, c.Window, c.Fitted.UTC(), c.Outcomes, c.Judged, method})
	return out.Bytes(), err
}

// ReadCalibrator reads what Write wrote; what it returns can be applied. Its errors name the key.
func ReadCalibrator(text []byte) (*Calibrator, error) {
	if len(text) > MaxCalibratorSize {
		return nil, fmt.Errorf("more than %d bytes; a calibrator has at most some 100,000", MaxCalibratorSize)
	}
	var w written
	if err := json.Unmarshal(text, &w); err != nil {
		return nil, fmt.Errorf("not a calibrator: %w", err)
	}
	if w.Schema != CalibratorSchema {
		return nil, fmt.Errorf("schema is %q; this version reads %q", w.Schema, CalibratorSchema)
	}
	method, err := calibration.Decode(w.Calibrator)
	if err != nil {
		return nil, fmt.Errorf("calibrator: %w", err)
	}
	c := &Calibrator{w.Model, w.Version, w.Class, w.Revision, w.Window, w.Fitted, w.Outcomes, w.Judged, method}
	return c, c.validate()
}

func (c *Calibrator) validate() error {
	var errs []error
	for _, name := range []struct{ key, value string }{{"model", c.Model}, {"version", c.Version}, {"class", c.Class}} {
		if name.value == "" || len(name.value) > maxNameSize {
			errs = append(errs, fmt.Errorf("%s: %.20q must have 1 to %d bytes", name.key, name.value, maxNameSize))
		}
	}
	if len(c.Window) > maxNameSize {
		errs = append(errs, fmt.Errorf("window: %.20q is longer than %d bytes", c.Window, maxNameSize))
	}
	if c.Revision < 1 {
		errs = append(errs, errors.New("revision: must be 1 or more"))
	}
	for _, number := range []struct {
		key   string
		value float64
	}{
		{"outcomes", c.Outcomes}, {"judged: outcomes", c.Judged.Outcomes}, {"judged: brier_before", c.Judged.BrierBefore},
		{"judged: brier_after", c.Judged.BrierAfter}, {"judged: standard_error", c.Judged.StandardError},
	} {
		if !(number.value >= 0) || math.IsInf(number.value, 1) {
			errs = append(errs, fmt.Errorf("%s: %v must be 0 or more", number.key, number.value))
		}
	}
	if year := c.Fitted.Year(); year < 0 || year > 9999 {
		errs = append(errs, fmt.Errorf("fitted: the year %d is none of RFC 3339's", year))
	}
	if c.Method == nil {
		errs = append(errs, errors.New("calibrator: missing"))
	}
	return errors.Join(errs...)
}

// ID is a short digest of the content: 16 hex digits of SHA-256; "" for a calibrator that can't be written.
func (c *Calibrator) ID() string {
	text, err := c.Write()
	if err != nil {
		return ""
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:8])
}
