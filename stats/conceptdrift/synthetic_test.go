package conceptdrift

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// TestSynthetic is of the drifts that River 0.19, or frouros 0.9 for the methods that River does not have, finds by default in the
// streams of testdata. TestGolden has more streams and configurations, where they are.
func TestSynthetic(t *testing.T) {
	for _, test := range []struct {
		column string
		method Method
		drifts []int
	}{
		{"abrupt", MethodADWIN, []int{3551}},
		{"abrupt", MethodPageHinkley, []int{3165}},
		{"abrupt", MethodDDM, []int{45, 3080}},
		{"abrupt", MethodEDDM, []int{272, 1347, 1661, 2583, 2869, 3037, 3121, 3239, 3368, 3494, 3599, 3689, 3771, 3899, 4004, 4111, 4225, 4319, 4589, 4780, 4933, 5030, 5141, 5229, 5315, 5429, 5622, 5724, 5832, 5934}},
		{"abrupt", MethodHDDMA, []int{3210}},
		{"abrupt", MethodHDDMW, []int{3037, 4589, 5232}},
		{"abrupt", MethodCUSUM, []int{3189}},
		{"abrupt", MethodSTEPD, []int{3020}},
		{"gradual", MethodADWIN, []int{3455}},
		{"gradual", MethodPageHinkley, []int{2765, 4362}},
		{"gradual", MethodDDM, []int{88, 1598, 3095, 3422}},
		{"gradual", MethodEDDM, []int{377, 801, 1385, 2103, 2420, 2620, 2785, 2933, 3069, 3411, 3848, 3953, 4054, 4165, 4385}},
		{"gradual", MethodHDDMA, []int{3127, 3422}},
		{"gradual", MethodHDDMW, []int{3417, 4423, 5309}},
		{"gradual", MethodCUSUM, []int{2722, 4205}},
		{"gradual", MethodSTEPD, []int{1252, 2103, 2470, 3404, 4432}},
		{"no_change", MethodADWIN, []int{}},
		{"no_change", MethodPageHinkley, []int{}},
		{"no_change", MethodDDM, []int{}},
		{"no_change", MethodEDDM, []int{375, 584, 752, 901, 1074, 1215}},
		{"no_change", MethodHDDMA, []int{}},
		{"no_change", MethodHDDMW, []int{}},
		{"no_change", MethodCUSUM, []int{}},
		{"no_change", MethodSTEPD, []int{}},
		{"improves_then_worse", MethodADWIN, []int{2367, 4255}},
		{"improves_then_worse", MethodPageHinkley, []int{2238, 4186}},
		{"improves_then_worse", MethodDDM, []int{4295}},
		{"improves_then_worse", MethodEDDM, []int{125, 220, 345, 440, 567, 670, 972, 1197, 1401, 1500, 1587, 1731, 1835, 1938, 2591, 2800, 4091, 4171, 4252, 4326, 4455, 4524, 4602, 4679, 4774, 4885, 4978, 5063, 5140, 5237, 5397, 5488, 5561, 5810, 5900}},
		{"improves_then_worse", MethodHDDMA, []int{4102}},
		{"improves_then_worse", MethodHDDMW, []int{4081}},
		{"improves_then_worse", MethodCUSUM, []int{4278}},
		{"improves_then_worse", MethodSTEPD, []int{2082, 2604, 4018, 5247}},
		{"gauss_mean_shift", MethodADWIN, []int{3455}},
		{"gauss_mean_shift", MethodPageHinkley, []int{2825, 3166, 4649, 5042}},
		{"gauss_mean_shift", MethodCUSUM, []int{3135}},
		{"gauss_var_shift", MethodADWIN, []int{}},
		{"gauss_var_shift", MethodPageHinkley, []int{3329, 4043, 4589, 4883, 5239, 5402, 5722}},
		{"gauss_var_shift", MethodCUSUM, []int{4773, 4887, 5401}},
	} {
		t.Run(test.column+"/"+test.method.String(), func(t *testing.T) {
			values := synthetic(t, test.column)
			drifts, _ := run(t, must(New(test.method)), values)
			assert.Equal(t, test.drifts, until(drifts, len(values)))
		})
	}
}
