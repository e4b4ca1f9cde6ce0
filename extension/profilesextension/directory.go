package profilesextension

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"go.uber.org/zap"

	"github.com/leeway-ml/leeway/profile"
)

// directory reads the profiles of a folder. Of a file that has gone bad, the last good copy stays.
type directory struct {
	path     string
	maxSize  int64
	reporter *reporter

	files   map[string]*file
	missing bool
	clashes map[string]bool // pairs of files that were reported
}

type file struct {
	info   fs.FileInfo
	digest [sha256.Size]byte
	good   *entry // nil where the file never held a good profile
	fault  string // what was last said against it
}

func newDirectory(path string, maxSize int64, r *reporter) *directory {
	return &directory{path: path, maxSize: maxSize, reporter: r, files: map[string]*file{}, clashes: map[string]bool{}}
}

// scan looks through the folder and returns the profiles of all its files. Files that look as they did at the last scan
// are not read again, unless touched names them. Where the folder can't be read, what was known stays.
func (d *directory) scan(touched map[string]bool) map[key]*entry {
	listing, err := os.ReadDir(d.path)
	if err != nil {
		d.absent(err)
		return d.profiles()
	}
	d.missing = false
	present := map[string]bool{}
	for _, item := range listing {
		name := item.Name()
		if strings.HasPrefix(name, ".") || filepath.Ext(name) != ".json" {
			continue
		}
		// Stat, not item.Info: a file mounted from a Kubernetes ConfigMap is a link.
		info, err := os.Stat(filepath.Join(d.path, name))
		if err == nil && info.IsDir() {
			continue
		}
		if errors.Is(err, fs.ErrNotExist) {
			continue // gone since the listing, or a dangling link
		}
		present[name] = true
		known := d.files[name]
		if known != nil && err == nil && known.info != nil && !touched[name] && os.SameFile(known.info, info) &&
			known.info.ModTime().Equal(info.ModTime()) && known.info.Size() == info.Size() {
			continue
		}
		if known == nil {
			known = &file{}
			d.files[name] = known
		}
		known.info = info
		d.read(name, known)
	}
	for name, f := range d.files {
		if !present[name] {
			delete(d.files, name)
			if f.good != nil {
				d.reporter.log.Info("Profile file is gone, so is its profile",
					zap.String("file", filepath.Join(d.path, name)), zap.String("model", f.good.profile.Model), zap.String("version", f.good.profile.Version))
			}
		}
	}
	return d.profiles()
}

// absent tells once that the folder can't be read.
func (d *directory) absent(err error) {
	if d.missing {
		return
	}
	d.missing = true
	if len(d.files) > 0 {
		d.reporter.log.Warn("The profiles directory can't be read any more; its last good profiles stay in force", zap.String("directory", d.path), zap.Error(err))
		return
	}
	d.reporter.log.Warn("The profiles directory can't be read: no profile is loaded from it until it can. Create it, or set directory to where the profiles are (or to \"\" for none)",
		zap.String("directory", d.path), zap.Error(err))
}

// read takes in one file.
func (d *directory) read(name string, f *file) {
	path := filepath.Join(d.path, name)
	content, err := readLimited(path, d.maxSize)
	digest := sha256.Sum256(content)
	if digest == f.digest && (err == nil || err.Error() == f.fault) {
		return // touched, not changed
	}
	f.digest = digest
	var p *profile.Profile
	if err == nil {
		p, err = profile.Read(bytes.NewReader(content))
	}
	if err != nil {
		f.fault = err.Error()
		stays := "no profile of this file is in force"
		if f.good != nil {
			stays = "the last good copy stays in force"
		}
		d.reporter.reject(fromDirectory, rejectedInvalid,
			"Profile file refused; "+stays+". Make it anew with leewayctl profile, or see what is wrong with leewayctl profile validate",
			zap.String("file", path), zap.Error(err))
		return
	}
	f.good = newEntry(p, fromDirectory, name)
	d.reporter.loaded(f.good)
}

// profiles of all files; of two for the same model and version, that of the first file by name.
func (d *directory) profiles() map[key]*entry {
	names := make([]string, 0, len(d.files))
	for name := range d.files {
		names = append(names, name)
	}
	slices.Sort(names)
	profiles := make(map[key]*entry, len(names))
	clashes := map[string]bool{}
	for _, name := range names {
		e := d.files[name].good
		if e == nil {
			continue
		}
		k := keyOf(e.profile)
		winner := profiles[k]
		if winner == nil {
			profiles[k] = e
			continue
		}
		clash := winner.place + "\x00" + e.place
		clashes[clash] = true
		if !d.clashes[clash] {
			d.reporter.reject(fromDirectory, rejectedDuplicate,
				"Two profile files are for the same model and version; the first by name is in force. Remove one, or give it another version",
				zap.String("directory", d.path), zap.String("in_force", winner.place), zap.String("refused", e.place),
				zap.String("model", k.model), zap.String("version", k.version))
		}
	}
	d.clashes = clashes
	return profiles
}

// readLimited reads a file of at most limit bytes.
func readLimited(path string, limit int64) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	content, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err != nil {
		return nil, err
	}
	if int64(len(content)) > limit {
		return nil, fmt.Errorf("larger than %d bytes; raise max_profile_size, or make the profile with fewer bins or features", limit)
	}
	return content, nil
}
