package conceptdrift

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"math"
)

// A state is encoded as
//
//	"LCD" | version (1 byte) | method (1 byte) | configuration | state | CRC-32 (IEEE) of all before it (4 bytes)
//
// with floats as 8 bytes and the CRC as 4 bytes, little endian, counts as uvarints, flags and levels as one byte. What is read is
// checked: the CRC, the configuration as New checks it, and that the state is one that Update can go on from.
const (
	magic   = "LCD"
	version = 1
	header  = len(magic) + 2
)

// MaxState is the greatest length of an encoded state, for any configuration that is allowed. With default configurations a
// state takes below 200 bytes, KSWIN's 1 KiB, and ADWIN's 2 KiB after 10^7 updates.
const MaxState = 16 << 10

// Errors of reading a state.
var (
	ErrOtherConfig  = errors.New("conceptdrift: the state is of another configuration: begin anew")
	ErrOtherMethod  = errors.New("conceptdrift: the state is of another method: begin anew")
	ErrOtherVersion = errors.New("conceptdrift: the state was written by another version of Leeway: begin anew")
	ErrDamaged      = errors.New("conceptdrift: the state is damaged: begin anew")
)

// fields writes and reads a detector's configuration and state.
type fields interface {
	write(b []byte) []byte
	read(r *reader)
}

// Restore makes the detector whose state was encoded, with its configuration.
func Restore(data []byte) (Detector, error) {
	m, err := methodOf(data)
	if err != nil {
		return nil, err
	}
	d := blank(m)
	if d == nil {
		return nil, fmt.Errorf("%w: no method %d", ErrDamaged, m)
	}
	if err := decode(data, m, d); err != nil {
		return nil, err
	}
	return d, nil
}

func methodOf(data []byte) (Method, error) {
	if len(data) < header+crc32.Size || len(data) > MaxState || string(data[:len(magic)]) != magic {
		return 0, fmt.Errorf("%w: %d bytes that are no state", ErrDamaged, len(data))
	}
	if v := data[len(magic)]; v != version {
		return 0, fmt.Errorf("%w: version %d, not %d", ErrOtherVersion, v, version)
	}
	return Method(data[len(magic)+1]), nil
}

func encode(b []byte, m Method, f fields) []byte {
	start := len(b)
	b = append(b, magic...)
	b = append(b, version, byte(m))
	b = f.write(b)
	return binary.LittleEndian.AppendUint32(b, crc32.ChecksumIEEE(b[start:]))
}

func decode(data []byte, want Method, f fields) error {
	m, err := methodOf(data)
	if err != nil {
		return err
	}
	if m != want {
		return fmt.Errorf("%w: %v, not %v", ErrOtherMethod, m, want)
	}
	body, sum := data[:len(data)-crc32.Size], data[len(data)-crc32.Size:]
	if crc32.ChecksumIEEE(body) != binary.LittleEndian.Uint32(sum) {
		return fmt.Errorf("%w: its checksum is wrong", ErrDamaged)
	}
	r := &reader{data: body[header:]}
	f.read(r)
	if r.err == nil && len(r.data) > 0 {
		r.fail("%d bytes too many", len(r.data))
	}
	return r.err
}

// unmarshal reads a state into one detector, and takes it into another if that has the same configuration or none.
func unmarshal[D any, C comparable](data []byte, m Method, into *D, read *D, f fields, config func(*D) C) error {
	if err := decode(data, m, f); err != nil {
		return err
	}
	var none C
	if c := config(into); c != none && c != config(read) {
		return ErrOtherConfig
	}
	*into = *read
	return nil
}

func appendFloat(b []byte, x float64) []byte {
	return binary.LittleEndian.AppendUint64(b, math.Float64bits(x))
}

// appendCount writes a count, which may be kept as a float64.
func appendCount[T uint8 | int | uint64 | float64](b []byte, n T) []byte {
	return binary.AppendUvarint(b, uint64(n))
}

func appendFlag(b []byte, flag bool) []byte {
	if flag {
		return append(b, 1)
	}
	return append(b, 0)
}

// reader takes values from the front of data. After its first error all that it reads is 0.
type reader struct {
	data []byte
	err  error
}

func (r *reader) fail(format string, args ...any) {
	if r.err == nil {
		r.err = fmt.Errorf("%w: %s", ErrDamaged, fmt.Sprintf(format, args...))
	}
	r.data = nil
}

// check takes the error of a configuration, or of a state that no stream of values leads to.
func (r *reader) check(err error) {
	if err != nil {
		r.fail("%v", err)
	}
}

func (r *reader) require(ok bool, what string) {
	if !ok {
		r.fail("%s", what)
	}
}

func (r *reader) float(low, high float64) float64 {
	if len(r.data) < 8 {
		r.fail("too short")
		return 0
	}
	x := math.Float64frombits(binary.LittleEndian.Uint64(r.data))
	r.data = r.data[8:]
	if !(x >= low && x <= high) {
		r.fail("%v is not from %v to %v", x, low, high)
		return 0
	}
	return x
}

// finite reads a sum, or a sum of squares.
func (r *reader) finite() float64 { return r.float(-1e240, 1e240) }

// value reads one of the values that any detector takes.
func (r *reader) value() float64 { return r.float(-greatest, greatest) }

func (r *reader) share() float64 { return r.float(0, 1) }

// mostValues is the most values that a detector counts exactly.
const mostValues = 1 << 53

func (r *reader) count(most uint64) uint64 {
	n, size := binary.Uvarint(r.data)
	if size <= 0 {
		r.fail("too short")
		return 0
	}
	r.data = r.data[size:]
	if n > most {
		r.fail("%d is above %d", n, most)
		return 0
	}
	return n
}

func (r *reader) flag() bool { return r.count(1) == 1 }

func (r *reader) level() Level { return Level(r.count(uint64(Drift))) }

func (r *reader) direction() Direction { return Direction(r.count(uint64(Both))) }
