package build

import (
	"math"
	"strconv"
	"strings"
)

// kind of a cell. CSV has only texts; JSON and Parquet know numbers and booleans.
type kind uint8

const (
	absent kind = iota
	text
	number
	boolean
	array
)

// cell is one value of a row. Its text and numbers are valid until the next row is read.
type cell struct {
	kind    kind
	text    string // as written; numbers and arrays of Parquet have none
	number  float64
	numbers []float64 // of an array; nil where it holds anything else, or nothing
}

// label is the cell as a category: as written, whole numbers without a point.
func (c cell) label() string {
	if c.kind == number && c.text == "" {
		if c.number == math.Trunc(c.number) && math.Abs(c.number) < 1e15 {
			return strconv.FormatInt(int64(c.number), 10)
		}
		return strconv.FormatFloat(c.number, 'g', -1, 64)
	}
	if c.kind == array && c.text == "" {
		text := []byte{'['}
		for i, x := range c.numbers {
			if i > 0 {
				text = append(text, ',')
			}
			text = strconv.AppendFloat(text, x, 'g', -1, 64)
		}
		return string(append(text, ']'))
	}
	return c.text
}

// float is the cell as a number, which may be infinite or NaN.
func (c cell) float() (float64, bool) {
	switch c.kind {
	case number:
		return c.number, true
	case text:
		s := strings.TrimSpace(c.text)
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

// bool is the cell as "true" or "false".
func (c cell) bool() (string, bool) {
	switch c.kind {
	case boolean:
		return c.text, true
	case text:
		switch {
		case strings.EqualFold(c.text, "true"):
			return "true", true
		case strings.EqualFold(c.text, "false"):
			return "false", true
		}
	}
	return "", false
}

// largest is the greatest magnitude that a value may have. Beyond, squares overflow; such numbers stand for "none" (the
// greatest double is a usual mark) rather than for a quantity.
const largest = 1e100

// finite reports whether a number is counted in the bins.
func finite(x float64) bool { return math.Abs(x) <= largest }
