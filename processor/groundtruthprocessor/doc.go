//go:generate go tool -modfile=../../tools/go.mod mdatagen metadata.yaml

// Package groundtruthprocessor joins predictions of machine-learning models with their ground truth and with feedback, which
// come later, in another order, twice, or never.
//
// The rules of the join are in internal/join. A batch is decoded (batch.go); what is held under its prediction ids is claimed
// (claims.go), loaded, changed and written (joiner.go) before the batch goes on with its outcomes (output.go). When something is
// due, a timer says (timers.go), by event time (model.go); expire.go does it. What is held lies in memory (memory.go) or in a
// storage extension (stored.go).
package groundtruthprocessor
