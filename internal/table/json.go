package table

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/leeway-ml/leeway/profile"
)

// maxLine is the longest line of JSON that is read.
const maxLine = 16 << 20

// jsonReader reads JSON lines: an object a line. Objects inside it are flattened, their names joined by dots; what is inside
// ml.inputs keeps its own name.
type jsonReader struct {
	in     *bufio.Reader
	schema *Schema
	line   int
	buffer []byte
	pool   []float64 // numbers of the row's arrays
}

func newJSONReader(in *bufio.Reader, s *Schema) *jsonReader {
	return &jsonReader{in: in, schema: s}
}

func (j *jsonReader) read(r *Row) error {
	for {
		line, err := j.next()
		j.line++
		if err != nil {
			if errors.Is(err, io.EOF) {
				return io.EOF
			}
			return fmt.Errorf("%s, line %d: %w", r.File, j.line, err)
		}
		line = bytes.TrimSpace(line)
		if len(line) == 0 {
			continue
		}
		r.Line, j.pool = j.line, j.pool[:0]
		if line[0] != '{' {
			return fmt.Errorf("%s, line %d: begins with %q; must be a JSON object a line", r.File, j.line, line[0])
		}
		if !gjson.ValidBytes(line) {
			return fmt.Errorf("%s, line %d: is no JSON object; each line must hold a whole one", r.File, j.line)
		}
		return j.flatten(r, "", gjson.ParseBytes(line))
	}
}

// next is the next line; it is valid until the one after.
func (j *jsonReader) next() ([]byte, error) {
	j.buffer = j.buffer[:0]
	for {
		part, err := j.in.ReadSlice('\n')
		j.buffer = append(j.buffer, part...)
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
			if len(j.buffer) > maxLine {
				return nil, fmt.Errorf("longer than %d MiB", maxLine>>20)
			}
		case errors.Is(err, io.EOF) && len(j.buffer) > 0:
			return j.buffer, nil
		default:
			return j.buffer, err
		}
	}
}

func (j *jsonReader) flatten(r *Row, prefix string, object gjson.Result) (err error) {
	object.ForEach(func(key, value gjson.Result) bool {
		name := columnName(prefix, key.String())
		if value.IsObject() {
			err = j.flatten(r, name, value)
			return err == nil
		}
		var c Cell
		switch value.Type {
		case gjson.String:
			c = Cell{Kind: Text, Text: value.String()}
		case gjson.Number:
			c = Cell{Kind: Number, Text: value.Raw, Number: value.Num}
		case gjson.True, gjson.False:
			c = Cell{Kind: Boolean, Text: value.Raw}
		case gjson.JSON:
			c = Cell{Kind: Array, Text: value.Raw, Numbers: j.numbers(value)}
		}
		index, columnErr := j.schema.Column(name)
		if columnErr != nil {
			err = fmt.Errorf("%s, line %d: %w", r.File, r.Line, columnErr)
			return false
		}
		for len(r.Cells) <= index {
			r.Cells = append(r.Cells, Cell{})
		}
		r.Cells[index] = c
		return true
	})
	return err
}

// numbers are those of an array; nil where it holds anything else, or nothing.
func (j *jsonReader) numbers(array gjson.Result) []float64 {
	first := len(j.pool)
	sound := true
	array.ForEach(func(_, element gjson.Result) bool {
		sound = element.Type == gjson.Number && len(j.pool)-first <= profile.MaxVectorDimensions
		j.pool = append(j.pool, element.Num)
		return sound
	})
	if !sound || len(j.pool) == first {
		j.pool = j.pool[:first]
		return nil
	}
	return j.pool[first:len(j.pool):len(j.pool)]
}

// columnName joins names by dots. Inputs are features, and go by their own names.
func columnName(prefix, key string) string {
	name := key
	if prefix != "" {
		name = prefix + "." + key
	}
	if feature, ok := strings.CutPrefix(name, "ml.inputs."); ok {
		return feature
	}
	if feature, ok := strings.CutPrefix(name, "ml.input."); ok {
		return feature
	}
	return name
}
