package build

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// reader gives the rows of one file.
type reader interface {
	// read fills the row's cells and line. It returns io.EOF after the last row.
	read(r *row) error
}

// source is the files, to be scanned several times.
type source struct {
	paths   []string
	states  []os.FileInfo
	size    int64
	schema  *schema
	missing map[string]bool
	where   []Condition
	truth   *truth // nil where labels are in the files themselves
	options *Options
	sha256  string   // known after the first scan
	rows    uint64   // that passed the filter, known after the first scan
	lists   []string // columns that hold lists, which are left out
	pass    int
	notify  func(Progress)
}

func newSource(paths []string, o *Options) (*source, error) {
	if len(paths) == 0 {
		return nil, errors.New("no file given; name a CSV, JSON lines or Parquet file")
	}
	s := &source{paths: paths, schema: &schema{index: map[string]int{}}, missing: map[string]bool{"": true}, where: o.Where, options: o, notify: o.OnProgress}
	for _, m := range o.Missing {
		s.missing[m] = true
	}
	for _, path := range paths {
		if path == "-" {
			return nil, errors.New("standard input can be read only once, and a profile takes several passes over the data; write it to a file first")
		}
		info, err := os.Stat(path)
		if err != nil {
			return nil, err
		}
		if info.IsDir() {
			return nil, fmt.Errorf("%s is a directory; name its files", path)
		}
		if !info.Mode().IsRegular() {
			return nil, fmt.Errorf("%s can be read only once, and a profile takes several passes over the data; write it to a file first", path)
		}
		s.states = append(s.states, info)
		s.size += info.Size()
	}
	return s, nil
}

// scan calls do for each row that passes the filter. what says what the pass is for.
func (s *source) scan(ctx context.Context, what string, do func(*row) error) error {
	s.pass++
	p := &progress{source: s, what: what}
	digest := sha256.New()
	raw := io.Writer(digest)
	if s.sha256 != "" {
		raw = io.Discard
	}
	var rows, all uint64
	if s.truth != nil {
		s.truth.joined = 0
	}
	for i := range s.paths {
		err := s.scanFile(i, p, raw, func(r *row) error {
			if all++; all&1023 == 0 {
				if err := ctx.Err(); err != nil {
					return err
				}
			}
			if !s.wanted(r) {
				return nil
			}
			rows++
			if s.truth != nil {
				if err := s.truth.join(s.schema, s.options.IDColumn, r); err != nil {
					return err
				}
			}
			return do(r)
		})
		if err != nil {
			return err
		}
	}
	p.report(true)
	if rows == 0 {
		if all > 0 {
			return fmt.Errorf("none of %d rows passes %s", all, describe(s.where))
		}
		return fmt.Errorf("%s: no rows", strings.Join(s.paths, ", "))
	}
	if s.truth != nil && s.sha256 == "" {
		if err := s.truth.check(s.options.IDColumn, rows); err != nil {
			return err
		}
		if err := s.truth.digest(digest); err != nil {
			return err
		}
	}
	if s.sha256 == "" {
		s.sha256 = hex.EncodeToString(digest.Sum(nil))
	}
	s.rows = rows
	return nil
}

// scanFile reads one file; every byte of it also goes to raw.
func (s *source) scanFile(i int, p *progress, raw io.Writer, do func(*row) error) error {
	path := s.paths[i]
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	if info, err := file.Stat(); err != nil {
		return err
	} else if old := s.states[i]; info.Size() != old.Size() || !info.ModTime().Equal(old.ModTime()) {
		return fmt.Errorf("%s changed while the profile was made; try again when it is complete", path)
	}
	r := &row{file: filepath.Base(path), unit: "line"}
	if isParquet(file) {
		r.unit = "row"
		if raw != io.Discard {
			if _, err := io.Copy(raw, io.NewSectionReader(file, 0, s.states[i].Size())); err != nil {
				return err
			}
		}
		rows, err := newParquetReader(file, s.states[i].Size(), s.schema, p)
		if err != nil {
			return err
		}
		defer rows.close()
		s.lists = rows.lists
		return s.rowsOf(rows, r, do)
	}
	bytesIn := io.TeeReader(&countingReader{file, p}, raw)
	in := bufio.NewReaderSize(bytesIn, 1<<16)
	if magic, _ := in.Peek(2); bytes.Equal(magic, []byte{0x1f, 0x8b}) {
		unzipped, err := gzip.NewReader(in)
		if err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		in = bufio.NewReaderSize(unzipped, 1<<16)
	} else if strings.HasSuffix(path, ".gz") {
		return fmt.Errorf("%s: a name that ends in .gz must be a gzip file", path)
	}
	rows, err := s.textReader(path, in)
	if err == nil {
		err = s.rowsOf(rows, r, do)
	}
	if err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, bytesIn) // for the digest: what the decoder left
	return err
}

// textReader chooses by the name's ending, else by the first byte.
func (s *source) textReader(path string, in *bufio.Reader) (reader, error) {
	skipByteOrderMark(in)
	switch strings.ToLower(filepath.Ext(strings.TrimSuffix(path, ".gz"))) {
	case ".csv", ".tsv":
		return newCSVReader(path, in, s.schema)
	case ".jsonl", ".ndjson", ".json":
		return newJSONReader(in, s.schema), nil
	}
	if first, err := firstVisible(in); err == nil && first == '{' {
		return newJSONReader(in, s.schema), nil
	}
	return newCSVReader(path, in, s.schema)
}

func (s *source) rowsOf(rows reader, r *row, do func(*row) error) error {
	for {
		r.cells = r.cells[:0]
		if err := rows.read(r); err != nil {
			if errors.Is(err, io.EOF) {
				return nil
			}
			return err
		}
		for i := range r.cells {
			if c := &r.cells[i]; c.kind == text && s.missing[c.text] || c.kind == number && len(s.missing) > 1 && s.missing[c.label()] {
				*c = cell{}
			}
		}
		if err := do(r); err != nil {
			return err
		}
	}
}

// wanted reports whether the row passes the filter: for each column named, one of its values.
func (s *source) wanted(r *row) bool {
	for _, c := range s.where {
		column, ok := s.schema.index[c.Column]
		if !ok {
			return false
		}
		have := r.at(column).label()
		if have == c.Value {
			continue
		}
		alternative := func(other Condition) bool { return other.Column == c.Column && other.Value == have }
		if !slices.ContainsFunc(s.where, alternative) {
			return false
		}
	}
	return true
}

func describe(where []Condition) string {
	var parts []string
	for _, c := range where {
		parts = append(parts, "--where "+c.Column+"="+c.Value)
	}
	return strings.Join(parts, " ")
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

// progress counts the bytes of a pass.
type progress struct {
	source *source
	what   string
	done   int64
	last   time.Time
}

func (p *progress) add(n int64) {
	p.done += n
	p.report(false)
}

func (p *progress) report(end bool) {
	if p.source.notify == nil || !end && time.Since(p.last) < 100*time.Millisecond {
		return
	}
	p.last = time.Now()
	p.source.notify(Progress{Pass: p.source.pass, What: p.what, Done: p.done, Total: p.source.size})
}

type countingReader struct {
	in io.Reader
	p  *progress
}

func (c *countingReader) Read(b []byte) (int, error) {
	n, err := c.in.Read(b)
	c.p.add(int64(n))
	return n, err
}
