package profilesextension

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"slices"
	"sync"
	"sync/atomic"

	"go.uber.org/zap"

	"github.com/leeway-ml/leeway/profile"
)

// calibrators holds the published calibrators: those of the source, and those that were published here. The source's win, as its profiles do
// over what is learned here: it sees the traffic of the whole fleet.
type calibrators struct {
	max      int
	reporter *reporter
	view     atomic.Pointer[calibratorView]

	mutex     sync.Mutex
	published map[key]*calibratorEntry
	followed  map[key]*calibratorEntry
	kept      *collection
}

// calibratorEntry is a calibrator with its digest. It never changes.
type calibratorEntry struct {
	calibrator *profile.Calibrator
	id         string
	origin     origin
}

func newCalibratorEntry(c *profile.Calibrator, from origin) *calibratorEntry {
	return &calibratorEntry{calibrator: c, id: c.ID(), origin: from}
}

func calibratorKey(c *profile.Calibrator) key { return key{c.Model, c.Version} }

// calibratorView is what is in force. It never changes, so that readers need no lock.
type calibratorView struct {
	inForce map[key]*calibratorEntry
	entries []*calibratorEntry // by model and version
	tag     string             // changes whenever entries do
}

func newCalibrators(most int, r *reporter) *calibrators {
	c := &calibrators{max: most, reporter: r, published: map[key]*calibratorEntry{}, followed: map[key]*calibratorEntry{}, kept: (&store{}).of("calibrators")}
	c.rebuild()
	return c
}

// get is the calibrator in force, nil where there is none.
func (c *calibrators) get(model, version string) *profile.Calibrator {
	if e := c.view.Load().inForce[key{model, version}]; e != nil {
		return e.calibrator
	}
	return nil
}

// restore puts the calibrators in force that were published before a restart.
func (c *calibrators) restore(ctx context.Context, s *store) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.kept = s.of("calibrators")
	err := c.kept.load(ctx, func(_ string, value []byte) error {
		read, err := profile.ReadCalibrator(value)
		if err == nil {
			c.published[calibratorKey(read)] = newCalibratorEntry(read, fromLearning)
		}
		return err
	})
	if err != nil {
		c.reporter.storage("Some calibrators can't be read; they are fitted anew", err)
	}
	c.rebuild()
}

// publish puts a calibrator in force and keeps it. Where there are too many, the one that was fitted longest ago makes room.
func (c *calibrators) publish(p *profile.Calibrator) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	k := calibratorKey(p)
	p.Revision = 1
	if before := c.published[k]; before != nil {
		p.Revision = before.calibrator.Revision + 1
	}
	content, err := p.Write()
	if err != nil {
		c.reporter.reject(fromLearning, rejectedInvalid, "Calibrator refused; the one before stays in force", append(whose(k), zap.Error(err))...)
		return
	}
	c.published[k] = newCalibratorEntry(p, fromLearning)
	var remove []string
	for len(c.published) > c.max {
		oldest := c.oldest(k)
		c.reporter.reject(fromLearning, rejectedLimit, "More calibrators than max_calibrators; the one that was fitted longest ago makes room. Raise max_calibrators", whose(oldest)...)
		delete(c.published, oldest)
		remove = append(remove, oldest.name())
	}
	c.rebuild()
	c.reporter.calibrated(p)
	if err := c.kept.change(context.Background(), map[string][]byte{k.name(): content}, remove); err != nil {
		c.reporter.storage("A calibrator can't be kept; it is in force until a restart", err, whose(k)...)
	}
}

// oldest is the calibrator that was fitted longest ago, other than the one that must stay.
func (c *calibrators) oldest(stays key) key {
	return slices.MinFunc(slices.DeleteFunc(slices.Collect(maps.Keys(c.published)), func(k key) bool { return k == stays }), func(a, b key) int {
		return cmp.Or(c.published[a].calibrator.Fitted.Compare(c.published[b].calibrator.Fitted), a.compare(b))
	})
}

// follow replaces all calibrators of the source.
func (c *calibrators) follow(entries map[key]*calibratorEntry) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.followed = entries
	c.rebuild()
}

func (c *calibrators) rebuild() {
	v := &calibratorView{inForce: make(map[key]*calibratorEntry, len(c.published)+len(c.followed))}
	maps.Copy(v.inForce, c.published)
	maps.Copy(v.inForce, c.followed)
	digest := sha256.New()
	for _, k := range slices.SortedFunc(maps.Keys(v.inForce), key.compare) {
		e := v.inForce[k]
		v.entries = append(v.entries, e)
		digest.Write([]byte(k.name() + " " + e.id + " " + e.origin.String() + "\n"))
	}
	v.tag = hex.EncodeToString(digest.Sum(nil)[:8])
	c.view.Store(v)
}

// counts is how many calibrators of each origin are in force.
func (v *calibratorView) counts() (n [origins]int64) {
	for _, e := range v.entries {
		n[e.origin]++
	}
	return n
}
