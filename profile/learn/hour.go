package learn

import "github.com/leeway-ml/leeway/profile"

// hour is what fell on one hour of event time. It has cells by variable, or all of them packed into bytes, which take a
// tenth of the room.
type hour struct {
	cells  map[string]*cell
	packed []byte
	dirty  bool // changed since the last Changes

	packedRows uint64 // what rows says while packed
}

func (h *hour) size() int64 {
	if h.cells == nil {
		return int64(len(h.packed)) + entryBytes
	}
	n := int64(entryBytes)
	for _, c := range h.cells {
		n += c.size()
	}
	return n
}

// rows is how many predictions fell on the hour: what ml.predictions counted, or without it the most that any other
// variable counted.
func (h *hour) rows() uint64 {
	if h.cells == nil {
		return h.packedRows
	}
	if class := h.cells[profile.KeyClass]; class != nil && class.total() > 0 {
		return class.total()
	}
	var most uint64
	for variable, c := range h.cells {
		if !isOutcome(variable) { // their predictions may be of other hours
			most = max(most, c.total())
		}
	}
	return most
}

func (h *hour) pack() {
	h.packedRows = h.rows()
	h.packed = encodeHour(h.cells)
	h.cells = nil
}

func (h *hour) unpack() {
	cells, err := decodeHour(h.packed)
	if err != nil { // can't be: these bytes were encoded here, or decoded once already
		cells = map[string]*cell{}
	}
	h.cells, h.packed = cells, nil
}

// copy returns cells that nobody else has.
func (h *hour) copy() map[string]*cell {
	packed := h.packed
	if h.cells != nil {
		packed = encodeHour(h.cells)
	}
	cells, err := decodeHour(packed)
	if err != nil { // can't be, as in unpack
		return nil
	}
	return cells
}
