package profilesextension

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"

	"go.uber.org/zap"

	"github.com/leeway-ml/leeway/profile"
)

// followed is what the source said of calibrators.
type followed struct {
	calibrators *calibrators
	kept        *collection
	etag        string // of the list that entries hold in full
	entries     map[key]*calibratorEntry
	faults      map[key]string // what was last said against a calibrator
}

func newFollowed(c *calibrators, kept *collection) *followed {
	return &followed{calibrators: c, kept: kept, entries: map[key]*calibratorEntry{}, faults: map[key]string{}}
}

// restore puts the kept calibrators in force until the source answers.
func (f *followed) restore(ctx context.Context, r *reporter) {
	err := f.kept.load(ctx, func(_ string, value []byte) error {
		c, err := profile.ReadCalibrator(value)
		if err == nil {
			f.entries[calibratorKey(c)] = newCalibratorEntry(c, fromSource)
		}
		return err
	})
	if err != nil {
		r.storage("Some of the source's kept calibrators can't be read; they come anew from the source", err)
	}
	f.calibrators.follow(maps.Clone(f.entries))
}

// refreshCalibrators takes over what changed. A source that is too old to have calibrators has none.
func (s *source) refreshCalibrators(ctx context.Context) error {
	f := s.followed
	content, etag, err := s.get(ctx, calibratorListPath, f.etag, s.listLimit())
	var status *statusError
	if errors.As(err, &status) && status.code == http.StatusNotFound {
		return nil
	}
	if err != nil || content == nil {
		return err
	}
	var list calibratorListing
	if err := json.Unmarshal(content, &list); err != nil {
		return fmt.Errorf("GET %s: no list of calibrators; is source::endpoint the profiles server of another Collector? %w", calibratorListPath, err)
	}
	if list.Calibrators == nil {
		return fmt.Errorf("GET %s: no list of calibrators; is source::endpoint the profiles server of another Collector?", calibratorListPath)
	}
	entries := map[key]*calibratorEntry{}
	put := map[string][]byte{}
	var errs []error
	for _, l := range list.Calibrators {
		if len(entries) >= f.calibrators.max {
			s.reporter.reject(fromSource, rejectedLimit, "The source has more calibrators than max_calibrators; the rest is left out. Raise max_calibrators",
				zap.String("source", s.endpoint), zap.Int("calibrators", len(list.Calibrators)))
			break
		}
		k := key{l.Model, l.Version}
		known := f.entries[k]
		if known == nil || known.id != l.ID {
			fetched, raw, err := s.fetchCalibrator(ctx, k)
			if err != nil {
				errs = append(errs, err)
			} else {
				known = fetched
				put[k.name()] = raw
				s.reporter.calibrated(fetched.calibrator)
			}
		}
		if known != nil {
			entries[k] = known
		}
	}
	var remove []string
	for k := range f.entries {
		if entries[k] == nil {
			remove = append(remove, k.name())
			delete(f.faults, k)
		}
	}
	changed := !maps.Equal(entries, f.entries)
	f.entries, f.etag = entries, etag
	if len(errs) > 0 {
		f.etag = "" // ask for all again
	}
	if changed {
		f.calibrators.follow(maps.Clone(entries))
		if err := f.kept.change(context.WithoutCancel(ctx), put, remove); err != nil {
			s.reporter.storage("The source's calibrators can't be kept; after a restart there are none until the source answers", err)
		}
	}
	return errors.Join(errs...)
}

// fetchCalibrator gets one calibrator. What is wrong with its content is reported once.
func (s *source) fetchCalibrator(ctx context.Context, k key) (*calibratorEntry, []byte, error) {
	content, _, err := s.get(ctx, calibratorPath(k), "", profile.MaxCalibratorSize)
	if err != nil {
		return nil, nil, err
	}
	c, err := profile.ReadCalibrator(content)
	if err == nil && calibratorKey(c) != k {
		err = fmt.Errorf("it is for model %q, version %q", c.Model, c.Version)
	}
	if err != nil {
		err = fmt.Errorf("GET %s: %w", calibratorPath(k), err)
		if s.followed.faults[k] != err.Error() {
			s.followed.faults[k] = err.Error()
			s.reporter.reject(fromSource, rejectedInvalid, "Calibrator of the source refused; the last good copy, where there is one, stays in force. Are both Collectors of the same version?",
				append(whose(k), zap.String("source", s.endpoint), zap.Error(err))...)
		}
		return nil, nil, err
	}
	delete(s.followed.faults, k)
	return newCalibratorEntry(c, fromSource), content, nil
}
