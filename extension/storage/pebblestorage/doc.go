//go:generate go tool -modfile=../../../tools/go.mod mdatagen metadata.yaml

// Package pebblestorage is a storage extension on Pebble, a log-structured store: for components that keep millions of
// entries, as ground_truth does, or that write much. What was written survives kill -9.
package pebblestorage
