package profilesextension

import (
	"context"
	"sync"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
	"go.uber.org/zap"

	"github.com/leeway-ml/leeway/judge/drift"
	"github.com/leeway-ml/leeway/profile"
	"github.com/leeway-ml/leeway/profile/learn"
	"github.com/leeway-ml/leeway/summary"
)

const (
	// settleLearning is how long, by the wall clock, late events of an hour are waited for before a profile is made of it.
	settleLearning = 5 * time.Minute
	// idleLearning is after how long without any traffic a model may have to make room for another one.
	idleLearning = time.Hour
	// tickLearning is how often unfinished models are looked at.
	tickLearning = time.Second
)

// learning makes profiles out of live summaries, for model versions that have none.
type learning struct {
	config   LearnConfig
	options  learn.Options
	catalog  *catalog
	reporter *reporter
	now      func() time.Time

	finished *collection // learned profiles
	progress *progress

	mutex    sync.RWMutex
	states   map[key]*state
	profiles map[key]*entry
	fullTill time.Time // no use in looking for an idle model before
}

// state is a model version that is being learned.
type state struct {
	mutex   sync.Mutex
	key     key
	model   *learn.Model
	touched time.Time
	left    bool // no longer learned
	told    map[learn.Outcome]bool
}

var _ profile.Learner = (*learning)(nil)

func newLearning(config LearnConfig, c *catalog, r *reporter, now func() time.Time) (*learning, error) {
	judge, err := drift.New(drift.DefaultConfig())
	if err != nil {
		return nil, err
	}
	if config.Observations == 0 && config.Duration == 0 {
		config.Observations = defaultObservations
	}
	return &learning{
		config: config,
		options: learn.Options{
			Observations: config.Observations, Duration: config.Duration, MinObservations: config.MinObservations,
			Refresh: config.Refresh, Settle: settleLearning, TimeZone: config.TimeZone,
			Windows: config.Windows, Stray: judge.Stray,
			MaxFeatures: config.MaxFeatures, MaxSize: config.MaxModelSize,
		},
		catalog: c, reporter: r, now: now,
		states: map[key]*state{}, profiles: map[key]*entry{},
	}, nil
}

// Wants reports whether the model version has no profile, or a learned one that is to be made anew in time.
func (l *learning) Wants(model, version string) bool {
	if model == "" || model == learn.Overflow {
		return false
	}
	if e := l.catalog.view.Load().lookup(model, version); e != nil {
		return e.origin == fromLearning && l.config.Refresh > 0 && e.profile.Version == version
	}
	l.mutex.RLock()
	defer l.mutex.RUnlock()
	// A learned profile may be refused for max_profiles: then it is not learned over and over.
	return l.profiles[key{model, version}] == nil || l.config.Refresh > 0
}

// Observe adds one increment of one series of the whole traffic of a model.
func (l *learning) Observe(model, version string, series *summary.Series) {
	if !l.Wants(model, version) {
		return
	}
	now := l.now()
	s := l.state(key{model, version}, now)
	if s == nil {
		l.ignore("model_limit")
		return
	}
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if s.left {
		return
	}
	s.touched = now
	outcome := s.model.Observe(series, now)
	reason, message := "", ""
	switch outcome {
	case learn.Taken, learn.Irrelevant:
		return
	case learn.NoTime:
		reason, message = "span", "A summary does not say when its observations were; nothing is learned from it"
	case learn.FeatureLimit:
		reason, message = "feature_limit", "A model has more features than learn::max_features; the others are not in its learned profile. Raise it, or make the profile with leewayctl profile"
	case learn.OutcomeLimit:
		reason, message = "outcome_limit", "A model has more series of outcomes than are learned; its learned profile lacks some classes. Make the profile with leewayctl profile"
	case learn.MemoryLimit:
		reason, message = "memory_limit", "Learning takes more than learn::max_model_size; the rest of the traffic is left out. Raise it, or learn for a shorter time"
	case learn.OddBounds:
		reason, message = "bounds", "Histograms of one variable come with too many different bounds; some are not learned from. Let all applications use the same bounds, or exponential histograms"
	}
	l.ignore(reason)
	if !s.told[outcome] {
		s.told[outcome] = true
		l.reporter.log.Warn(message, append(whose(s.key), zap.String("metric", series.Metric))...)
	}
}

func (l *learning) ignore(reason string) {
	l.reporter.telemetry.ProfilesLearningIgnored.Add(context.Background(), 1, metric.WithAttributes(attribute.String("reason", reason)))
}

// state finds who learns the model version, or begins; nil where there is no place.
func (l *learning) state(k key, now time.Time) *state {
	l.mutex.RLock()
	s := l.states[k]
	l.mutex.RUnlock()
	if s != nil {
		return s
	}
	l.mutex.Lock()
	defer l.mutex.Unlock()
	if s := l.states[k]; s != nil {
		return s
	}
	if len(l.states) >= l.config.MaxModels && !l.makeRoom(now) {
		return nil
	}
	s = l.newState(k, now)
	l.states[k] = s
	l.reporter.log.Info("No profile for this model version: learning one from its traffic", whose(k)...)
	return s
}

func (l *learning) newState(k key, now time.Time) *state {
	return &state{key: k, model: learn.New(k.model, k.version, l.options), touched: now, told: map[learn.Outcome]bool{}}
}

// makeRoom gives up on the idle model of which least is known. Names that somebody made up do not push out real ones.
func (l *learning) makeRoom(now time.Time) bool {
	if now.Before(l.fullTill) {
		return false
	}
	var least *state
	var leastKnown uint64
	for _, s := range l.states {
		s.mutex.Lock()
		idle, known := now.Sub(s.touched) >= idleLearning, s.model.Predictions()
		s.mutex.Unlock()
		if idle && (least == nil || known < leastKnown) {
			least, leastKnown = s, known
		}
	}
	if least == nil {
		l.fullTill = now.Add(time.Minute)
		l.reporter.log.Warn("More models to learn than learn::max_models; new ones wait until one of the others is finished or idle. Raise it, or give models profiles",
			zap.Int("max_models", l.config.MaxModels))
		return false
	}
	l.reporter.log.Warn("Learning given up to make room for another model: no traffic", append(whose(least.key), zap.Uint64("predictions", leastKnown))...)
	l.leave(least)
	return true
}

// leave ends learning. l.mutex must be held.
func (l *learning) leave(s *state) {
	s.mutex.Lock()
	s.left = true
	s.mutex.Unlock()
	delete(l.states, s.key)
	l.progress.forget(s.key)
}

func (l *learning) count() int {
	l.mutex.RLock()
	defer l.mutex.RUnlock()
	return len(l.states)
}

func (l *learning) all() []*state {
	l.mutex.RLock()
	defer l.mutex.RUnlock()
	states := make([]*state, 0, len(l.states))
	for _, s := range l.states {
		states = append(states, s)
	}
	return states
}

// run finishes what can be finished, and keeps the rest, until ctx is done.
func (l *learning) run(ctx context.Context) {
	tick := time.NewTicker(tickLearning)
	defer tick.Stop()
	keep := time.NewTicker(l.config.CheckpointInterval)
	defer keep.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			l.finish(ctx)
		case <-keep.C:
			l.checkpoint(ctx)
		}
	}
}

// finish makes profiles of what has been learned.
func (l *learning) finish(ctx context.Context) {
	for _, s := range l.all() {
		if !l.Wants(s.key.model, s.key.version) {
			l.reporter.log.Info("Learning ended: the model version now has a profile from elsewhere", whose(s.key)...)
			l.mutex.Lock()
			l.leave(s)
			l.mutex.Unlock()
			continue
		}
		s.mutex.Lock()
		period, ok := s.model.Finished(l.now())
		if !ok {
			s.mutex.Unlock()
			continue
		}
		material := s.model.Collect(period)
		s.model.Advance(period)
		s.mutex.Unlock()
		p, err := material.Profile(l.now()) // a second, maybe: nobody waits for it
		if err != nil {
			l.reporter.reject(fromLearning, rejectedInvalid, "No profile could be made of what was learned; learning begins anew", append(whose(s.key), zap.Error(err))...)
		} else {
			s.mutex.Lock()
			s.model.Made(p)
			s.mutex.Unlock()
			l.publish(ctx, newEntry(p, fromLearning, "learned"))
		}
		if err != nil || l.config.Refresh == 0 {
			l.mutex.Lock()
			l.leave(s)
			l.mutex.Unlock()
		}
	}
}

// publish puts a learned profile in force, and keeps it.
func (l *learning) publish(ctx context.Context, e *entry) {
	k := keyOf(e.profile)
	l.mutex.Lock()
	l.profiles[k] = e
	l.mutex.Unlock()
	l.reporter.loaded(e)
	l.reporter.beyond(l.catalog.add(e))
	if l.finished.keeps() {
		content, err := encode(e.profile)
		if err == nil {
			err = l.finished.change(context.WithoutCancel(ctx), map[string][]byte{k.name(): content}, nil)
		}
		if err != nil {
			l.reporter.storage("A learned profile can't be kept; after a restart it is learned anew", err, whose(k)...)
		}
	}
}
