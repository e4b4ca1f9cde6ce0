// Package ownbuild tests that the components can be built into anybody's own collector.
package ownbuild
