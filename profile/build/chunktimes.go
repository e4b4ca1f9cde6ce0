package build

import (
	"slices"
	"time"
)

// coverage is how much of a chunk the reference must span for the chunk to count as one of its window's length.
const coverage = 0.9

// chunkTimes are the chunks of the reference, and how many rows each has: the epoch-aligned windows of each length.
type chunkTimes struct {
	names   []string
	lengths []int64 // seconds
	rows    []map[int64]uint64
	last    []int64
	cursor  []uint64 // rows of the last chunk that are not in the map yet
}

// chunkID names a chunk: the window's index and the chunk's number from 1970.
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
		t.rows, t.last, t.cursor = append(t.rows, map[int64]uint64{}), append(t.last, -1), append(t.cursor, 0)
	}
	return t, nil
}

// count adds a row. Neighbouring rows are mostly of one chunk, so that the maps are rarely asked.
func (t *chunkTimes) count(at time.Time) {
	seconds := at.Unix()
	for i, length := range t.lengths {
		number := seconds / length
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
		for number, rows := range t.rows[i] {
			from, to := number*length, (number+1)*length
			inside := min(to, end.Unix()+1) - max(from, start.Unix())
			if rows >= minRows && float64(inside) >= coverage*float64(length) {
				all[chunkID{i, number}] = rows
			}
		}
	}
	return all
}
