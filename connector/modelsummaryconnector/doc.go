//go:generate go tool -modfile=../../tools/go.mod mdatagen metadata.yaml

// Package modelsummaryconnector turns predictions, sent as log events or spans, into summaries: delta histograms and sums
// that add up over time and over Collectors.
//
// A batch is decoded (internal/event) and counted in a shard that no other sender uses at that time
// (shard.go, accumulator.go), by a plan that is worked out once from the model's profile (plan.go). Every flush_interval
// the shards are emptied, merged (merge.go) and sent (flush.go, emit.go).
package modelsummaryconnector
