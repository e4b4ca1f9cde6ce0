// Package table reads files of rows one row at a time: CSV, JSON lines and Parquet. It is what making a profile and replaying a log have in
// common: a column goes by the same name, and a value means the same, to both.
package table

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// Options of reading; the zero value will do.
type Options struct {
	// OnBytes, where not nil, is told how many more bytes of the file have been read.
	OnBytes func(n int64)
	// Raw, where not nil, has had every byte of the file when Read returns io.EOF.
	Raw io.Writer
}

// decoder gives the rows of one format.
type decoder interface {
	// read fills the row's cells and line. It returns io.EOF after the last row.
	read(r *Row) error
}

// Reader reads the rows of a file.
type Reader struct {
	rows  decoder
	name  string
	unit  string
	fixed bool
	lists []string
	rest  io.Reader // the file's bytes, of which the decoder may leave some
	done  func()
}

// NewReader begins to read a file, whose columns it adds to the schema. Parquet is told by its first bytes, gzip by its own, JSON lines
// and CSV by the name's ending, else by the first byte. The file stays the caller's to close.
func NewReader(file *os.File, s *Schema, o Options) (*Reader, error) {
	path := file.Name()
	if o.OnBytes == nil {
		o.OnBytes = func(int64) {}
	}
	r := &Reader{name: filepath.Base(path), unit: "line", done: func() {}}
	if isParquet(file) {
		return r, r.openParquet(file, s, o)
	}
	bytesIn := io.Reader(&countingReader{file, o.OnBytes})
	if o.Raw != nil {
		bytesIn = io.TeeReader(bytesIn, o.Raw)
	}
	r.rest = bytesIn
	in := bufio.NewReaderSize(bytesIn, 1<<16)
	if magic, _ := in.Peek(2); bytes.Equal(magic, []byte{0x1f, 0x8b}) {
		unzipped, err := gzip.NewReader(in)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		in = bufio.NewReaderSize(unzipped, 1<<16)
	} else if strings.HasSuffix(path, ".gz") {
		return nil, fmt.Errorf("%s: a name that ends in .gz must be a gzip file", path)
	}
	skipByteOrderMark(in)
	if isJSON(path, in) {
		r.rows = newJSONReader(in, s)
		return r, nil
	}
	rows, err := newCSVReader(path, in, s)
	if err != nil {
		return nil, err
	}
	r.rows, r.fixed = rows, true
	return r, nil
}

func (r *Reader) openParquet(file *os.File, s *Schema, o Options) error {
	info, err := file.Stat()
	if err != nil {
		return err
	}
	if o.Raw != nil {
		if _, err := io.Copy(o.Raw, io.NewSectionReader(file, 0, info.Size())); err != nil {
			return err
		}
	}
	rows, err := newParquetReader(file, info.Size(), s, o.OnBytes)
	if err != nil {
		return err
	}
	r.rows, r.unit, r.fixed, r.lists, r.done = rows, "row", true, rows.lists, rows.close
	return nil
}

// Read reads the next row; io.EOF after the last.
func (r *Reader) Read(row *Row) error {
	row.File, row.Unit, row.Cells = r.name, r.unit, row.Cells[:0]
	err := r.rows.read(row)
	if errors.Is(err, io.EOF) && r.rest != nil {
		if _, err := io.Copy(io.Discard, r.rest); err != nil {
			return err
		}
	}
	return err
}

// Fixed reports whether all columns are known before the first row. Rows of JSON lines may bring new ones.
func (r *Reader) Fixed() bool { return r.fixed }

// Lists are the columns of a Parquet file that are left out, as they hold lists of something other than numbers.
func (r *Reader) Lists() []string { return r.lists }

// Close frees what reading took.
func (r *Reader) Close() { r.done() }

// isJSON tells by the name's ending, else by the first byte.
func isJSON(path string, in *bufio.Reader) bool {
	switch strings.ToLower(filepath.Ext(strings.TrimSuffix(path, ".gz"))) {
	case ".csv", ".tsv":
		return false
	case ".jsonl", ".ndjson", ".json":
		return true
	}
	first, err := firstVisible(in)
	return err == nil && first == '{'
}

func skipByteOrderMark(in *bufio.Reader) {
	if mark, _ := in.Peek(3); bytes.Equal(mark, []byte{0xef, 0xbb, 0xbf}) {
		_, _ = in.Discard(3)
	}
}

func firstVisible(in *bufio.Reader) (byte, error) {
	for n := 1; n <= 512; n++ {
		head, err := in.Peek(n)
		if err != nil {
			return 0, err
		}
		if c := head[n-1]; c != ' ' && c != '\t' && c != '\n' && c != '\r' {
			return c, nil
		}
	}
	return 0, io.EOF
}

type countingReader struct {
	in      io.Reader
	onBytes func(n int64)
}

func (c *countingReader) Read(b []byte) (int, error) {
	n, err := c.in.Read(b)
	c.onBytes(int64(n))
	return n, err
}
