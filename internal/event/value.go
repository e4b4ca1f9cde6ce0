package event

import (
	"math"
	"slices"
	"strconv"

	"go.opentelemetry.io/collector/pdata/pcommon"

	"github.com/leeway-ml/leeway/profile"
)

func valueOf(v pcommon.Value) Value {
	switch v.Type() {
	case pcommon.ValueTypeDouble:
		return Value{Kind: Number, Number: v.Double()}
	case pcommon.ValueTypeStr:
		return textValue(v.Str())
	case pcommon.ValueTypeInt:
		return Value{Kind: Number, Number: float64(v.Int())}
	case pcommon.ValueTypeBool:
		return boolValue(v.Bool())
	case pcommon.ValueTypeEmpty:
		return Value{}
	}
	return Value{Kind: Other}
}

// readArray reads an array, an embedding for instance, into the decoder's memory. What is longer than any vector of a profile is not read.
func (d *Decoder) readArray(f *Field, array pcommon.Slice) {
	f.Kind = Other
	n := array.Len()
	if n == 0 || n > profile.MaxVectorDimensions {
		return
	}
	first := len(d.numbers)
	d.numbers = slices.Grow(d.numbers, n)
	for i := range n {
		switch v := array.At(i); v.Type() {
		case pcommon.ValueTypeDouble:
			d.numbers = append(d.numbers, v.Double())
		case pcommon.ValueTypeInt:
			d.numbers = append(d.numbers, float64(v.Int()))
		default:
			d.numbers = d.numbers[:first]
			return
		}
	}
	f.Kind, f.Numbers = Numbers, d.numbers[first:len(d.numbers):len(d.numbers)]
}

func textValue(s string) Value {
	if s == "" {
		return Value{}
	}
	return Value{Kind: Text, Text: s}
}

func boolValue(b bool) Value {
	if b {
		return Value{Kind: Bool, Number: 1, Text: "true"}
	}
	return Value{Kind: Bool, Text: "false"}
}

// maxSpellings bounds how many numbers a decoder remembers the spelling of.
const maxSpellings = 1024

// text spells a scalar: 3 and 3.0 are both "3". It is empty for what is no scalar.
func (d *Decoder) text(v Value) string {
	if v.Kind != Number {
		return v.Text
	}
	if s, ok := d.spellings[v.Number]; ok {
		return s
	}
	s := Spell(v.Number)
	if d.spellings == nil {
		d.spellings = map[float64]string{}
	}
	if len(d.spellings) < maxSpellings && v.Number == v.Number {
		d.spellings[v.Number] = s
	}
	return s
}

// Spell is how a number reads where it names something, a class or a category: the shortest decimal that stands for it.
func Spell(x float64) string {
	if x == math.Trunc(x) && math.Abs(x) < 1<<63 {
		return strconv.FormatInt(int64(x), 10)
	}
	return strconv.FormatFloat(x, 'g', -1, 64)
}
