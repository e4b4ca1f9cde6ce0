package build

import (
	"fmt"
	"math"
	"strings"

	"github.com/leeway-ml/leeway/internal/table"
	"github.com/leeway-ml/leeway/profile"
)

// undecided is how many values of a column are looked at as numbers and as categories before one of the two is dropped.
const undecided = 10_000

// numericShare is how many of a column's values must be numbers for it to be taken as numeric; the rest are counted as of
// the wrong type.
const numericShare = 0.99

// observer gathers what one column's values are, in bounded memory.
type observer struct {
	// forced is the type that was asked for, or that the first attempt at the pass found; empty while it is to be inferred.
	forced profile.Type
	// strict refuses values of another type.
	strict bool
	n      uint64 // values that are not missing
	// Of n: finite numbers, infinities and NaNs, true and false, and neither of these.
	numbers, nonFinite, booleans, others uint64
	firstOther                           string
	// Of others: arrays, and how many of them are of numbers, by their length. Of lengths beyond the first few nothing is kept.
	arrays     uint64
	lengths    map[int]uint64
	numeric    *moments
	quantiles  *quantiles
	categories *frequent
	// sequential: every number was an integer, one more than the number before.
	sequential bool
	last       float64
}

func newObserver(forced profile.Type, strict bool) *observer {
	o := &observer{forced: forced, strict: strict, sequential: true}
	if forced != profile.Categorical && forced != profile.Boolean {
		o.numeric, o.quantiles = &moments{}, &quantiles{}
	}
	if forced != profile.Numeric {
		o.categories = newFrequent()
	}
	return o
}

// add takes a value; column is for errors.
func (o *observer) add(r *table.Row, c table.Cell, column string) error {
	if c.Kind == table.Absent {
		return nil
	}
	o.n++
	if c.Kind == table.Array && o.forced == "" {
		o.array(r, c, column)
		if o.n == undecided {
			o.settle()
		}
		return nil
	}
	x, isNumber := c.Float()
	flag, isFlag := "", false
	if !isNumber && o.forced != profile.Numeric {
		flag, isFlag = c.Bool()
	}
	switch {
	case isNumber && !finite(x):
		o.nonFinite++
	case isNumber:
		o.number(x)
	case isFlag:
		o.booleans++
	default:
		o.others++
		if o.firstOther == "" {
			o.firstOther = fmt.Sprintf("%s: %s", r.Place(column), quote(c.Label()))
		}
	}
	if o.strict {
		if err := o.check(r, c, column, isNumber, isFlag); err != nil {
			return err
		}
	}
	if o.categories != nil {
		if isFlag && o.forced != profile.Categorical {
			o.categories.add(flag)
		} else {
			o.categories.add(category(c))
		}
	}
	if o.n == undecided && o.forced == "" {
		o.settle()
	}
	return nil
}

// maxLengths is how many lengths of arrays are told apart.
const maxLengths = 64

// array counts an array among what is of another type.
func (o *observer) array(r *table.Row, c table.Cell, column string) {
	o.others++
	o.arrays++
	if o.firstOther == "" {
		o.firstOther = fmt.Sprintf("%s: an array", r.Place(column))
	}
	if len(c.Numbers) == 0 {
		return
	}
	if o.lengths == nil {
		o.lengths = map[int]uint64{}
	}
	if _, ok := o.lengths[len(c.Numbers)]; ok || len(o.lengths) < maxLengths {
		o.lengths[len(c.Numbers)]++
	}
}

// holdsArrays reports whether arrays are what the column holds.
func (o *observer) holdsArrays() bool {
	return o.arrays > 0 && float64(o.arrays) >= numericShare*float64(o.n)
}

// length is that of nearly all arrays; not ok where they differ, or hold anything but numbers.
func (o *observer) length() (length int, ok bool) {
	for l, n := range o.lengths {
		if float64(n) >= numericShare*float64(o.arrays) {
			return l, true
		}
	}
	return 0, false
}

func (o *observer) number(x float64) {
	if o.sequential && (x != math.Trunc(x) || o.numbers > 0 && x != o.last+1) {
		o.sequential = false
	}
	o.numbers++
	o.last = x
	if o.numeric != nil {
		o.numeric.add(x)
		o.quantiles.add(x)
	}
}

// settle drops what the column will not need, by its first values. If the rest of the column shows that this was wrong,
// wrongly() says so, and the pass is made again.
func (o *observer) settle() {
	if o.isNumeric() {
		o.categories = nil
	} else {
		o.numeric, o.quantiles = nil, nil
	}
}

func (o *observer) isNumeric() bool {
	return o.numbers > 0 && float64(o.numbers+o.nonFinite) >= numericShare*float64(o.n)
}

// kind is the column's type by all of its values.
func (o *observer) kind() profile.Type {
	switch {
	case o.forced != "":
		return o.forced
	case o.isNumeric():
		return profile.Numeric
	case o.booleans == o.n && o.n > 0:
		return profile.Boolean
	}
	return profile.Categorical
}

// wrongly returns the type to make the pass again with, "" where all is well.
func (o *observer) wrongly() profile.Type {
	kind := o.kind()
	if kind == profile.Numeric && o.numeric == nil || kind != profile.Numeric && o.categories == nil {
		return kind
	}
	return ""
}

func (o *observer) check(r *table.Row, c table.Cell, column string, isNumber, isFlag bool) error {
	switch {
	case o.forced == profile.Numeric && !isNumber:
		return fmt.Errorf("%s: %s is not a number; correct the row, or say with --missing that it means a missing value", r.Place(column), quote(c.Label()))
	case o.forced == profile.Boolean && !isFlag:
		return fmt.Errorf("%s: %s is neither true nor false; correct the row, or say with --missing that it means a missing value", r.Place(column), quote(c.Label()))
	}
	return nil
}

// identifier says why the column seems to be an identifier, "" where it does not.
func (o *observer) identifier() string {
	if o.n < 100 {
		return ""
	}
	switch o.kind() {
	case profile.Numeric:
		if o.sequential {
			return "counts the rows"
		}
	case profile.Categorical:
		if !o.categories.repeats {
			return "has another value in each row"
		}
	}
	return ""
}

// category is the cell as a category: valid UTF-8, as the wire has it; reserved names count as other.
func category(c table.Cell) string {
	s := strings.ToValidUTF8(c.Label(), "\uFFFD")
	if s == profile.Unseen {
		return profile.Other
	}
	return s
}

// quote shows a value in an error, shortened.
func quote(s string) string {
	if len(s) > 40 {
		s = strings.ToValidUTF8(s[:40], "") + "…"
	}
	return fmt.Sprintf("%q", s)
}
