package conceptdriftprocessor

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"math"
)

// An entry in the storage is encoded as
//
//	version (1 byte) | what it holds | CRC-32 (IEEE) of all before it (4 bytes, little endian)
//
// with whole numbers as varints, floats as 8 bytes, little endian, and texts and lists led by their length.
const encodingVersion = 1

var errDamaged = errors.New("it is damaged")

type encoder struct{ buf []byte }

func newEncoder() *encoder { return &encoder{[]byte{encodingVersion}} }

func (e *encoder) seal() []byte {
	return binary.LittleEndian.AppendUint32(e.buf, crc32.ChecksumIEEE(e.buf))
}

func (e *encoder) int(n int64)   { e.buf = binary.AppendVarint(e.buf, n) }
func (e *encoder) uint(n uint64) { e.buf = binary.AppendUvarint(e.buf, n) }

func (e *encoder) float(x float64) {
	e.buf = binary.LittleEndian.AppendUint64(e.buf, math.Float64bits(x))
}

func (e *encoder) text(s string) {
	e.uint(uint64(len(s)))
	e.buf = append(e.buf, s...)
}

func (e *encoder) pairs(pairs []pair) {
	e.uint(uint64(len(pairs)))
	for _, p := range pairs {
		e.text(p.key)
		e.text(p.text)
	}
}

// decoder takes values from the front of buf. After its first error all that it reads is nothing.
type decoder struct {
	buf []byte
	err error
}

func newDecoder(data []byte) *decoder {
	d := &decoder{}
	if len(data) < 1+crc32.Size {
		d.fail()
		return d
	}
	body := data[:len(data)-crc32.Size]
	switch {
	case binary.LittleEndian.Uint32(data[len(body):]) != crc32.ChecksumIEEE(body):
		d.fail()
	case body[0] != encodingVersion:
		d.err = fmt.Errorf("it was written by another version of Leeway: %d, not %d", body[0], encodingVersion)
	default:
		d.buf = body[1:]
	}
	return d
}

func (d *decoder) fail() {
	if d.err == nil {
		d.err = errDamaged
	}
	d.buf = nil
}

// done is the first error; what is left over is one, too.
func (d *decoder) done() error {
	if len(d.buf) > 0 {
		d.fail()
	}
	return d.err
}

func (d *decoder) int() int64 {
	n, size := binary.Varint(d.buf)
	if size <= 0 {
		d.fail()
		return 0
	}
	d.buf = d.buf[size:]
	return n
}

func (d *decoder) uint() uint64 {
	n, size := binary.Uvarint(d.buf)
	if size <= 0 {
		d.fail()
		return 0
	}
	d.buf = d.buf[size:]
	return n
}

// length of what follows, each of at least one byte.
func (d *decoder) length() int {
	n := d.uint()
	if n > uint64(len(d.buf)) {
		d.fail()
		return 0
	}
	return int(n)
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

// value is one that a detector takes, or NaN where there is none.
func (d *decoder) value() float64 {
	x := d.float()
	if math.Abs(x) > maxValue {
		d.fail()
		return 0
	}
	return x
}

func (d *decoder) text() string { return string(d.bytes()) }

func (d *decoder) bytes() []byte {
	n := d.length()
	taken := d.buf[:n]
	d.buf = d.buf[n:]
	return taken
}

func (d *decoder) pairs() []pair {
	n := d.length()
	if n == 0 {
		return nil
	}
	pairs := make([]pair, n)
	for i := range pairs {
		pairs[i] = pair{d.text(), d.text()}
	}
	return pairs
}
