package main

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"math"
)

const (
	modelName    = "flight-delay"
	modelVersion = "march"
	late, onTime = "late", "on_time"
	// threshold is the probability from which on a flight is called late.
	threshold = 0.3
)

//go:embed model.json
var trained []byte

// Inputs are what the model is asked about, by name: float64, string, or nil where it is missing.
type Inputs map[string]any

// Model is a logistic regression. train.py makes model.json.
type Model struct {
	Intercept float64            `json:"intercept"`
	Numbers   []Number           `json:"numbers"`
	Carriers  map[string]float64 `json:"carriers"` // weight by carrier; others have 0
}

// Number is an input whose distance from the mean, in standard deviations, has a weight.
type Number struct {
	Name   string  `json:"name"`
	Mean   float64 `json:"mean"`
	Scale  float64 `json:"scale"`
	Weight float64 `json:"weight"`
}

func loadModel() (*Model, error) {
	m := &Model{}
	return m, json.Unmarshal(trained, m)
}

// Predict returns the class, and the probability that the flight is late. A missing number counts as the mean.
func (m *Model) Predict(inputs Inputs) (class string, score float64, err error) {
	logit := m.Intercept
	for _, n := range m.Numbers {
		switch x := inputs[n.Name].(type) {
		case float64:
			logit += n.Weight * (x - n.Mean) / n.Scale
		case nil:
		default:
			return "", 0, fmt.Errorf("input %q must be a number, is %v", n.Name, x)
		}
	}
	switch carrier := inputs["carrier"].(type) {
	case string:
		logit += m.Carriers[carrier]
	case nil:
	default:
		return "", 0, fmt.Errorf(`input "carrier" must be a text such as "B6", is %v`, carrier)
	}
	score = 1 / (1 + math.Exp(-logit))
	if score < threshold {
		return onTime, score, nil
	}
	return late, score, nil
}
