package window

import (
	"encoding/binary"
	"errors"
	"hash/crc32"
	"math"

	"github.com/leeway-ml/leeway/summary"
)

// codecVersion is the first byte of all that a checkpoint holds.
const codecVersion = 1

// errCorrupt is what reading ends with where bytes are not what a checkpoint wrote.
var errCorrupt = errors.New("corrupt checkpoint entry")

// encoder writes numbers and texts, one after the other; seal adds a checksum.
type encoder struct{ buf []byte }

func newEncoder() *encoder { return &encoder{buf: []byte{codecVersion}} }

func (e *encoder) uint(x uint64) { e.buf = binary.AppendUvarint(e.buf, x) }
func (e *encoder) int(x int64)   { e.buf = binary.AppendVarint(e.buf, x) }
func (e *encoder) float(x float64) {
	e.buf = binary.LittleEndian.AppendUint64(e.buf, math.Float64bits(x))
}
func (e *encoder) text(s string) { e.buf = appendText(e.buf, s) }

func (e *encoder) bool(b bool) {
	if b {
		e.uint(1)
	} else {
		e.uint(0)
	}
}

func (e *encoder) attributes(as []summary.Attribute) { e.buf = appendAttributes(e.buf, as) }

func (e *encoder) seal() []byte {
	return binary.LittleEndian.AppendUint32(e.buf, crc32.ChecksumIEEE(e.buf))
}

// decoder reads what an encoder wrote. After the first error it reads zeros; ask err at the end.
type decoder struct {
	buf []byte
	err error
}

func newDecoder(sealed []byte) *decoder {
	n := len(sealed) - 4
	if n < 1 || sealed[0] != codecVersion || binary.LittleEndian.Uint32(sealed[n:]) != crc32.ChecksumIEEE(sealed[:n]) {
		return &decoder{err: errCorrupt}
	}
	return &decoder{buf: sealed[1:n]}
}

func (d *decoder) fail() { d.buf, d.err = nil, errCorrupt }

func (d *decoder) uint() uint64 {
	x, n := binary.Uvarint(d.buf)
	if n <= 0 {
		d.fail()
		return 0
	}
	d.buf = d.buf[n:]
	return x
}

func (d *decoder) int() int64 {
	x, n := binary.Varint(d.buf)
	if n <= 0 {
		d.fail()
		return 0
	}
	d.buf = d.buf[n:]
	return x
}

func (d *decoder) float() float64 {
	if len(d.buf) < 8 {
		d.fail()
		return 0
	}
	x := math.Float64frombits(binary.LittleEndian.Uint64(d.buf))
	d.buf = d.buf[8:]
	return x
}

func (d *decoder) bool() bool { return d.uint() == 1 }

// length reads the length of a list whose elements take at least a byte each, so that no corrupt length asks for memory.
func (d *decoder) length() int {
	n := d.uint()
	if n > uint64(len(d.buf)) {
		d.fail()
		return 0
	}
	return int(n)
}

func (d *decoder) text() string {
	n := d.length()
	s := string(d.buf[:n])
	d.buf = d.buf[n:]
	return s
}

func (d *decoder) attributes() []summary.Attribute {
	n := d.length()
	if n == 0 {
		return nil
	}
	as := make([]summary.Attribute, n)
	for i := range as {
		as[i] = summary.Attribute{Key: d.text(), Value: d.text()}
	}
	return as
}

// done is nil where everything was read, and nothing else was there.
func (d *decoder) done() error {
	if d.err == nil && len(d.buf) > 0 {
		d.fail()
	}
	return d.err
}
