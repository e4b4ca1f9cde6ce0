package table

import (
	"math"
	"strconv"
	"strings"
)

// Kind of a cell. CSV has only texts; JSON and Parquet know numbers and booleans.
type Kind uint8

// The kinds of cells.
const (
	Absent Kind = iota
	Text
	Number
	Boolean
	Array
)

// Cell is one value of a row. Its text and numbers are valid until the next row is read.
type Cell struct {
	Kind    Kind
	Text    string // as written; arrays and numbers of Parquet have none, except long integers
	Number  float64
	Numbers []float64 // of an array; nil where it holds anything else, or nothing
}

// Label is the cell as a category: as written, whole numbers without a point.
func (c Cell) Label() string {
	if c.Kind == Number && c.Text == "" {
		if c.Number == math.Trunc(c.Number) && math.Abs(c.Number) < 1e15 {
			return strconv.FormatInt(int64(c.Number), 10)
		}
		return strconv.FormatFloat(c.Number, 'g', -1, 64)
	}
	if c.Kind == Array && c.Text == "" {
		text := []byte{'['}
		for i, x := range c.Numbers {
			if i > 0 {
				text = append(text, ',')
			}
			text = strconv.AppendFloat(text, x, 'g', -1, 64)
		}
		return string(append(text, ']'))
	}
	return c.Text
}

// Float is the cell as a number, which may be infinite or NaN.
func (c Cell) Float() (float64, bool) {
	switch c.Kind {
	case Number:
		return c.Number, true
	case Text:
		s := strings.TrimSpace(c.Text)
		if s == "" || !mayBeNumber(s[0]) {
			return 0, false
		}
		x, err := strconv.ParseFloat(s, 64)
		if err != nil && x == 0 { // out of range is an infinity, and counted as such
			return 0, false
		}
		return x, true
	}
	return 0, false
}

func mayBeNumber(c byte) bool {
	return c >= '0' && c <= '9' || strings.IndexByte("+-.iInN", c) >= 0
}

// Bool is the cell as "true" or "false".
func (c Cell) Bool() (string, bool) {
	switch c.Kind {
	case Boolean:
		return c.Text, true
	case Text:
		switch {
		case strings.EqualFold(c.Text, "true"):
			return "true", true
		case strings.EqualFold(c.Text, "false"):
			return "false", true
		}
	}
	return "", false
}
