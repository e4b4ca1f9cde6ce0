// Package pipelines is for components that are in several pipelines at once: one object behind their instances, and somewhere for
// things to go that no batch brought about.
package pipelines
