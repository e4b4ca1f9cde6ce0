//go:generate go tool -modfile=../../tools/go.mod mdatagen metadata.yaml

// Package localprometheusexporter is the exporter `local_prometheus`: Prometheus' own store, query engine, rules, notifier and
// HTTP API inside the collector, for those who have no Prometheus yet.
package localprometheusexporter
