// Package prometheustest runs a real Prometheus, with our rules, in tests.
package prometheustest
