// Package dashboards holds Grafana dashboards. docs/alerts.md says how to import them.
//
// Each is written in Go, in internal/generate; the JSON that Grafana reads is generated from that.
package dashboards

import "embed"

//go:generate go run ./internal/generate -to .

// Files are the dashboards' JSON.
//
//go:embed *.json
var Files embed.FS
