// Package leewaytest runs the real collector in tests.
package leewaytest
