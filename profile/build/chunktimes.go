package build

import (
	"slices"
	"time"
)

// coverage is how much of a chunk the reference must span for the chunk to count as one of its window's length.
const coverage = 0.9

// stepsPerChunk is how many steps a chunk is made of: chunks overlap, because windows slide. Over the worst stretch of the
// reference a window passes whole, while chunks side by side may cut it in two.
const stepsPerChunk = 4

// chunkTimes are the chunks of the reference, and how many rows each has. Chunks of a length begin every step from 1970 on.
type chunkTimes struct {
	names   []string
	lengths []int64            // seconds
	step    []int64            // seconds
	rows    []map[int64]uint64 // by step
	last    []int64
	cursor  []uint64 // rows of the last step that are not in the map yet
}

// chunkID names a chunk: the window's index and the number of the chunk's first step from 1970.
type chunkID struct {
	window int
	number int64
}

func newChunkTimes(windows []string) (*chunkTimes, error) {
	t := &chunkTimes{}
	for _, name := range windows {
		if slices.Contains(t.names, name) {
			continue
		}
		length, err := ParseWindow(name)
		if err != nil {
			return nil, err
		}
		t.names, t.lengths = append(t.names, name), append(t.lengths, int64(length/time.Second))
		t.step = append(t.step, int64(length/time.Second)/stepsPerChunk)
		t.rows, t.last, t.cursor = append(t.rows, map[int64]uint64{}), append(t.last, -1), append(t.cursor, 0)
	}
	return t, nil
}

// count adds a row. Neighbouring rows are mostly of one chunk, so that the maps are rarely asked.
func (t *chunkTimes) count(at time.Time) {
	seconds := at.Unix()
	for i, step := range t.step {
		number := seconds / step
		if number != t.last[i] {
			t.settle(i)
			t.last[i] = number
		}
		t.cursor[i]++
	}
}

func (t *chunkTimes) settle(i int) {
	if t.cursor[i] > 0 {
		t.rows[i][t.last[i]] += t.cursor[i]
		t.cursor[i] = 0
	}
}

// judged are the chunks that can be judged: with at least minRows, and of full length.
func (t *chunkTimes) judged(start, end time.Time, minRows uint64) map[chunkID]uint64 {
	all := map[chunkID]uint64{}
	for i, length := range t.lengths {
		t.settle(i)
		for number := range t.rows[i] {
			for back := range int64(stepsPerChunk) {
				id := chunkID{i, number - back}
				from, to := id.number*t.step[i], id.number*t.step[i]+length
				inside := min(to, end.Unix()+1) - max(from, start.Unix())
				if float64(inside) < coverage*float64(length) {
					continue
				}
				if rows := t.rowsOf(id); rows >= minRows {
					all[id] = rows
				}
			}
		}
	}
	return all
}

func (t *chunkTimes) rowsOf(id chunkID) (rows uint64) {
	for i := range int64(stepsPerChunk) {
		rows += t.rows[id.window][id.number+i]
	}
	return rows
}

// aligned is whether the chunk is one of those that lie side by side.
func (id chunkID) aligned() bool { return id.number%stepsPerChunk == 0 }
