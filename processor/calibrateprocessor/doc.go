//go:generate go tool -modfile=../../tools/go.mod mdatagen metadata.yaml

// Package calibrateprocessor is the processor `calibrate`: it gives predictions the score that the model's calibrator makes of
// theirs. Calibrators come from the extension that serves profiles.
package calibrateprocessor
