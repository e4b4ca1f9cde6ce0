// Package runbooks holds the runbooks: a page an alert, named after it.
package runbooks

import "embed"

// Files are the pages, as Markdown.
//
//go:embed *.md
var Files embed.FS
