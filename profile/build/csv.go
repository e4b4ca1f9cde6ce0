package build

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"
)

// csvReader reads CSV with a header line. The delimiter is the one of , ; tab | that the header has most.
type csvReader struct {
	in      *csv.Reader
	name    string
	columns []int // schema index of each field
	width   int
}

func newCSVReader(path string, in *bufio.Reader, s *schema) (*csvReader, error) {
	c := &csvReader{name: filepath.Base(path)}
	head, _ := in.Peek(in.Size())
	if line, _, ok := bytes.Cut(head, []byte("\n")); ok {
		head = line
	}
	c.in = csv.NewReader(in)
	c.in.ReuseRecord = true
	c.in.Comma = delimiter(head)
	names, err := c.in.Read()
	if errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%s: empty; must begin with a line of column names", c.name)
	}
	if err != nil {
		return nil, c.explain(err)
	}
	known := len(s.names) > 0
	seen := map[string]int{}
	for i, name := range names {
		name = columnName("", strings.TrimSpace(strings.ToValidUTF8(name, "\uFFFD")))
		if name == "" {
			return nil, fmt.Errorf("%s, line 1: column %d has no name", c.name, i+1)
		}
		if before, again := seen[name]; again {
			return nil, fmt.Errorf("%s, line 1: columns %d and %d are both called %q; names must differ", c.name, before+1, i+1, name)
		}
		seen[name] = i
		if s.joined != "" && name == s.joined {
			return nil, fmt.Errorf("%s, line 1: has a column %q, as has the file of --truth; leave out --truth, or name the label's column there with --label-column", c.name, name)
		}
		if known && !s.has(name) {
			return nil, fmt.Errorf("%s, line 1: column %q is not in the other files; all must have the same columns", c.name, name)
		}
		index, err := s.column(name)
		if err != nil {
			return nil, fmt.Errorf("%s, line 1: %w", c.name, err)
		}
		c.columns = append(c.columns, index)
		c.width = max(c.width, index+1)
	}
	for _, name := range s.names {
		if _, ok := seen[name]; !ok && name != s.joined {
			return nil, fmt.Errorf("%s, line 1: there is no column %q, which the other files have; all must have the same columns", c.name, name)
		}
	}
	return c, nil
}

func delimiter(head []byte) rune {
	best, most := ',', 0
	for _, d := range []rune{',', ';', '\t', '|'} {
		if n := bytes.Count(head, []byte(string(d))); n > most {
			best, most = d, n
		}
	}
	return best
}

func (c *csvReader) read(r *row) error {
	fields, err := c.in.Read()
	if err != nil {
		if errors.Is(err, io.EOF) {
			return io.EOF
		}
		return c.explain(err)
	}
	r.line, _ = c.in.FieldPos(0)
	for len(r.cells) < c.width {
		r.cells = append(r.cells, cell{})
	}
	for i, field := range fields {
		r.cells[c.columns[i]] = cell{kind: text, text: field}
	}
	return nil
}

// explain says what is wrong with a line that is no CSV.
func (c *csvReader) explain(err error) error {
	var p *csv.ParseError
	if !errors.As(err, &p) {
		return fmt.Errorf("%s: %w", c.name, err)
	}
	if errors.Is(err, csv.ErrFieldCount) {
		return fmt.Errorf("%s, line %d: has another number of fields than the header, which has %d; fields that hold a %q must be quoted", c.name, p.Line, c.in.FieldsPerRecord, string(c.in.Comma))
	}
	return fmt.Errorf("%s, line %d, character %d: %w; a quoted field must end with a quote, and quotes inside it be doubled", c.name, p.Line, p.Column, p.Err)
}
