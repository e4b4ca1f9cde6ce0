package build

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/parquet-go/parquet-go"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/stat"

	"github.com/leeway-ml/leeway/judge/multivariate"
	"github.com/leeway-ml/leeway/profile"
	"github.com/leeway-ml/leeway/profile/joint"
	statistics "github.com/leeway-ml/leeway/stats/multivariate"
)

// embedded is n rows, ten minutes apart, each with a number and a vector; some vectors are missing, or too short.
func embedded(n, length int) (times []time.Time, vectors [][]float64) {
	random := rand.New(rand.NewPCG(5, 5))
	for i := range n {
		times = append(times, time.Date(2025, 6, 2, 0, 10*i, 0, 0, time.UTC))
		v := make([]float64, length)
		for k := range v {
			v[k] = 100 + float64(k) + 0.5*random.NormFloat64()
		}
		switch {
		case i%50 == 7:
			v = nil
		case i%400 == 9:
			v = v[:2]
		}
		vectors = append(vectors, v)
	}
	return times, vectors
}

func vectorLines(times []time.Time, vectors [][]float64) string {
	var out strings.Builder
	for i, v := range vectors {
		text, _ := json.Marshal(v)
		fmt.Fprintf(&out, `{"timestamp":%q,"amount":%d,"ml.inputs":{"embedding":%s}}`+"\n", times[i].Format(time.RFC3339), i*i%101, text)
	}
	return out.String()
}

// TestVectorByHand works a vector's reference out in the plainest way.
func TestVectorByHand(t *testing.T) {
	times, vectors := embedded(3000, 6)
	p := made(t, options(func(o *Options) { o.Windows = []string{"24h"} }), write(t, "x.jsonl", vectorLines(times, vectors)))
	require.Len(t, p.Vectors, 1)
	assert.Equal(t, []string{"feature/amount"}, p.Keys(), "a vector is no feature")
	v := p.Vectors[0]
	assert.Equal(t, "embedding", v.Name)
	assert.Equal(t, uint64(60), v.Missing)
	assert.Equal(t, uint64(8), v.WrongType)
	assert.Equal(t, uint64(3000-68), v.Count)

	var sound [][]float64
	for _, x := range vectors {
		if len(x) == 6 {
			sound = append(sound, x)
		}
	}
	mean := make([]float64, 6)
	for _, x := range sound {
		floats.AddScaled(mean, 1/float64(len(sound)), x)
	}
	squares := 0.0
	for _, x := range sound {
		squares += math.Pow(floats.Distance(x, mean, 2), 2) / float64(len(sound))
	}
	assert.InDeltaSlice(t, mean, v.Mean, 1e-6)
	assert.InEpsilon(t, math.Sqrt(squares), v.Spread, 1e-5)
	var z [][]float64
	for _, x := range sound {
		y := floats.SubTo(make([]float64, 6), x, v.Mean)
		floats.Scale(1/v.Spread, y)
		z = append(z, y)
	}
	assert.InEpsilon(t, statistics.MedianDistance(z[:1000]), v.Bandwidth, 0.05)

	sketcher := joint.NewVectorSketcher(v)
	cosines, sines := statistics.PhaseMeans(profile.PhaseBins)
	var kernel [][]float64
	for _, x := range sound {
		sketch := sketcher.NewSketch()
		require.Equal(t, joint.Sound, sketcher.Sketch(x, sketch))
		row := make([]float64, 128)
		for k, bin := range sketch.Phases {
			row[k], row[64+k] = cosines[bin], sines[bin]
		}
		kernel = append(kernel, row)
	}
	means := func(rows [][]float64) []float64 {
		m := make([]float64, len(rows[0]))
		for _, row := range rows {
			floats.AddScaled(m, 1/float64(len(rows)), row)
		}
		return m
	}
	all := means(kernel)
	assert.InDeltaSlice(t, all[:64], v.Cosines, 1e-6)
	assert.InDeltaSlice(t, all[64:], v.Sines, 1e-6)
	trace := 0.0
	for k := range 128 {
		column := make([]float64, len(kernel))
		for i := range kernel {
			column[i] = kernel[i][k]
		}
		trace += stat.PopVariance(column, nil) / 64
	}
	assert.InEpsilon(t, trace, v.Trace, 1e-5)

	// Limits: each 24 hours against the rest.
	judge, err := multivariate.New(multivariate.DefaultConfig())
	require.NoError(t, err)
	want := map[string]float64{}
	for first := range 4*21 - 3 { // by quarters of a day
		var in, out [2][][]float64
		k := 0
		for i, x := range vectors {
			if len(x) != 6 {
				continue
			}
			if i >= first*36 && i < (first+4)*36 {
				in[0], in[1] = append(in[0], kernel[k]), append(in[1], z[k])
			} else {
				out[0], out[1] = append(out[0], kernel[k]), append(out[1], z[k])
			}
			k++
		}
		if (first+4)*36 > len(vectors)+14 {
			continue
		}
		of := func(rows [2][][]float64) multivariate.VectorMeans {
			m := means(rows[0])
			return multivariate.VectorMeans{Count: uint64(len(rows[0])), Cosines: m[:64], Sines: m[64:], Mean: means(rows[1])}
		}
		for statistic, x := range judge.StrayVector(v, of(in), of(out)) {
			want[statistic] = max(want[statistic], x)
		}
	}
	require.Len(t, want, 2)
	for statistic, x := range want {
		assert.InDelta(t, x, v.Limits["24h"][statistic].Greatest, 2e-4, statistic)
		assert.Equal(t, 20, v.Limits["24h"][statistic].Chunks, statistic)
	}
}

// TestVectorsOfFormats: JSON lines and Parquet, lists written in two ways, give the same vectors; so does another order of rows.
func TestVectorsOfFormats(t *testing.T) {
	times, vectors := embedded(3000, 6)
	lines := vectorLines(times, vectors)
	want := made(t, options(), write(t, "x.jsonl", lines))
	type listed struct {
		Timestamp time.Time `parquet:"timestamp,timestamp(millisecond)"`
		Amount    int64     `parquet:"amount"`
		Embedding []float64 `parquet:"embedding,list,optional"`
		Tags      []string  `parquet:"tags,list"`
	}
	type repeated struct {
		Timestamp time.Time `parquet:"timestamp,timestamp(millisecond)"`
		Inputs    struct {
			Embedding []float64 `parquet:"embedding"`
			Amount    int64     `parquet:"amount"`
		} `parquet:"ml.inputs"`
	}
	var first []listed
	var second []repeated
	for i, v := range vectors {
		amount := int64(i * i % 101)
		first = append(first, listed{Timestamp: times[i], Amount: amount, Embedding: v, Tags: []string{"x", "y"}})
		row := repeated{Timestamp: times[i]}
		row.Inputs.Embedding, row.Inputs.Amount = v, amount
		second = append(second, row)
	}
	var a, b bytes.Buffer
	require.NoError(t, parquet.Write(&a, first, parquet.MaxRowsPerRowGroup(700)))
	require.NoError(t, parquet.Write(&b, second))
	for name, content := range map[string]string{"listed.parquet": a.String(), "repeated.parquet": b.String()} {
		t.Run(name, func(t *testing.T) {
			result, err := Build(t.Context(), []string{write(t, name, content)}, options())
			require.NoError(t, err)
			assert.Equal(t, want.Vectors, result.Profile.Vectors)
			assert.Equal(t, want.Features, result.Profile.Features)
			if name == "listed.parquet" {
				assert.Contains(t, strings.Join(result.Warnings, "\n"), `columns "tags.list.element" hold lists: left out`)
			}
		})
	}
	backwards := strings.Split(strings.TrimSuffix(lines, "\n"), "\n")
	rand.New(rand.NewPCG(1, 1)).Shuffle(len(backwards), func(i, j int) { backwards[i], backwards[j] = backwards[j], backwards[i] })
	have := made(t, options(), write(t, "x.jsonl", strings.Join(backwards, "\n"))).Vectors[0]
	assert.InDeltaSlice(t, want.Vectors[0].Mean, have.Mean, 2e-6)
	assert.InEpsilon(t, want.Vectors[0].Spread, have.Spread, 2e-5)
	assert.InEpsilon(t, want.Vectors[0].Bandwidth, have.Bandwidth, 2e-5, "the sample is the same")
	assert.InDeltaSlice(t, want.Vectors[0].Cosines, have.Cosines, 1e-3)
}

// TestListsThatAreNoVectors are left out, and said to be.
func TestListsThatAreNoVectors(t *testing.T) {
	for name, test := range map[string]struct{ value, want string }{
		"texts":        {`["a","b"]`, "column x holds lists that are not all numbers, or of several lengths: left out"},
		"empty":        {`[]`, "column x holds lists that are not all numbers"},
		"lists":        {`[[1,2],[3,4]]`, "column x holds lists that are not all numbers"},
		"nulls":        {`[1,null]`, "column x holds lists that are not all numbers"},
		"constant":     {`[1,2]`, "column x holds vectors that are all the same: left out"},
		"beyond 1e100": {`[1e200,2]`, "column x holds 0 vectors, fewer than 30 (of finite numbers, at most 1e100): left out"},
		"too long":     {"[" + strings.Repeat("1,", profile.MaxVectorDimensions) + "1]", "column x holds lists of 2049 numbers, more than 2048: left out"},
	} {
		t.Run(name, func(t *testing.T) {
			var lines strings.Builder
			for i := range 50 {
				fmt.Fprintf(&lines, `{"a":%d,"x":%s}`+"\n", i%7, test.value)
			}
			path := write(t, "x.jsonl", lines.String())
			result, err := Build(t.Context(), []string{path}, options())
			require.NoError(t, err)
			assert.Empty(t, result.Profile.Vectors)
			assert.Equal(t, []string{"feature/a"}, result.Profile.Keys())
			assert.Contains(t, strings.Join(result.Warnings, "\n"), test.want)
		})
	}
	var ragged, mixed, many strings.Builder
	for i := range 50 {
		fmt.Fprintf(&ragged, `{"a":%d,"x":[1%s]}`+"\n", i%7, strings.Repeat(",2", i%3))
		value := "[1,2]"
		if i%2 == 0 {
			value = `"text"`
		}
		fmt.Fprintf(&mixed, `{"a":%d,"x":%s}`+"\n", i%7, value)
		fmt.Fprintf(&many, `{"a":%d`, i%7)
		for k := range profile.MaxVectors + 1 {
			fmt.Fprintf(&many, `,"v%d":[%d,%d]`, k, i, k*i%5)
		}
		many.WriteString("}\n")
	}
	result, err := Build(t.Context(), []string{write(t, "x.jsonl", ragged.String())}, options())
	require.NoError(t, err)
	assert.Contains(t, strings.Join(result.Warnings, "\n"), "column x holds lists that are not all numbers, or of several lengths: left out")
	_, err = Build(t.Context(), []string{write(t, "x.jsonl", ragged.String())}, options(func(o *Options) { o.Features = []string{"a", "x"} }))
	assert.ErrorContains(t, err, "--features x: the column holds lists that are not all numbers, or of several lengths")

	p := made(t, options(), write(t, "x.jsonl", mixed.String()))
	assert.Empty(t, p.Vectors)
	assert.Equal(t, []string{"text"}, p.Feature("x").Categories)
	assert.Equal(t, uint64(25), p.Feature("x").Counts[1], "arrays among texts are other")

	result, err = Build(t.Context(), []string{write(t, "x.jsonl", many.String())}, options())
	require.NoError(t, err)
	assert.Len(t, result.Profile.Vectors, profile.MaxVectors)
	assert.Contains(t, strings.Join(result.Warnings, "\n"), "column v8 holds lists as 8 others do, which is all that a profile keeps: left out")
}

// TestArraysOfParquet: null is missing; what is empty, or has a null inside, is no vector.
func TestArraysOfParquet(t *testing.T) {
	type row struct {
		Listed   []*float64 `parquet:"listed,list,optional"`
		Required []float32  `parquet:"required,list"`
		Repeated []int64    `parquet:"repeated"`
		Texts    []string   `parquet:"texts,list"`
	}
	var rows []row
	for i := range 1000 {
		x, y := float64(i%7), float64(i%5)
		r := row{[]*float64{&x, &y}, []float32{float32(i % 3), float32(i % 11)}, []int64{int64(i % 13), 2}, []string{"a"}}
		switch i {
		case 10, 11, 12:
			r.Listed, r.Repeated = nil, nil
		case 20, 21:
			r.Listed, r.Required = []*float64{}, nil
		case 30:
			r.Listed = []*float64{&x, nil}
		case 31:
			r.Listed = []*float64{nil}
		}
		rows = append(rows, r)
	}
	var out bytes.Buffer
	require.NoError(t, parquet.Write(&out, rows))
	result, err := Build(t.Context(), []string{write(t, "x.parquet", out.String())}, options())
	require.NoError(t, err)
	have := map[string][3]uint64{}
	for _, v := range result.Profile.Vectors {
		have[v.Name] = [3]uint64{v.Count, v.Missing, v.WrongType}
	}
	assert.Equal(t, map[string][3]uint64{"listed": {993, 3, 4}, "required": {998, 0, 2}, "repeated": {997, 3, 0}}, have)
	assert.Contains(t, strings.Join(result.Warnings, "\n"), "hold lists: left out")
}

// TestOnlyVectors: a model may have nothing else.
func TestOnlyVectors(t *testing.T) {
	var lines strings.Builder
	for i := range 300 {
		fmt.Fprintf(&lines, `{"x":[%d,%d,0.5]}`+"\n", i*i%17, i%11)
	}
	p := made(t, options(), write(t, "x.jsonl", lines.String()))
	assert.Empty(t, p.Features)
	assert.Nil(t, p.Joint)
	require.Len(t, p.Vectors, 1)
	var out bytes.Buffer
	require.NoError(t, p.Write(&out))
	again, err := profile.Read(&out)
	require.NoError(t, err)
	assert.Equal(t, p.ID(), again.ID())
}
