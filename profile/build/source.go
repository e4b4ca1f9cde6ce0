package build

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/leeway-ml/leeway/internal/table"
)

// source is the files, to be scanned several times.
type source struct {
	paths   []string
	states  []os.FileInfo
	size    int64
	schema  *table.Schema
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
	s := &source{paths: paths, schema: table.NewSchema(), missing: map[string]bool{"": true}, where: o.Where, options: o, notify: o.OnProgress}
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
func (s *source) scan(ctx context.Context, what string, do func(*table.Row) error) error {
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
		err := s.scanFile(i, p, raw, func(r *table.Row) error {
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
func (s *source) scanFile(i int, p *progress, raw io.Writer, do func(*table.Row) error) error {
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
	o := table.Options{OnBytes: p.add}
	if raw != io.Discard {
		o.Raw = raw
	}
	rows, err := table.NewReader(file, s.schema, o)
	if err != nil {
		return err
	}
	defer rows.Close()
	if lists := rows.Lists(); lists != nil {
		s.lists = lists
	}
	return s.rowsOf(rows, do)
}

// rowsOf reads the rows, in which what stands for a missing value is absent.
func (s *source) rowsOf(rows *table.Reader, do func(*table.Row) error) error {
	r := &table.Row{}
	for {
		if err := rows.Read(r); err != nil {
			if errors.Is(err, io.EOF) {
				return nil
			}
			return err
		}
		for i := range r.Cells {
			if c := &r.Cells[i]; c.Kind == table.Text && s.missing[c.Text] || c.Kind == table.Number && len(s.missing) > 1 && s.missing[c.Label()] {
				*c = table.Cell{}
			}
		}
		if err := do(r); err != nil {
			return err
		}
	}
}

// wanted reports whether the row passes the filter: for each column named, one of its values.
func (s *source) wanted(r *table.Row) bool {
	for _, c := range s.where {
		column := s.schema.Find(c.Column)
		if column < 0 {
			return false
		}
		have := r.At(column).Label()
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
