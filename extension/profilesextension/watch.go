package profilesextension

import (
	"context"
	"path/filepath"
	"time"

	"github.com/fsnotify/fsnotify"
	"go.uber.org/zap"
)

// settle is how long the directory must be quiet before it is read, so that a file is not read half written.
const settle = 250 * time.Millisecond

// newWatcher begins to take note of changes in the directory; nil where the system can't tell.
func newWatcher(path string, log *zap.Logger) *fsnotify.Watcher {
	watcher, err := fsnotify.NewWatcher()
	if err != nil {
		log.Warn("No notifications of file changes; the profiles directory is looked through every rescan_interval only", zap.Error(err))
		return nil
	}
	_ = watcher.Add(path) // where it is not there yet: again at the next tick
	return watcher
}

// watch rescans the directory when the file system says that something in it changed, and every interval: not every file
// system says so, and the directory may not be there yet. It returns when ctx is done.
func watch(ctx context.Context, watcher *fsnotify.Watcher, path string, interval time.Duration, log *zap.Logger, rescan func(touched map[string]bool)) {
	var events chan fsnotify.Event
	var errs chan error
	if watcher != nil {
		defer func() { _ = watcher.Close() }()
		events, errs = watcher.Events, watcher.Errors
	}
	ticker := time.NewTicker(interval)
	defer ticker.Stop()
	quiet := time.NewTimer(settle)
	quiet.Stop()
	defer quiet.Stop()
	touched := map[string]bool{}
	for {
		select {
		case <-ctx.Done():
			return
		case event, ok := <-events:
			if !ok {
				events = nil
				continue
			}
			if event.Has(fsnotify.Chmod) && event.Op == fsnotify.Chmod {
				continue
			}
			touched[filepath.Base(event.Name)] = true
			quiet.Reset(settle)
		case err, ok := <-errs:
			if !ok {
				errs = nil
				continue
			}
			log.Warn("Notifications of file changes were lost; the profiles directory is looked through at the next rescan_interval", zap.Error(err))
		case <-quiet.C:
			rescan(touched)
			touched = map[string]bool{}
		case <-ticker.C:
			if watcher != nil && len(watcher.WatchList()) == 0 {
				_ = watcher.Add(path)
			}
			rescan(touched)
			touched = map[string]bool{}
		}
	}
}
