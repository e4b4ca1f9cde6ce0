package pebblestorage

import (
	"fmt"

	"go.uber.org/zap"
)

// logger passes on what Pebble logs.
type logger struct {
	to     *zap.Logger
	broken *brokenBy
}

// fatal is what Fatalf panics with.
type fatal struct{ error }

// Infof is about what goes on inside.
func (l *logger) Infof(format string, args ...any) { l.to.Debug(fmt.Sprintf(format, args...)) }

// Errorf is what Pebble tries again.
func (l *logger) Errorf(format string, args ...any) { l.to.Warn(fmt.Sprintf(format, args...)) }

// Fatalf is where Pebble can't go on: it could not write its log. It must not return. What was acknowledged is on disk.
func (l *logger) Fatalf(format string, args ...any) {
	err := fmt.Errorf("the store can't go on, since it could not write: see that the disk has room and works, then start again: "+format, args...)
	l.to.Error(err.Error())
	l.broken.set(err)
	panic(fatal{err})
}
