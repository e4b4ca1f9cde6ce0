package table

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

func newCSVReader(path string, in *bufio.Reader, s *Schema) (*csvReader, error) {
	c := &csvReader{name: filepath.Base(path)}
	c.in = csv.NewReader(in)
	c.in.ReuseRecord = true
	c.in.Comma = delimiter(firstLine(in))
	names, err := c.in.Read()
	if errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%s: empty; must begin with a line of column names", c.name)
	}
	if err != nil {
		return nil, c.explain(err)
	}
	known := len(s.Names) > 0
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
		if s.Joined != "" && name == s.Joined {
			return nil, fmt.Errorf("%s, line 1: has a column %q, as has the file of --truth; leave out --truth, or name the label's column there with --label-column", c.name, name)
		}
		if known && !s.Has(name) {
			return nil, fmt.Errorf("%s, line 1: column %q is not in the other files; all must have the same columns", c.name, name)
		}
		index, err := s.Column(name)
		if err != nil {
			return nil, fmt.Errorf("%s, line 1: %w", c.name, err)
		}
		c.columns = append(c.columns, index)
		c.width = max(c.width, index+1)
	}
	for _, name := range s.Names {
		if _, ok := seen[name]; !ok && name != s.Joined {
			return nil, fmt.Errorf("%s, line 1: there is no column %q, which the other files have; all must have the same columns", c.name, name)
		}
	}
	return c, nil
}

// firstLine waits for no more than the line, so that what comes through a pipe is read as it comes.
func firstLine(in *bufio.Reader) []byte {
	for ended := false; ; {
		head, _ := in.Peek(in.Buffered())
		line, _, ok := bytes.Cut(head, []byte("\n"))
		if ok || ended {
			return line
		}
		_, err := in.Peek(in.Buffered() + 1)
		ended = err != nil
	}
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

func (c *csvReader) read(r *Row) error {
	fields, err := c.in.Read()
	if err != nil {
		if errors.Is(err, io.EOF) {
			return io.EOF
		}
		return c.explain(err)
	}
	r.Line, _ = c.in.FieldPos(0)
	for len(r.Cells) < c.width {
		r.Cells = append(r.Cells, Cell{})
	}
	for i, field := range fields {
		r.Cells[c.columns[i]] = Cell{Kind: Text, Text: field}
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
