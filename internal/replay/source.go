package replay

import (
	"compress/gzip"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"time"
)

// Row is one line of a file.
type Row struct {
	Time   time.Time
	Line   int
	header *header
	fields []string
}

type header struct {
	names []string
	index map[string]int
}

// Value is the column's text; "" where it is empty or there is no such column.
func (r *Row) Value(column string) string {
	i, ok := r.header.index[column]
	if !ok {
		return ""
	}
	return r.fields[i]
}

// Columns are the names of the file's columns, in order.
func (r *Row) Columns() []string { return r.header.names }

// Filter keeps the rows whose column holds the value.
type Filter struct{ Column, Value string }

// Source reads the rows of a CSV file (gzip where its name ends in .gz) one by one.
type Source struct {
	name       string
	file       *os.File
	reader     *csv.Reader
	header     *header
	timeColumn string
	where      []Filter
	from, to   time.Time
	onBytes    func(n int64)
}

// Open opens a file whose rows have their time in timeColumn: RFC 3339, or seconds since the epoch.
// onBytes, where not nil, is told how many bytes of the file have been read.
func Open(name, timeColumn string, where []Filter, onBytes func(n int64)) (*Source, error) {
	file, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	s := &Source{name: name, file: file, timeColumn: timeColumn, where: where, onBytes: onBytes}
	var in io.Reader = counter{file, s}
	if strings.HasSuffix(name, ".gz") {
		unzipped, err := gzip.NewReader(in)
		if err != nil {
			file.Close()
			return nil, fmt.Errorf("%s: %w; a name that ends in .gz must be a gzip file", name, err)
		}
		in = unzipped
	}
	s.reader = csv.NewReader(in)
	names, err := s.reader.Read()
	if err != nil {
		file.Close()
		return nil, fmt.Errorf("%s: no header line: %w", name, err)
	}
	s.header = &header{names: names, index: map[string]int{}}
	for i, n := range names {
		s.header.index[n] = i
	}
	needed := []string{timeColumn}
	for _, f := range where {
		needed = append(needed, f.Column)
	}
	if err := s.Require(needed...); err != nil {
		file.Close()
		return nil, err
	}
	return s, nil
}

type counter struct {
	file *os.File
	s    *Source
}

func (c counter) Read(p []byte) (int, error) {
	n, err := c.file.Read(p)
	if c.s.onBytes != nil && n > 0 {
		c.s.onBytes(int64(n))
	}
	return n, err
}

// Require returns an error if the file lacks one of the columns; empty names are passed over.
func (s *Source) Require(columns ...string) error {
	for _, c := range columns {
		if _, ok := s.header.index[c]; !ok && c != "" {
			return fmt.Errorf("%s has no column %q; it has %s", s.name, c, strings.Join(s.header.names, ", "))
		}
	}
	return nil
}

// Next returns the next row that passes the filters, io.EOF after the last.
func (s *Source) Next() (*Row, error) {
	for {
		fields, err := s.reader.Read()
		if errors.Is(err, io.EOF) {
			return nil, io.EOF
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", s.name, err)
		}
		line, _ := s.reader.FieldPos(0)
		row := &Row{Line: line, header: s.header, fields: fields}
		if !s.wanted(row) {
			continue
		}
		if s.timeColumn != "" {
			text := row.Value(s.timeColumn)
			if row.Time, err = parseTime(text); err != nil {
				return nil, fmt.Errorf("%s, line %d, column %s: %q is no time; write RFC 3339 (2026-01-31T12:00:00Z) or seconds since 1970", s.name, line, s.timeColumn, text)
			}
			if row.Time.Before(s.from) || !s.to.IsZero() && !row.Time.Before(s.to) {
				continue
			}
		}
		return row, nil
	}
}

func (s *Source) wanted(r *Row) bool {
	for _, f := range s.where {
		if r.Value(f.Column) != f.Value {
			return false
		}
	}
	return true
}

// Close closes the file.
func (s *Source) Close() error { return s.file.Close() }

func parseTime(text string) (time.Time, error) {
	if t, err := time.Parse(time.RFC3339Nano, text); err == nil {
		return t, nil
	}
	if t, err := time.Parse("2006-01-02 15:04:05", text); err == nil {
		return t, nil
	}
	seconds, err := strconv.ParseFloat(text, 64)
	if err != nil || seconds < 0 || seconds > 1e11 {
		return time.Time{}, errors.New("no time")
	}
	return time.UnixMicro(int64(seconds * 1e6)), nil
}
