package calibration

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// Encode writes a calibrator as a JSON object: its name, and its parameters under their names.
func Encode(c Calibrator) ([]byte, error) {
	if err := c.check(); err != nil {
		return nil, fmt.Errorf("%s: %w", c.Name(), err)
	}
	parameters, err := json.Marshal(c)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	fmt.Fprintf(&out, `{"name":%q`, c.Name())
	if len(parameters) > len("{}") {
		out.WriteByte(',')
	}
	out.Write(parameters[1:])
	return out.Bytes(), nil
}

// Decode reads what Encode wrote. Missing parameters, and numbers that no fit gives, are refused: what it returns can be applied.
func Decode(text []byte) (Calibrator, error) {
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(text, &fields); err != nil {
		return nil, fmt.Errorf("no calibrator: %w", err)
	}
	var name string
	if err := json.Unmarshal(fields["name"], &name); err != nil {
		return nil, fmt.Errorf("name: %s is no name of a calibrator; known are %q", fields["name"], Names())
	}
	var c Calibrator
	var parameters []string
	switch name {
	case NameIdentity:
		c = new(Identity)
	case NamePlatt:
		c, parameters = new(Platt), []string{"slope", "intercept"}
	case NameTemperature:
		c, parameters = new(Temperature), []string{"temperature"}
	case NameBeta:
		c, parameters = new(Beta), []string{"a", "b", "c"}
	case NameIsotonic:
		c, parameters = new(Isotonic), []string{"scores", "probabilities"}
	default:
		return nil, fmt.Errorf("name: unknown calibrator %q; known are %q", name, Names())
	}
	for _, parameter := range parameters {
		if fields[parameter] == nil {
			return nil, fmt.Errorf("%s: %s: missing", name, parameter)
		}
	}
	if err := json.Unmarshal(text, c); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if err := c.check(); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return c, nil
}
