package table

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/deprecated"
	"github.com/parquet-go/parquet-go/format"
)

// parquetReader reads the leaf columns of a Parquet file, row group by row group; nested names are joined by dots. Columns
// that hold lists of anything but numbers are left out.
type parquetReader struct {
	name    string
	file    *parquet.File
	group   int
	rows    parquet.Rows
	batch   []parquet.Row
	next    int
	line    int
	leaves  []leaf
	width   int
	pool    []float64 // numbers of the row's arrays
	lists   []string
	bytes   int64 // of the file, to be reported as rows are read
	told    int64
	onBytes func(n int64)
}

// leaf is a leaf column of the file.
type leaf struct {
	column int // schema index; -1: left out
	array  bool
	// present is the definition level from which on an array is there, if perhaps empty.
	present int
	unit    time.Duration
	kind    leafKind
	scale   float64
}

type leafKind uint8

const (
	plain leafKind = iota
	timestamp
	date
	decimal
	unsigned
)

func isParquet(file *os.File) bool {
	var magic [4]byte
	_, err := file.ReadAt(magic[:], 0)
	return err == nil && string(magic[:]) == "PAR1"
}

func newParquetReader(file *os.File, size int64, s *Schema, onBytes func(n int64)) (r *parquetReader, err error) {
	name := filepath.Base(file.Name())
	defer func() {
		if broken := recover(); broken != nil {
			err = fmt.Errorf("%s: is no whole Parquet file: %v", name, broken)
		}
	}()
	if err := checkFooter(file, size); err != nil {
		return nil, fmt.Errorf("%s: is no whole Parquet file: %w", name, err)
	}
	opened, err := parquet.OpenFile(file, size, parquet.SkipBloomFilters(true), parquet.SkipPageIndex(true))
	if err != nil {
		return nil, fmt.Errorf("%s: is no whole Parquet file: %w", name, err)
	}
	r = &parquetReader{name: name, file: opened, batch: make([]parquet.Row, 256), bytes: size, onBytes: onBytes}
	r.batch = r.batch[:0]
	known := len(s.Names) > 0
	seen := map[string]bool{}
	for _, path := range opened.Schema().Columns() {
		column := strings.ToValidUTF8(columnName("", strings.Join(path, ".")), "\uFFFD")
		found, ok := opened.Schema().Lookup(path...)
		array, present := ok && found.MaxRepetitionLevel == 1, 0
		if array {
			var plain []string
			if plain, present, array = arrayPath(opened.Root(), path); array {
				column = strings.ToValidUTF8(columnName("", strings.Join(plain, ".")), "\uFFFD")
			}
		}
		if !ok || found.MaxRepetitionLevel > 0 && !array {
			r.lists = append(r.lists, column)
			r.leaves = append(r.leaves, leaf{column: -1})
			continue
		}
		if known && !s.Has(column) {
			return nil, fmt.Errorf("%s: column %q is not in the other files; all must have the same columns", name, column)
		}
		index, err := s.Column(column)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		seen[column] = true
		l := leafOf(found.Node.Type())
		l.column, l.array, l.present = index, array, present
		r.leaves = append(r.leaves, l)
		r.width = max(r.width, index+1)
	}
	for _, column := range s.Names {
		if !seen[column] {
			return nil, fmt.Errorf("%s: there is no column %q, which the other files have; all must have the same columns", name, column)
		}
	}
	return r, nil
}

// checkFooter keeps a broken length from being taken for a request for memory.
func checkFooter(file *os.File, size int64) error {
	var end [8]byte
	if size < 12 {
		return errors.New("it is too short")
	}
	if _, err := file.ReadAt(end[:], size-8); err != nil {
		return err
	}
	if length := int64(binary.LittleEndian.Uint32(end[:4])); string(end[4:]) != "PAR1" || length > size-12 {
		return errors.New("its end is missing")
	}
	return nil
}

// leafOf says how values of the type are meant.
func leafOf(t parquet.Type) leaf {
	if logical := t.LogicalType(); logical != nil {
		switch x := logical.Value.(type) {
		case *format.TimestampType:
			if x.Unit.Value != nil {
				return leaf{kind: timestamp, unit: x.Unit.Value.Duration()}
			}
		case *format.DateType:
			return leaf{kind: date}
		case *format.DecimalType:
			return leaf{kind: decimal, scale: math.Pow10(-int(x.Scale))}
		case *format.IntType:
			if !x.IsSigned {
				return leaf{kind: unsigned}
			}
		}
		return leaf{}
	}
	if converted := t.ConvertedType(); converted != nil {
		switch *converted {
		case deprecated.TimestampMillis:
			return leaf{kind: timestamp, unit: time.Millisecond}
		case deprecated.TimestampMicros:
			return leaf{kind: timestamp, unit: time.Microsecond}
		case deprecated.Date:
			return leaf{kind: date}
		case deprecated.Uint64, deprecated.Uint32, deprecated.Uint16, deprecated.Uint8:
			return leaf{kind: unsigned}
		}
	}
	return leaf{}
}

func (p *parquetReader) read(r *Row) (err error) {
	defer func() {
		if broken := recover(); broken != nil {
			err = fmt.Errorf("%s, row %d: is no whole Parquet file: %v", p.name, p.line+1, broken)
		}
	}()
	for p.next >= len(p.batch) {
		if err := p.fill(); err != nil {
			return err
		}
	}
	values := p.batch[p.next]
	p.next++
	p.line++
	r.Line = p.line
	for len(r.Cells) < p.width {
		r.Cells = append(r.Cells, Cell{})
	}
	p.pool = p.pool[:0]
	for i := 0; i < len(values); i++ {
		v := values[i]
		switch l := p.leaves[v.Column()]; {
		case l.array:
			last := i
			for last+1 < len(values) && values[last+1].Column() == v.Column() {
				last++
			}
			r.Cells[l.column] = p.array(l, values[i:last+1])
			i = last
		case l.column >= 0 && !v.IsNull():
			r.Cells[l.column] = l.cell(v)
		}
	}
	return nil
}

// array is the cell of a list's values. A list that is null or empty has one value, which is null.
func (p *parquetReader) array(l leaf, values []parquet.Value) Cell {
	if values[0].IsNull() && values[0].DefinitionLevel() < l.present {
		return Cell{}
	}
	first := len(p.pool)
	for _, v := range values {
		if v.IsNull() {
			p.pool = p.pool[:first]
			return Cell{Kind: Array}
		}
		p.pool = append(p.pool, l.cell(v).Number)
	}
	return Cell{Kind: Array, Numbers: p.pool[first:len(p.pool):len(p.pool)]}
}

// arrayPath is where a list of numbers stands, without the groups inside that every list has, and its leaf.present; not ok where the list
// holds anything else. A field that is repeated without being called a list can't be null: where it is empty it is missing.
func arrayPath(root parquet.Node, path []string) (plain []string, present int, ok bool) {
	node := root
	for i, name := range path {
		next := parquet.Node(nil)
		for _, field := range node.Fields() {
			if field.Name() == name {
				next = field
			}
		}
		if next == nil {
			return nil, 0, false
		}
		node = next
		list := node.Repeated()
		if list || node.Optional() {
			present++
		}
		if !node.Leaf() {
			logical := node.Type().LogicalType()
			if logical != nil {
				_, isList := logical.Value.(*format.ListType)
				list = list || isList
			}
		}
		if !list {
			continue
		}
		for !node.Leaf() { // whatever is inside must be alone
			if len(node.Fields()) != 1 {
				return nil, 0, false
			}
			node = node.Fields()[0]
		}
		switch leafOf(node.Type()).kind {
		case timestamp, date:
			return nil, 0, false
		}
		switch node.Type().Kind() {
		case parquet.Int32, parquet.Int64, parquet.Float, parquet.Double:
			return path[:i+1], present, true
		}
		return nil, 0, false
	}
	return nil, 0, false
}

// fill reads the next batch of rows.
func (p *parquetReader) fill() error {
	for {
		if p.rows == nil {
			groups := p.file.RowGroups()
			if p.group == len(groups) {
				return io.EOF
			}
			p.rows = groups[p.group].Rows()
			p.group++
		}
		p.batch, p.next = p.batch[:cap(p.batch)], 0
		n, err := p.rows.ReadRows(p.batch)
		p.batch = p.batch[:n]
		if total := p.file.NumRows(); total > 0 {
			done := int64(float64(p.bytes) * float64(p.line+n) / float64(total))
			p.onBytes(done - p.told)
			p.told = done
		}
		if n > 0 {
			return nil
		}
		if err != nil {
			closed := p.rows.Close()
			p.rows = nil
			if !errors.Is(err, io.EOF) {
				return fmt.Errorf("%s, row %d: %w", p.name, p.line+1, err)
			}
			if closed != nil {
				return fmt.Errorf("%s: %w", p.name, closed)
			}
		}
	}
}

func (p *parquetReader) close() {
	if p.rows != nil {
		_ = p.rows.Close()
	}
}

// cell is a value that is not null.
func (l leaf) cell(v parquet.Value) Cell {
	switch v.Kind() {
	case parquet.Boolean:
		return Cell{Kind: Boolean, Text: strconv.FormatBool(v.Boolean())}
	case parquet.Int32:
		if l.kind == unsigned {
			return Cell{Kind: Number, Number: float64(v.Uint32())}
		}
		return l.integer(int64(v.Int32()))
	case parquet.Int64:
		if l.kind == unsigned {
			c := Cell{Kind: Number, Number: float64(v.Uint64())}
			if v.Uint64() >= longInteger {
				c.Text = strconv.FormatUint(v.Uint64(), 10)
			}
			return c
		}
		return l.integer(v.Int64())
	case parquet.Int96: // nanoseconds of the day, and the Julian day
		x := v.Int96()
		day := int64(x[2]) - 2440588
		nanos := int64(x[1])<<32 | int64(x[0])
		return instant(time.Unix(day*86400, nanos))
	case parquet.Float:
		return Cell{Kind: Number, Number: float64(v.Float())}
	case parquet.Double:
		return Cell{Kind: Number, Number: v.Double()}
	default:
		if l.kind == decimal {
			return Cell{Kind: Number, Number: bigEndian(v.ByteArray()) * l.scale}
		}
		return Cell{Kind: Text, Text: string(v.ByteArray())}
	}
}

// longInteger is where integers begin to be kept as text too: identifiers of that length are no longer told apart as doubles.
const longInteger = 1e15

func (l leaf) integer(x int64) Cell {
	switch l.kind {
	case timestamp:
		perSecond := int64(time.Second / l.unit)
		return instant(time.Unix(x/perSecond, x%perSecond*int64(l.unit)))
	case date:
		return instant(time.Unix(x*86400, 0))
	case decimal:
		return Cell{Kind: Number, Number: float64(x) * l.scale}
	}
	c := Cell{Kind: Number, Number: float64(x)}
	if x >= longInteger || x <= -longInteger {
		c.Text = strconv.FormatInt(x, 10)
	}
	return c
}

func instant(t time.Time) Cell {
	return Cell{Kind: Text, Text: t.UTC().Format(time.RFC3339Nano)}
}

// bigEndian is a two's complement integer of any length.
func bigEndian(b []byte) float64 {
	if len(b) == 0 {
		return 0
	}
	x := float64(int8(b[0]))
	for _, c := range b[1:] {
		x = x*256 + float64(c)
	}
	return x
}
