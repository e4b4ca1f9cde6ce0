// Package localprometheus tests the exporter local_prometheus in the built collector: a replayed history, its alert, and clients
// that take it for a Prometheus. Its tests have the build tag `integration`.
package localprometheus
