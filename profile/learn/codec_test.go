package learn

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/leeway-ml/leeway/judge/outcome"
)

func someHour(r *rand.Rand) *hour {
	m := New("m", "1", options())
	for _, e := range draw(r) {
		e.at = 0
		for _, s := range summarise([]event{e}) {
			m.Observe(&s, wall)
		}
	}
	s := explicit(hourOf(0), []float64{1, 2}, []uint64{3, 4, 5})
	m.Observe(&s, wall)
	return m.hours[hourOf(0)]
}

func TestCodecKeepsEverything(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h := someHour(seeded(t))
		packed := encodeHour(h.cells)
		cells, err := decodeHour(packed)
		require.NoError(t, err)
		require.Equal(t, packed, encodeHour(cells))
		rows, size := h.rows(), h.size()
		h.pack()
		require.Equal(t, rows, h.rows())
		require.Less(t, h.size(), size)
		h.unpack()
		require.Equal(t, rows, h.rows())
	})
}

func TestDecodeRefusesEveryCut(t *testing.T) {
	packed := encodeHour(someHour(rand.New(rand.NewPCG(1, 1))).cells)
	for n := range packed {
		_, err := decodeHour(packed[:n])
		require.Error(t, err, n)
	}
	_, err := decodeHour(append(packed, 0))
	require.ErrorContains(t, err, "1 bytes too many")
	packed[0] = 9
	_, err = decodeHour(packed)
	require.ErrorContains(t, err, "format 9; must be 1")
}

// Whatever a checkpoint holds, it is refused or it can be learned on from.
func FuzzRestore(f *testing.F) {
	f.Add(encodeHour(someHour(rand.New(rand.NewPCG(1, 1))).cells))
	f.Add([]byte{1, 0})
	labelled := New("m", "1", options())
	var c outcome.Counter
	c.AddBinary("1", "0", "1", "0", 0.75)
	for _, s := range outcomesOf(&c, 0) {
		labelled.Observe(&s, wall)
	}
	f.Add(encodeHour(labelled.hours[hourOf(0)].cells))
	f.Fuzz(func(t *testing.T, packed []byte) {
		m := New("m", "1", options())
		if m.Restore(hourOf(0), packed, wall) != nil {
			return
		}
		for _, s := range summarise([]event{{inputs: map[string]any{"amount": 1.5}, class: "0"}}) {
			m.Observe(&s, wall)
		}
		p, err := m.Profile(Period{hourOf(0), hourOf(0) + 1}, wall)
		if err == nil {
			require.NoError(t, p.Validate())
		}
		m.Changes()
	})
}

func BenchmarkObserve(b *testing.B) {
	m := New("m", "1", options())
	values := make([]float64, 1000)
	r := rand.New(rand.NewPCG(1, 1))
	for i := range values {
		values[i] = 100 + 10*r.NormFloat64()
	}
	var batch []event
	for _, x := range values {
		batch = append(batch, event{inputs: map[string]any{"x": x}})
	}
	series := summarise(batch)
	b.ReportAllocs()
	for b.Loop() {
		for i := range series {
			m.Observe(&series[i], wall)
		}
	}
}
