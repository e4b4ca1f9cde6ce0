package join

import (
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/leeway-ml/leeway/internal/event"
)

// said are results as texts.
type said []string

func (s *said) Outcome(_ *Held, p *Prediction, t *Truth) {
	if t == nil {
		*s = append(*s, fmt.Sprintf("%d expired", p.Time))
		return
	}
	*s = append(*s, fmt.Sprintf("%d %s at %d", p.Time, t.Class, t.Time))
}

func (s *said) LeftTruth(_ *Held, t *Truth, duplicate bool) {
	*s = append(*s, fmt.Sprintf("%s at %d duplicate=%v", t.Class, t.Time, duplicate))
}

func (s *said) LateFeedback(_ *Held, p *Prediction, f *Feedback) {
	*s = append(*s, fmt.Sprintf("%s at %d joined=%v", f.Name, f.Time, p != nil))
}

var rules = Rules{TimeToLive: 100}

func at(t int64) *Prediction { return &Prediction{Time: t} }

func says(t int64, class string) *Truth { return &Truth{Time: t, Class: class} }

func TestTruthWithinReachOnly(t *testing.T) {
	for _, first := range []bool{true, false} {
		for when, joins := range map[int64]bool{900: true, 899: false, 1000: true, 1100: true, 1101: false} {
			h, out := &Held{}, said{}
			if first {
				rules.AddPrediction(h, at(1000), 0, &out)
			}
			rules.AddTruth(h, says(when, "x"), 0, &out)
			if !first {
				rules.AddPrediction(h, at(1000), 0, &out)
			}
			require.Equal(t, joins, h.Joined, "prediction first: %v, truth at %d", first, when)
			require.Equal(t, joins, len(out) == 1)
		}
	}
}

func TestAnIDThatIsUsedAgain(t *testing.T) {
	h, out := &Held{}, said{}
	require.Equal(t, Kept, rules.AddPrediction(h, at(1000), 0, &out))
	require.Equal(t, Duplicate, rules.AddPrediction(h, at(1100), 0, &out))
	require.Equal(t, Kept, rules.AddPrediction(h, at(1101), 0, &out))
	require.Equal(t, said{"1000 expired"}, out)
	require.Equal(t, Expired, rules.AddPrediction(h, at(1000), 0, &out))
	require.Equal(t, Matched, rules.AddTruth(h, says(1102, "x"), 0, &out))
	require.Equal(t, said{"1000 expired", "1000 expired", "1101 x at 1102"}, out)
	require.Equal(t, Kept, rules.AddPrediction(h, at(2000), 0, &out))
	require.Len(t, out, 3, "what is joined does not expire")
}

func TestTruthsOfOneIDAreFew(t *testing.T) {
	h, out := &Held{}, said{}
	for i := range MaxTruths {
		require.Equal(t, Kept, rules.AddTruth(h, says(int64(i), "x"), 0, &out))
	}
	require.Equal(t, Duplicate, rules.AddTruth(h, says(0, "x"), 0, &out))
	require.Equal(t, Duplicate, rules.AddTruth(h, says(99, "x"), 0, &out))
	require.Len(t, h.Truths, MaxTruths)
}

// A truth that says the same at the same time was sent again.
func TestSameTruth(t *testing.T) {
	one := func() *Truth {
		return &Truth{Time: 1, Value: event.Value{Kind: event.Number, Number: 2}, Relevances: []event.Field{
			{Name: "a", Value: event.Value{Kind: event.Text, Text: "x"}}, {Name: "b", Value: event.Value{Kind: event.Numbers}, Numbers: []float64{1, 2}},
		}}
	}
	require.True(t, one().same(*one()))
	for _, change := range []func(*Truth){
		func(o *Truth) { o.Time++ },
		func(o *Truth) { o.Value.Number++ },
		func(o *Truth) { o.Relevances[0].Name = "c" },
		func(o *Truth) { o.Relevances[0].Kind = event.Bool },
		func(o *Truth) { o.Relevances[1].Numbers[1]++ },
	} {
		other := one()
		change(other)
		require.False(t, one().same(*other))
	}
}

func TestFeedback(t *testing.T) {
	h, out := &Held{}, said{}
	require.Equal(t, Kept, rules.AddFeedback(h, "thumb", 1010, []byte("event")))
	require.Equal(t, Duplicate, rules.AddFeedback(h, "thumb", 1020, []byte("event")))
	require.Equal(t, Kept, rules.AddFeedback(h, "thumb", 1200, []byte("event")), "that far apart it can't be of the same prediction")
	rules.AddPrediction(h, at(1000), 0, &out)
	require.Equal(t, said{"thumb at 1010 joined=true"}, out)
	require.Equal(t, Duplicate, rules.AddFeedback(h, "thumb", 1030, nil))
	require.Equal(t, Matched, rules.AddFeedback(h, "stars", 1030, nil))
	require.Equal(t, Matched, rules.AddTruth(h, says(1050, "x"), 0, &out))
	require.Equal(t, Matched, rules.AddFeedback(h, "words", 1060, nil), "the prediction is not used up")
	rules.Expire(h, 1301, false, &out)
	require.Equal(t, said{"thumb at 1010 joined=true", "1000 x at 1050", "thumb at 1200 joined=false"}, out)
	require.Equal(t, Nothing, h.State())
}

func TestRememberedPredictionJoinsByExpire(t *testing.T) {
	h, out := &Held{}, said{}
	rules.AddTruth(h, says(1001, "x"), 0, &out)
	rules.AddFeedback(h, "thumb", 1002, []byte("event"))
	require.Equal(t, Kept, rules.Remember(h, at(1000)))
	require.Equal(t, Duplicate, rules.Remember(h, at(1000)))
	require.Empty(t, out)
	require.LessOrEqual(t, rules.Due(h), int64(1001))
	rules.Expire(h, 1003, false, &out)
	require.Equal(t, said{"thumb at 1002 joined=true", "1000 x at 1001"}, out)
}

// TestExpireHasDoneWhatIsDue: after Expire, nothing is due that the watermark has passed. Otherwise, timers would never end.
func TestExpireHasDoneWhatIsDue(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := Rules{TimeToLive: 100, Settle: rapid.SampledFrom([]int64{0, 10, 100}).Draw(t, "settle")}
		h, out := &Held{}, said{}
		watermark := int64(1000)
		for range rapid.IntRange(1, 30).Draw(t, "steps") {
			when := rapid.Int64Range(700, 1500).Draw(t, "time")
			switch rapid.IntRange(0, 4).Draw(t, "step") {
			case 0:
				r.AddPrediction(h, at(when), watermark, &out)
			case 1:
				r.Remember(h, at(when))
			case 2:
				r.AddTruth(h, says(when, rapid.SampledFrom([]string{"a", "b"}).Draw(t, "class")), watermark, &out)
			case 3:
				r.AddFeedback(h, rapid.SampledFrom([]string{"a", "b"}).Draw(t, "name"), when, []byte("event"))
			case 4:
				watermark += rapid.Int64Range(0, 60).Draw(t, "passes")
				r.Expire(h, watermark, false, &out)
				if due := r.Due(h); due < watermark {
					t.Fatalf("at %d there still is what was due at %d: %+v", watermark, due, h)
				}
			}
		}
		r.Expire(h, 0, true, &out)
		if h.State() != Nothing || r.Due(h) != math.MaxInt64 {
			t.Fatalf("all was let go, but not %+v", h)
		}
	})
}

var valueGen = rapid.Custom(func(t *rapid.T) event.Value {
	switch rapid.IntRange(0, 4).Draw(t, "kind") {
	case 0:
		return event.Value{}
	case 1:
		return event.Value{Kind: event.Number, Number: rapid.Float64().Draw(t, "number")}
	case 2:
		return event.Value{Kind: event.Text, Text: rapid.StringN(1, 5, 20).Draw(t, "text")}
	case 3:
		return event.Value{Kind: event.Bool, Number: 1, Text: "true"}
	}
	return event.Value{Kind: event.Other}
})

var fieldsGen = rapid.Custom(func(t *rapid.T) []event.Field {
	var fields []event.Field
	for range rapid.IntRange(0, 3).Draw(t, "fields") {
		field := event.Field{Name: rapid.String().Draw(t, "name"), Value: valueGen.Draw(t, "value")}
		if rapid.IntRange(0, 4).Draw(t, "kind") == 0 {
			field.Value, field.Numbers = event.Value{Kind: event.Numbers}, rapid.SliceOfN(rapid.Float64(), 1, 5).Draw(t, "numbers")
		}
		fields = append(fields, field)
	}
	return fields
})

var labelsGen = rapid.Custom(func(t *rapid.T) Labels {
	l := Labels{Version: rapid.String().Draw(t, "version"), Experiment: rapid.String().Draw(t, "experiment"), Variant: rapid.String().Draw(t, "variant")}
	for range rapid.IntRange(0, 2).Draw(t, "segments") {
		l.Segments = append(l.Segments, Segment{rapid.String().Draw(t, "key"), rapid.String().Draw(t, "text")})
	}
	return l
})

var timeGen = rapid.Int64Range(0, MaxTime)

var heldGen = rapid.Custom(func(t *rapid.T) *Held {
	h := &Held{ID: rapid.String().Draw(t, "id")}
	if rapid.Bool().Draw(t, "prediction") {
		h.Prediction = &Prediction{
			Time: timeGen.Draw(t, "time"), Labels: labelsGen.Draw(t, "labels"), Task: rapid.String().Draw(t, "task"), Class: rapid.String().Draw(t, "class"),
			Score: valueGen.Draw(t, "score"), CalibratedScore: valueGen.Draw(t, "calibrated"), Value: valueGen.Draw(t, "value"),
			Probabilities: fieldsGen.Draw(t, "probabilities"), Inputs: fieldsGen.Draw(t, "inputs"),
		}
		for range rapid.IntRange(0, 3).Draw(t, "items") {
			h.Prediction.Items = append(h.Prediction.Items, rapid.String().Draw(t, "item"))
		}
		h.Joined = rapid.Bool().Draw(t, "joined")
	}
	for range rapid.IntRange(0, 2).Draw(t, "truths") {
		h.Truths = append(h.Truths, Truth{Time: timeGen.Draw(t, "time"), Labels: labelsGen.Draw(t, "labels"), Class: rapid.String().Draw(t, "class"), Value: valueGen.Draw(t, "value"), Relevances: fieldsGen.Draw(t, "relevances")})
	}
	for range rapid.IntRange(0, 2).Draw(t, "feedback") {
		h.Feedback = append(h.Feedback, Feedback{Time: timeGen.Draw(t, "time"), Name: rapid.String().Draw(t, "name"), Record: []byte(rapid.String().Draw(t, "record"))})
	}
	for range rapid.IntRange(0, 2).Draw(t, "rated") {
		h.Rated = append(h.Rated, rapid.String().Draw(t, "name"))
	}
	return h
})

func TestDecodeReadsWhatAppendWrote(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h := heldGen.Draw(t, "held")
		data := h.Append([]byte("before"))
		got, err := Decode(data[len("before"):])
		require.NoError(t, err)
		require.Equal(t, h, got)
		cut := rapid.IntRange(0, len(data)-len("before")-1).Draw(t, "cut")
		_, err = Decode(data[len("before"):][:cut])
		require.Error(t, err, "cut off")
	})
}

func TestSizeIsAtLeastWhatIsWritten(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h := heldGen.Draw(t, "held")
		if h.Prediction != nil {
			require.LessOrEqual(t, len(h.Prediction.append(nil)), h.Prediction.Size()+4)
		}
		for i := range h.Truths {
			require.LessOrEqual(t, len(h.Truths[i].append(nil)), h.Truths[i].Size()+4)
		}
	})
}

func FuzzDecode(f *testing.F) {
	full := &Held{
		ID: "id", Prediction: &Prediction{Time: 5, Class: "yes", Score: event.Value{Kind: event.Number, Number: 0.5}, Items: []string{"a"},
			Inputs: []event.Field{{Name: "vector", Value: event.Value{Kind: event.Numbers}, Numbers: []float64{1, -2}}}},
		Truths: []Truth{{Time: 7, Class: "no"}}, Feedback: []Feedback{{Time: 8, Name: "n", Record: []byte("r")}}, Rated: []string{"x"},
	}
	f.Add(full.Append(nil))
	f.Add([]byte{version, 0})
	f.Add([]byte{version, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1})
	f.Fuzz(func(t *testing.T, data []byte) {
		h, err := Decode(data)
		if err != nil {
			return
		}
		again, err := Decode(h.Append(nil))
		require.NoError(t, err)
		require.Equal(t, h.State(), again.State())
		rules.Due(h)
	})
}

func BenchmarkAppendDecode(b *testing.B) {
	h := &Held{ID: "3fa85f64-5717-4562-b3fc-2c963f66afa6", Prediction: &Prediction{
		Time: 1764000000_000000000, Labels: Labels{Version: "2025-11", Segments: []Segment{{"country", "DE"}}},
		Class: "fraud", Score: event.Value{Kind: event.Number, Number: 0.5},
	}}
	var buf []byte
	b.ReportAllocs()
	for b.Loop() {
		buf = h.Append(buf[:0])
		if _, err := Decode(buf); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(len(buf)), "B/prediction")
}
