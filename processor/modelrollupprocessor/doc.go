//go:generate go tool -modfile=../../tools/go.mod mdatagen metadata.yaml

// Package modelrollupprocessor is the processor `model_rollup`: it adds the summaries of models, deltas in event time, up to
// running totals that a metrics store can hold, over at most 20 bins a feature.
//
// The summaries are taken out of a batch in order of time (batch.go). Each is added to a row of its model (model.go, row.go):
// to bins of the profile (binning.go, plan.go), or to a plain total (total.go). What has changed goes out with the rest of the
// batch (output.go), and everything again once every emit_interval (refresh.go).
package modelrollupprocessor
