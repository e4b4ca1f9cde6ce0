package distance

import (
	"encoding/json"
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// What other tools print for the same rows, where they mean the same: raw KS and Wasserstein, and counts of categories.
// docs/statistics.md says where they do not.
func TestPeers(t *testing.T) {
	type evidently struct {
		PSI         *float64 `json:"psi"`
		KL          *float64 `json:"kl_div"`
		Hellinger   *float64 `json:"hellinger"`
		JS          *float64 `json:"jensenshannon (natural log)"`
		Wasserstein *float64 `json:"wasserstein norm"`
	}
	type frouros struct {
		EMD *float64 `json:"EMD"`
		KS  *struct {
			Statistic float64 `json:"statistic"`
		} `json:"KSTest"`
	}
	type nannyml struct {
		Chi2      *float64 `json:"chi2"`
		Hellinger *float64 `json:"hellinger"`
		JS        *float64 `json:"jensen_shannon"`
		LInf      *float64 `json:"l_infinity"`
	}
	var file struct {
		Datasets map[string]struct {
			ReferenceRows int      `json:"reference_rows"`
			ChunkSize     int      `json:"chunk_size"`
			Numeric       []string `json:"numeric"`
			Categorical   []string `json:"categorical"`
			First         struct {
				Evidently map[string]evidently `json:"evidently"`
				Frouros   map[string]frouros   `json:"frouros"`
			} `json:"first_chunk"`
		} `json:"datasets"`
	}
	golden(t, "peers_data_drift.json", &file)
	var chunks struct {
		Datasets map[string]struct {
			NannyML []map[string]json.RawMessage `json:"nannyml_univariate"`
		} `json:"datasets"`
	}
	golden(t, "peers_data_drift.json", &chunks)

	for name, set := range file.Datasets {
		data := readRows(t, name+".csv.gz")
		var reference, current []int
		for i, split := range data["split"] {
			if split == "reference" {
				reference = append(reference, i)
			} else if len(current) < set.ChunkSize {
				current = append(current, i)
			}
		}
		require.Len(t, reference, set.ReferenceRows)
		for _, column := range set.Numeric {
			r, c := data.pick(t, column, reference), data.pick(t, column, current)
			all := oneEach(slices.Compact(slices.Sorted(slices.Values(slices.Concat(r, c)))))
			w := Wasserstein(all.shares(c), all.shares(r), all.bounds, 0, 0, true)
			e, f := set.First.Evidently[column], set.First.Frouros[column]
			near(t, *f.EMD, w, name, column)
			near(t, f.KS.Statistic, KSTwoSample(c, r), name, column)
			near(t, *e.Wasserstein, w/math.Max(deviation(r), 0.001), name, column)
		}
		for _, column := range set.Categorical {
			c, r := data.categories(column, current, reference)
			e := set.First.Evidently[column]
			near(t, *e.PSI, PSI(shares(c), shares(r), DefaultFloor), name, column)
			near(t, *e.KL, normalisedKL(shares(c), shares(r)), name, column)
			near(t, *e.Hellinger, Hellinger(shares(c), shares(r)), name, column)
			near(t, *e.JS, JSDistance(shares(c), shares(r))*math.Sqrt(math.Ln2), name, column)

			var n nannyml
			require.NoError(t, json.Unmarshal(chunks.Datasets[name].NannyML[0][column], &n))
			near(t, *n.Hellinger, Hellinger(shares(c), shares(r)), name, column)
			near(t, *n.JS, JSDistance(shares(c), shares(r)), name, column)
			near(t, *n.LInf, LInfinity(shares(c), shares(r)), name, column)
			if len(c) > 2 { // of two categories it prints scipy's default, with Yates' correction
				near(t, *n.Chi2, ChiSquare(c, r).Statistic, name, column)
			} else {
				assert.Less(t, *n.Chi2, ChiSquare(c, r).Statistic, name, column)
			}
		}
	}
}

// normalisedKL is KL where floored shares are normalised again, as scipy.stats.entropy does; Leeway does not.
func normalisedKL(current, reference []float64) float64 {
	var c, r float64
	for i := range current {
		c += max(current[i], DefaultFloor)
		r += max(reference[i], DefaultFloor)
	}
	return KL(current, reference, DefaultFloor)/r + math.Log(c/r)
}

// deviation is the standard deviation, ddof 0.
func deviation(values []float64) float64 {
	var mean, squares float64
	for _, x := range values {
		mean += x / float64(len(values))
	}
	for _, x := range values {
		squares += (x - mean) * (x - mean)
	}
	return math.Sqrt(squares / float64(len(values)))
}

// categories counts those of either side, without missing values.
func (r rows) categories(column string, current, reference []int) (c, f []float64) {
	index := map[string]int{}
	for side, lines := range [][]int{current, reference} {
		for _, i := range lines {
			name := r[column][i]
			if name == "" {
				continue
			}
			at, ok := index[name]
			if !ok {
				at = len(index)
				index[name] = at
				c, f = append(c, 0), append(f, 0)
			}
			if side == 0 {
				c[at]++
			} else {
				f[at]++
			}
		}
	}
	return c, f
}
