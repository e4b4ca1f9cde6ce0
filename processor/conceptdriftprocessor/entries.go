package conceptdriftprocessor

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/leeway-ml/leeway/stats/conceptdrift"
)

// Under the model's id stand
//
//	model                 name and version, event times, which chunks and slices there are, what is to be passed on
//	<kind>/group/<hash>   the detectors of the whole traffic, or of a slice
//	<kind>/wait/<number>  events that wait, as they came between two checkpoints
const stateKey = "model"

// idOf names a model in the storage.
func idOf(m *model) string { return digest(m.name + "\x00" + m.version) }

func digest(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:16])
}

// groupKey names the whole traffic, or a slice, among the groups of a kind.
func groupKey(pairs []pair) string {
	e := &encoder{}
	e.pairs(pairs)
	return "group/" + digest(string(e.buf))
}

func waitKey(number uint64) string { return "wait/" + strconv.FormatUint(number, 10) }

// mostChunks is how many a lane may have: one a batch, as long as its events wait.
const mostChunks = 1 << 24

// laneState is what is kept of a lane beside its groups and chunks.
type laneState struct {
	greatest, watermark, taken int64
	takenID                    string
	takenSignals               uint64
	// Chunks are those from first until next, but for those of which all was taken.
	first, next uint64
	groups      []string
}

// modelState is the entry of a model.
type modelState struct {
	name, version string
	arrived       int64
	lanes         [kinds]laneState
	pending       []*firing
}

func (m *model) state() *modelState {
	s := &modelState{name: m.name, version: m.version, arrived: m.arrived.Load(), pending: m.pending}
	for k, l := range m.lanes {
		s.lanes[k] = laneState{greatest: l.greatest, watermark: l.watermark, taken: l.taken, takenID: l.takenID, takenSignals: l.takenSignals, first: l.next, next: l.next}
		if len(l.chunks) > 0 {
			s.lanes[k].first = l.chunks[0].number
		}
		for _, g := range l.groups {
			if g.streams != nil {
				s.lanes[k].groups = append(s.lanes[k].groups, groupKey(g.pairs))
			}
		}
		slices.Sort(s.lanes[k].groups)
	}
	return s
}

func (s *modelState) encode() []byte {
	e := newEncoder()
	e.text(s.name)
	e.text(s.version)
	e.int(s.arrived)
	for _, l := range s.lanes {
		e.int(l.greatest)
		e.int(l.watermark)
		e.int(l.taken)
		e.text(l.takenID)
		e.uint(l.takenSignals)
		e.uint(l.first)
		e.uint(l.next)
		e.uint(uint64(len(l.groups)))
		for _, key := range l.groups {
			e.text(key)
		}
	}
	e.uint(uint64(len(s.pending)))
	for _, f := range s.pending {
		e.pairs(f.pairs)
		e.text(f.name)
		e.text(f.signal)
		e.text(f.method)
		e.uint(uint64(f.level))
		e.float(f.estimate.Before)
		e.float(f.estimate.After)
		e.uint(f.estimate.Count)
		e.uint(f.estimate.Since)
		e.int(f.time)
	}
	return e.seal()
}

func decodeModel(data []byte) (*modelState, error) {
	d := newDecoder(data)
	s := &modelState{name: d.text(), version: d.text(), arrived: d.int()}
	for k := range s.lanes {
		l := &s.lanes[k]
		l.greatest, l.watermark, l.taken, l.takenID, l.takenSignals = d.int(), d.int(), d.int(), d.text(), d.uint()
		l.first, l.next = d.uint(), d.uint()
		if l.first > l.next || l.next-l.first > mostChunks {
			d.fail()
		}
		for range d.length() {
			key := d.text()
			if !strings.HasPrefix(key, "group/") {
				d.fail()
			}
			l.groups = append(l.groups, key)
		}
	}
	for range d.length() {
		f := &firing{
			pairs: d.pairs(), name: d.text(), signal: d.text(), method: d.text(), level: conceptdrift.Level(min(d.uint(), math.MaxUint8)),
			estimate: conceptdrift.Estimate{Before: d.float(), After: d.float(), Count: d.uint(), Since: d.uint()},
			time:     d.int(),
		}
		if f.level > conceptdrift.Drift {
			d.fail()
		}
		s.pending = append(s.pending, f)
	}
	if err := d.done(); err != nil {
		return nil, err
	}
	if s.name == "" {
		return nil, fmt.Errorf("%w: a model without a name", errDamaged)
	}
	return s, nil
}

// streamState is one detector of a group.
type streamState struct {
	name, signal string
	state        []byte
}

// groupState is the entry of a group.
type groupState struct {
	pairs   []pair
	arrived int64
	streams []streamState
}

func (g *group) encode(l *lanePlan) ([]byte, error) {
	e := newEncoder()
	e.pairs(g.pairs)
	e.int(g.arrived)
	e.uint(uint64(g.running()))
	for n, stream := range g.streams {
		if stream == nil {
			continue
		}
		state, err := stream.MarshalBinary()
		if err != nil {
			return nil, err
		}
		e.text(l.detections[n].name)
		e.text(l.detections[n].signal.name)
		e.text(string(state))
	}
	return e.seal(), nil
}

func decodeGroup(data []byte) (*groupState, error) {
	d := newDecoder(data)
	g := &groupState{pairs: d.pairs(), arrived: d.int()}
	for range d.length() {
		g.streams = append(g.streams, streamState{d.text(), d.text(), d.bytes()})
	}
	if err := d.done(); err != nil {
		return nil, err
	}
	return g, nil
}

// encodeItems writes events that wait. The names of their signals and the slices that they are in stand before them, once.
func encodeItems(l *lanePlan, items []*item) []byte {
	e := newEncoder()
	e.uint(uint64(len(l.signals)))
	for _, s := range l.signals {
		e.text(s.name)
	}
	var groups []*group
	numbers := map[*group]int{}
	for _, x := range items {
		for _, g := range x.slices {
			if _, ok := numbers[g]; !ok {
				numbers[g] = len(groups)
				groups = append(groups, g)
			}
		}
	}
	e.uint(uint64(len(groups)))
	for _, g := range groups {
		e.pairs(g.pairs)
	}
	e.uint(uint64(len(items)))
	last := int64(0)
	for _, x := range items {
		e.int(x.time - last)
		last = x.time
		e.text(x.id)
		for _, v := range x.values {
			e.float(v)
		}
		e.uint(uint64(len(x.slices)))
		for _, g := range x.slices {
			e.uint(uint64(numbers[g]))
		}
	}
	return e.seal()
}

// itemsState is a chunk.
type itemsState struct {
	signals []string
	groups  [][]pair
	items   []item
	// members are the indices of each item's groups.
	members [][]int
}

func decodeItems(data []byte) (*itemsState, error) {
	d := newDecoder(data)
	s := &itemsState{}
	for range d.length() {
		s.signals = append(s.signals, d.text())
	}
	for range d.length() {
		s.groups = append(s.groups, d.pairs())
	}
	last := int64(0)
	for range d.length() {
		last += d.int()
		x := item{time: last, id: d.text()}
		for range s.signals {
			x.values = append(x.values, d.value())
		}
		var members []int
		for range d.length() {
			g := d.uint()
			if g >= uint64(len(s.groups)) {
				d.fail()
				break
			}
			members = append(members, int(g))
		}
		s.items, s.members = append(s.items, x), append(s.members, members)
	}
	if err := d.done(); err != nil {
		return nil, err
	}
	return s, nil
}
