// Package rules holds the recording and alert rules for Prometheus. docs/alerts.md says how to load and tune them.
package rules

import "embed"

// Files are the rule files.
//
//go:embed *.rules.yaml
var Files embed.FS
