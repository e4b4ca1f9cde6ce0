// Package dashboards holds Grafana dashboards. docs/dashboards.md says how to import and read them.
//
// Each is written in Go, in internal/generate; the JSON that Grafana reads is generated from that.
package dashboards

import "embed"

//go:generate go run ./internal/generate -to .

// Files are the dashboards' JSON, and index.json, which lists uid, title and file of each.
//
//go:embed *.json
var Files embed.FS
