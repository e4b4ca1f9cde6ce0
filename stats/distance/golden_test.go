package distance

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"
)

// binned is what a golden file says of two rows of counts.
type binned struct {
	Reference []float64 `json:"ref_counts"`
	Current   []float64 `json:"cur_counts"`
	PSI       struct {
		Floor4 nullable `json:"floor_1e-4"`
		Floor6 nullable `json:"floor_1e-6"`
		Half   nullable `json:"plus_half"`
	} `json:"psi"`
	JS        nullable `json:"js_distance"`
	KL        nullable `json:"kl_ref_cur"`
	Hellinger nullable `json:"hellinger"`
	TV        nullable `json:"tv"`
	LInf      nullable `json:"linf"`
	ChiSquare *struct {
		Statistic nullable `json:"statistic"`
		P         nullable `json:"p"`
		DoF       int      `json:"dof"`
	} `json:"chi2_contingency"`
	CramersV *nullable `json:"cramers_v"`
}

// everyBinned calls visit for each part of the file that has counts.
func everyBinned(t *testing.T, content any, path string, visit func(path string, b binned)) {
	object, ok := content.(map[string]any)
	if !ok {
		return
	}
	if object["ref_counts"] != nil && object["psi"] != nil {
		text, err := json.Marshal(object)
		require.NoError(t, err)
		var b binned
		require.NoError(t, json.Unmarshal(text, &b))
		visit(path, b)
		return
	}
	for key, value := range object {
		everyBinned(t, value, path+"/"+key, visit)
	}
}

// Every statistic of counts, against scipy's on the same counts.
func TestGoldenBinned(t *testing.T) {
	atLeast := map[string]int{"basics.json": 20, "adult_drift.json": 25, "bike_sharing_drift.json": 80, "california_housing_drift.json": 80, "elec2_drift.json": 80, "weather_drift.json": 45}
	for name, enough := range atLeast {
		t.Run(name, func(t *testing.T) {
			var content any
			golden(t, name, &content)
			seen, tested := 0, 0
			everyBinned(t, content, "", func(path string, b binned) {
				seen++
				c, r := shares(b.Current), shares(b.Reference)
				near(t, float64(b.PSI.Floor4), PSI(c, r, DefaultFloor), path)
				near(t, float64(b.PSI.Floor6), PSI(c, r, 1e-6), path)
				near(t, float64(b.PSI.Half), PSI(shares(plusHalf(b.Current)), shares(plusHalf(b.Reference)), 0), path)
				near(t, float64(b.JS), JSDistance(c, r), path)
				near(t, float64(b.JS*b.JS), JSDivergence(c, r), path)
				near(t, float64(b.KL), KL(c, r, 0), path)
				near(t, float64(b.Hellinger), Hellinger(c, r), path)
				near(t, float64(b.TV), TotalVariation(c, r), path)
				near(t, float64(b.LInf), LInfinity(c, r), path)
				if b.ChiSquare != nil {
					tested++
					got := ChiSquare(b.Current, b.Reference)
					near(t, float64(b.ChiSquare.Statistic), got.Statistic, path)
					near(t, float64(b.ChiSquare.P), got.P, path)
					require.Equal(t, b.ChiSquare.DoF, got.DegreesOfFreedom, path)
					near(t, float64(*b.CramersV), got.CramersV, path)
				}
			})
			t.Logf("%d rows of counts, %d chi-square tests", seen, tested)
			require.GreaterOrEqual(t, seen, enough, "the file has fewer parts than it had: is it read rightly?")
		})
	}
}

func plusHalf(counts []float64) []float64 {
	result := make([]float64, len(counts))
	for i, c := range counts {
		result[i] = c + 0.5
	}
	return result
}
