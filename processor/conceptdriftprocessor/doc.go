//go:generate go tool -modfile=../../tools/go.mod mdatagen metadata.yaml

// Package conceptdriftprocessor watches streams of errors, losses, scores and inputs of machine-learning models, and says when
// one has changed.
//
// What is watched, and how, is in the configuration (config.go, detectors.go, signals.go). A batch is read (batch.go, outcome.go)
// and passed on; once the next component has taken it, its values come in (watcher.go): to the lane of their model version
// (model.go, lane.go), where they wait for those before them, and then to the detectors of the whole traffic and of their slices
// (group.go). What these say goes on as events of its own (output.go). State is kept in a storage extension
// (checkpoints.go, encoding.go).
package conceptdriftprocessor
