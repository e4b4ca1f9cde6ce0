//go:generate go tool -modfile=../../tools/go.mod mdatagen metadata.yaml

// Package modelstatisticsprocessor is the processor `model_statistics`: it adds up the summaries of models over windows of
// event time, and has judges make statistics of them: drift and whatever else stands in judges.go.
package modelstatisticsprocessor
