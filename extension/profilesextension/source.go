package profilesextension

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	"go.opentelemetry.io/collector/component/componentstatus"
	"go.uber.org/zap"

	"github.com/leeway-ml/leeway/profile"
)

// firstRetry is how long after a first failure the source is asked again; each further failure doubles it.
const firstRetry = time.Second

// source takes over the profiles of another Collector. While that one is away, what it last said holds.
type source struct {
	client   *http.Client
	endpoint string
	interval time.Duration
	max      int
	maxSize  int64
	catalog  *catalog
	kept     *collection
	reporter *reporter
	now      func() time.Time
	status   func(*componentstatus.Event)

	answered atomic.Int64 // when the source last answered, in ns since the epoch; 0: not yet
	followed *followed
	etag     string // of the list that entries hold in full
	entries  map[key]*entry
	faults   map[key]string // what was last said against a profile
	failures int
}

func newSource(config SourceConfig, client *http.Client, maxProfiles int, maxSize int64, c *catalog, s *collection, r *reporter, now func() time.Time) *source {
	return &source{
		client: client, endpoint: strings.TrimSuffix(config.Client.Endpoint, "/"), interval: config.PollInterval, max: maxProfiles, maxSize: maxSize,
		catalog: c, kept: s, reporter: r, now: now, entries: map[key]*entry{}, faults: map[key]string{},
		status: func(*componentstatus.Event) {},
	}
}

// restore puts the kept profiles in force until the source answers.
func (s *source) restore(ctx context.Context) {
	if !s.kept.keeps() {
		s.reporter.log.Warn("source without storage: after a restart there are no profiles until the source answers. Set storage to keep the last copy")
		return
	}
	err := s.kept.load(ctx, func(_ string, value []byte) error {
		p, err := profile.Read(bytes.NewReader(value))
		if err != nil {
			return err
		}
		s.entries[keyOf(p)] = newEntry(p, fromSource, "kept copy of "+s.endpoint)
		return nil
	})
	if err != nil {
		s.reporter.storage("Some of the source's kept profiles can't be read; they come anew from the source", err)
	}
	for _, e := range s.entries {
		s.reporter.loaded(e)
	}
	s.publish()
}

// run polls until ctx is done.
func (s *source) run(ctx context.Context) {
	for {
		timer := time.NewTimer(s.pause(s.poll(ctx)))
		select {
		case <-ctx.Done():
			timer.Stop()
			return
		case <-timer.C:
		}
	}
}

// pause is how long to wait after a poll: the interval, or after failures less, with some randomness so that a fleet does
// not come back all at once.
func (s *source) pause(err error) time.Duration {
	wait := s.interval
	if err == nil {
		s.failures = 0
	} else {
		wait = min(wait, firstRetry<<min(s.failures, 20))
		s.failures++
	}
	return wait - time.Duration(rand.Int64N(int64(wait)/5+1))
}

// poll asks the source once.
func (s *source) poll(ctx context.Context) error {
	err := s.refresh(ctx)
	if err == nil {
		err = s.refreshCalibrators(ctx)
	}
	switch {
	case ctx.Err() != nil:
	case err != nil:
		s.reporter.telemetry.ProfilesSourceFailures.Add(ctx, 1)
		log := s.reporter.log.Warn
		if s.failures > 0 {
			log = s.reporter.log.Debug // said already
		} else {
			s.status(componentstatus.NewRecoverableErrorEvent(fmt.Errorf("the source of profiles does not answer: %w", err)))
		}
		log("The source of profiles does not answer; its last profiles stay in force", zap.String("source", s.endpoint), zap.Int("profiles", len(s.entries)), zap.Error(err))
	default:
		if s.failures > 0 {
			s.reporter.log.Info("The source of profiles answers again", zap.String("source", s.endpoint))
			s.status(componentstatus.NewEvent(componentstatus.StatusOK))
		}
		s.answered.Store(s.now().UnixNano())
	}
	return err
}

func (s *source) refresh(ctx context.Context) error {
	content, etag, err := s.get(ctx, listPath, s.etag, s.listLimit())
	if err != nil || content == nil {
		return err
	}
	var list listing
	if err := json.Unmarshal(content, &list); err != nil {
		return fmt.Errorf("GET %s: no list of profiles; is source::endpoint the profiles server of another Collector? %w", listPath, err)
	}
	if list.Profiles == nil {
		return fmt.Errorf("GET %s: no list of profiles; is source::endpoint the profiles server of another Collector?", listPath)
	}
	entries := map[key]*entry{}
	put := map[string][]byte{}
	var errs []error
	for _, l := range list.Profiles {
		if len(entries) >= s.max {
			s.reporter.reject(fromSource, rejectedLimit, "The source has more profiles than max_profiles; the rest is left out. Raise max_profiles",
				zap.String("source", s.endpoint), zap.Int("profiles", len(list.Profiles)))
			break
		}
		k := key{l.Model, l.Version}
		known := s.entries[k]
		if known != nil && known.id == l.ID {
			entries[k] = known
			continue
		}
		fetched, raw, err := s.fetch(ctx, k)
		if err != nil {
			if known != nil {
				entries[k] = known
			}
			errs = append(errs, err)
			continue
		}
		entries[k] = fetched
		put[k.name()] = raw
		s.reporter.loaded(fetched)
	}
	var remove []string
	for k := range s.entries {
		if entries[k] == nil {
			remove = append(remove, k.name())
			delete(s.faults, k)
		}
	}
	changed := !maps.Equal(entries, s.entries)
	s.entries = entries
	if len(errs) == 0 {
		s.etag = etag
	} else {
		s.etag = "" // ask for all again
	}
	if changed {
		s.publish()
		if err := s.kept.change(context.WithoutCancel(ctx), put, remove); err != nil {
			s.reporter.storage("The source's profiles can't be kept; after a restart there are none until the source answers", err)
		}
	}
	return errors.Join(errs...)
}

// fetch gets one profile. What is wrong with its content is reported once.
func (s *source) fetch(ctx context.Context, k key) (*entry, []byte, error) {
	content, _, err := s.get(ctx, pathOf(k), "", s.maxSize)
	if err != nil {
		return nil, nil, err
	}
	p, err := profile.Read(bytes.NewReader(content))
	if err == nil && keyOf(p) != k {
		err = fmt.Errorf("it is for model %q, version %q", p.Model, p.Version)
	}
	if err != nil {
		err = fmt.Errorf("GET %s: %w", pathOf(k), err)
		if s.faults[k] != err.Error() {
			s.faults[k] = err.Error()
			s.reporter.reject(fromSource, rejectedInvalid, "Profile of the source refused; the last good copy, where there is one, stays in force. Are both Collectors of the same version?",
				append(whose(k), zap.String("source", s.endpoint), zap.Error(err))...)
		}
		return nil, nil, err
	}
	delete(s.faults, k)
	return newEntry(p, fromSource, s.endpoint+pathOf(k)), content, nil
}

// get returns the body, nil where it still is what etag stands for.
func (s *source) get(ctx context.Context, path, etag string, limit int64) ([]byte, string, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, s.endpoint+path, nil)
	if err != nil {
		return nil, "", err
	}
	request.Header.Set("Accept", "application/json")
	if etag != "" {
		request.Header.Set("If-None-Match", etag)
	}
	response, err := s.client.Do(request)
	if err != nil {
		return nil, "", err
	}
	defer response.Body.Close()
	if etag != "" && response.StatusCode == http.StatusNotModified {
		return nil, etag, nil
	}
	if response.StatusCode != http.StatusOK {
		excerpt, _ := io.ReadAll(io.LimitReader(response.Body, 200))
		return nil, "", &statusError{response.StatusCode, fmt.Sprintf("GET %s: %s: %s", path, response.Status, strings.TrimSpace(string(excerpt)))}
	}
	content, err := io.ReadAll(io.LimitReader(response.Body, limit+1))
	if err != nil {
		return nil, "", fmt.Errorf("GET %s: %w", path, err)
	}
	if int64(len(content)) > limit {
		return nil, "", fmt.Errorf("GET %s: larger than %d bytes; raise max_profile_size", path, limit)
	}
	return content, response.Header.Get("ETag"), nil
}

// statusError is an answer other than the one that was asked for.
type statusError struct {
	code int
	text string
}

func (e *statusError) Error() string { return e.text }

// listLimit is how many bytes a list of max profiles can have.
func (s *source) listLimit() int64 { return 1<<20 + int64(s.max)*4096 }

func (s *source) publish() {
	s.reporter.beyond(s.catalog.set(fromSource, maps.Clone(s.entries)))
}

// age is the time since the source last answered.
func (s *source) age() (time.Duration, bool) {
	at := s.answered.Load()
	if at == 0 {
		return 0, false
	}
	return s.now().Sub(time.Unix(0, at)), true
}
