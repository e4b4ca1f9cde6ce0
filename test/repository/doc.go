// Package repository tests the repository itself: versions, manifest, links.
package repository
