package groundtruthprocessor

import (
	"encoding/binary"
	"math"
	"time"

	"github.com/leeway-ml/leeway/internal/join"
)

// model is what is known of a model beside what is held under its ids. The joiner's mutex guards it.
type model struct {
	name string
	// number stands for the name in the storage.
	number int
	// greatest event time seen, and up to which everything is thought to have arrived; noTime before the first event.
	greatest, watermark int64
	// arrived is when the last event came, by the wall clock.
	arrived time.Time
	held    [join.States]int64
	timers  timers
}

const noTime = math.MinInt64

func newModel(name string, number int, now time.Time) *model {
	return &model{name: name, number: number, greatest: noTime, watermark: noTime, arrived: now, timers: newTimers()}
}

// see moves event time on.
func (m *model) see(t int64, lateness time.Duration, now time.Time) {
	m.arrived = now
	if t > m.greatest {
		m.greatest = t
		m.watermark = max(m.watermark, t-int64(lateness))
	}
}

// idle moves event time on with the wall clock, where nothing has come for long.
func (m *model) idle(timeout time.Duration, now time.Time) {
	if since := now.Sub(m.arrived) - timeout; since >= 0 && m.greatest != noTime {
		m.watermark = max(m.watermark, m.greatest+int64(since))
	}
}

func (m *model) total() int64 {
	return m.held[join.Waiting] + m.held[join.Early] + m.held[join.Joined]
}

// spanFor is the span in which a time is due: not one that is already past, so that there are few, and not one that is further
// ahead than a right clock could say.
func (m *model) spanFor(due int64, grain int64, latest int64) int64 {
	end := spanOf(min(due, latest), grain)
	if m.watermark != noTime {
		end = max(end, m.watermark/grain*grain)
	}
	return end
}

// state is what is to be found again after a restart: the greatest event time, and how many are held in each state.
func (m *model) state() []byte {
	b := binary.AppendVarint(nil, m.greatest)
	for _, n := range m.held {
		b = binary.AppendVarint(b, n)
	}
	return b
}

// restore reads what state wrote.
func (m *model) restore(state []byte) bool {
	numbers := [1 + join.States]int64{}
	for i := range numbers {
		n, size := binary.Varint(state)
		if size <= 0 {
			return false
		}
		numbers[i], state = n, state[size:]
	}
	m.greatest = numbers[0]
	copy(m.held[:], numbers[1:])
	return len(state) == 0
}
