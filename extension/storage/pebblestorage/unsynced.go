package pebblestorage

import "github.com/cockroachdb/pebble/v2/vfs"

// unsynced is a file system on which the log of writes goes to the operating system at each write, but is not waited for until it
// is on the disk. Pebble without sync would keep the last writes in its own memory, where kill -9 takes them.
type unsynced struct{ vfs.FS }

// ofLog is what Pebble writes its log as.
const ofLog = "pebble-wal"

// Create wraps the files of the log.
func (u unsynced) Create(name string, category vfs.DiskWriteCategory) (vfs.File, error) {
	f, err := u.FS.Create(name, category)
	return unsyncedFile(f, category), err
}

// ReuseForWrite wraps the files of the log.
func (u unsynced) ReuseForWrite(oldname, newname string, category vfs.DiskWriteCategory) (vfs.File, error) {
	f, err := u.FS.ReuseForWrite(oldname, newname, category)
	return unsyncedFile(f, category), err
}

// Unwrap is the file system below.
func (u unsynced) Unwrap() vfs.FS { return u.FS }

func unsyncedFile(f vfs.File, category vfs.DiskWriteCategory) vfs.File {
	if f == nil || category != ofLog {
		return f
	}
	return logFile{f}
}

type logFile struct{ vfs.File }

// Sync does nothing: what was written is with the operating system.
func (logFile) Sync() error { return nil }

// SyncData does nothing.
func (logFile) SyncData() error { return nil }

// SyncTo does nothing, and says so.
func (logFile) SyncTo(int64) (bool, error) { return false, nil }

// Close waits for the disk: a log that is followed by another one is whole.
func (f logFile) Close() error {
	err := f.File.Sync()
	if closed := f.File.Close(); err == nil {
		err = closed
	}
	return err
}
