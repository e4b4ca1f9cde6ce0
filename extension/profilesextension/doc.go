//go:generate go tool -modfile=../../tools/go.mod mdatagen metadata.yaml

// Package profilesextension is the extension `profiles`: it loads reference profiles from a directory or from another
// Collector, learns them from live traffic, serves them over HTTP, and gives them to the components that ask.
package profilesextension
