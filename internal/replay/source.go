package replay

import (
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/leeway-ml/leeway/internal/table"
)

// Row is one row of a file. It is valid until the next one is read.
type Row struct {
	table.Row
	Time   time.Time
	schema *table.Schema
}

// Cell is the column's value, absent where there is no such column.
func (r *Row) Cell(column string) table.Cell { return r.At(r.schema.Find(column)) }

// Value is the column's text; "" where it is empty or there is no such column.
func (r *Row) Value(column string) string { return r.Cell(column).Label() }

// Columns are the names of the file's columns, in order. Rows of JSON lines may bring more.
func (r *Row) Columns() []string { return r.schema.Names }

// Filter keeps the rows whose column holds the value.
type Filter struct{ Column, Value string }

// Source reads the rows of a file one by one: CSV, JSON lines or Parquet; the first two may be gzipped.
type Source struct {
	name       string
	file       *os.File
	reader     *table.Reader
	schema     *table.Schema
	clock      *table.Clock
	row        Row
	timeColumn string
	where      []Filter
	from, to   time.Time
}

// Open opens a file whose rows have their time in timeColumn: RFC 3339, or seconds since the epoch.
// onBytes, where not nil, is told how many bytes of the file have been read.
func Open(name, timeColumn string, where []Filter, onBytes func(n int64)) (*Source, error) {
	file, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	s := &Source{name: name, file: file, schema: table.NewSchema(), timeColumn: timeColumn, where: where}
	s.row.schema = s.schema
	if s.clock, err = table.NewClock("", ""); err == nil {
		s.reader, err = table.NewReader(file, s.schema, table.Options{OnBytes: onBytes})
	}
	if err != nil {
		file.Close()
		return nil, err
	}
	needed := []string{timeColumn}
	for _, f := range where {
		needed = append(needed, f.Column)
	}
	if err := s.Require(needed...); err != nil {
		_ = s.Close()
		return nil, err
	}
	return s, nil
}

// Require returns an error if the file lacks one of the columns; empty names are passed over.
func (s *Source) Require(columns ...string) error {
	known := s.schema
	if !s.reader.Fixed() {
		var err error
		if known, err = s.columnsAhead(columns); err != nil || known == nil {
			return err
		}
	}
	for _, c := range columns {
		if c != "" && !known.Has(c) {
			return fmt.Errorf("%s has no column %q; it has %s", s.name, c, strings.Join(known.Names, ", "))
		}
	}
	return nil
}

// columnsAhead reads a file whose columns are known only from its rows until all of the given ones have appeared: with most files that is the
// first row. What can be read only once is not looked into: nil.
func (s *Source) columnsAhead(columns []string) (*table.Schema, error) {
	info, err := s.file.Stat()
	if err != nil || !info.Mode().IsRegular() {
		return nil, err
	}
	file, err := os.Open(s.name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	known := table.NewSchema()
	reader, err := table.NewReader(file, known, table.Options{})
	if err != nil {
		return nil, err
	}
	defer reader.Close()
	lacks := func(column string) bool { return column != "" && !known.Has(column) }
	for row := (table.Row{}); slices.ContainsFunc(columns, lacks); {
		if err := reader.Read(&row); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return nil, err
		}
	}
	return known, nil
}

// Next returns the next row that passes the filters, io.EOF after the last.
func (s *Source) Next() (*Row, error) {
	row := &s.row
	for {
		if err := s.reader.Read(&row.Row); err != nil {
			return nil, err
		}
		if !s.wanted(row) {
			continue
		}
		if s.timeColumn != "" {
			at, ok := s.time(row.Cell(s.timeColumn))
			if !ok {
				return nil, fmt.Errorf("%s, %s %d, column %s: %q is no time; write RFC 3339 (2026-01-31T12:00:00Z) or seconds since 1970", s.name, row.Unit, row.Line, s.timeColumn, row.Value(s.timeColumn))
			}
			row.Time = at
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
func (s *Source) Close() error {
	s.reader.Close()
	return s.file.Close()
}

// time reads a time. Seconds have their microseconds; all else that a profile's times may be without a format is read as there.
func (s *Source) time(c table.Cell) (time.Time, bool) {
	if c.Kind == table.Text {
		for _, layout := range []string{time.RFC3339Nano, "2006-01-02 15:04:05"} {
			if t, err := time.Parse(layout, c.Text); err == nil {
				return t, true
			}
		}
	}
	if seconds, ok := c.Float(); ok && seconds >= 0 && seconds <= 1e11 {
		return time.UnixMicro(int64(seconds * 1e6)), true
	}
	t, err := s.clock.Read(c)
	return t, err == nil
}
