package drift

import (
	"compress/gzip"
	"encoding/csv"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"slices"
	"sort"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/leeway-ml/leeway/profile"
)

// shared is the folder of data and golden numbers beside the repository; the test is skipped where it is absent.
func shared(t testing.TB, name string) string {
	t.Helper()
	folder, err := os.Getwd()
	require.NoError(t, err)
	for {
		if _, err := os.Stat(filepath.Join(folder, "go.mod")); err == nil {
			break
		}
		folder = filepath.Dir(folder)
	}
	file := filepath.Join(folder, "..", "shared", name)
	if _, err := os.Stat(file); err != nil {
		t.Skipf("%s is not there", name)
	}
	return file
}

// columns reads a gzipped CSV.
func columns(t testing.TB, name string) map[string][]string {
	t.Helper()
	f, err := os.Open(shared(t, name))
	require.NoError(t, err)
	defer f.Close()
	z, err := gzip.NewReader(f)
	require.NoError(t, err)
	rows, err := csv.NewReader(z).ReadAll()
	require.NoError(t, err)
	out := make(map[string][]string)
	for i, name := range rows[0] {
		for _, row := range rows[1:] {
			out[name] = append(out[name], row[i])
		}
	}
	return out
}

func golden(t testing.TB, name string, into any) {
	t.Helper()
	text, err := os.ReadFile(shared(t, "golden/"+name))
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(text, into))
}

// numbers parses a column; empty fields are left out and counted.
func numbers(t testing.TB, column []string) (xs []float64, missing uint64) {
	t.Helper()
	for _, s := range column {
		if s == "" {
			missing++
			continue
		}
		x, err := strconv.ParseFloat(s, 64)
		require.NoError(t, err)
		xs = append(xs, x)
	}
	return xs, missing
}

// numericVariable bins values as profiles do: one bin a value up to 100 distinct ones, else 100 bins by numpy's linear
// quantiles; deciles are cut at those, or for single values after the largest that is not above the quantile.
func numericVariable(name string, xs []float64) *profile.Variable {
	xs = slices.Clone(xs)
	sort.Float64s(xs)
	distinct := slices.Compact(slices.Clone(xs))
	v := &profile.Variable{Name: name, Type: profile.Numeric, Min: xs[0], Max: xs[len(xs)-1]}
	if len(distinct) <= profile.MaxFineBins {
		v.Discrete = true
		v.Bounds = append([]float64{math.Nextafter(xs[0], math.Inf(-1))}, distinct...)
	} else {
		for i := 1; i < 100; i++ {
			q := linear(xs, float64(i)/100)
			if len(v.Bounds) == 0 || q > v.Bounds[len(v.Bounds)-1] {
				v.Bounds = append(v.Bounds, q)
			}
		}
	}
	v.Counts = make([]uint64, len(v.Bounds)+1)
	var sum float64
	for _, x := range xs {
		v.Counts[v.Bin(x)]++
		sum += x
	}
	v.Mean = sum / float64(len(xs))
	var squares float64
	for _, x := range xs {
		squares += (x - v.Mean) * (x - v.Mean)
	}
	v.StdDev = math.Sqrt(squares / float64(len(xs)-1))
	if len(distinct) == 1 {
		v.StdDev = 0
	}
	view := func(parts int) []int {
		cut := []int{0}
		for i := 1; i < parts; i++ {
			q := linear(xs, float64(i)/float64(parts))
			if v.Discrete {
				q = atOrBelow(xs, q)
			}
			at := v.Bin(q) + 1
			if at > cut[len(cut)-1] && at < len(v.Counts) {
				cut = append(cut, at)
			}
		}
		return cut
	}
	v.Rollup, v.Deciles = view(20), view(10)
	if len(distinct) == 1 {
		v.Rollup, v.Deciles = []int{0, 1, 2}, []int{0, 1, 2}
	}
	return v
}

func atOrBelow(sorted []float64, q float64) float64 {
	i, found := slices.BinarySearch(sorted, q)
	if !found {
		i--
	}
	return sorted[max(i, 0)]
}

// linear is numpy.quantile(x, p, method="linear").
func linear(sorted []float64, p float64) float64 {
	at := p * float64(len(sorted)-1)
	i := int(at)
	if i+1 >= len(sorted) {
		return sorted[len(sorted)-1]
	}
	from, to, part := sorted[i], sorted[i+1], at-float64(i)
	if part >= 0.5 {
		return to - (to-from)*(1-part)
	}
	return from + (to-from)*part
}

// categoricalVariable keeps every category, most frequent first.
func categoricalVariable(name string, values []string) *profile.Variable {
	counts := make(map[string]uint64)
	v := &profile.Variable{Name: name, Type: profile.Categorical}
	for _, s := range values {
		if s == "" {
			v.Missing++
			continue
		}
		if counts[s] == 0 {
			v.Categories = append(v.Categories, s)
		}
		counts[s]++
	}
	sort.Slice(v.Categories, func(i, j int) bool {
		a, b := v.Categories[i], v.Categories[j]
		return counts[a] > counts[b] || counts[a] == counts[b] && a < b
	})
	for _, c := range v.Categories {
		v.Counts = append(v.Counts, counts[c])
	}
	v.Counts = append(v.Counts, 0)
	for i := range min(len(v.Counts), profile.MaxRollupBins) {
		v.Rollup = append(v.Rollup, i)
	}
	return v
}
