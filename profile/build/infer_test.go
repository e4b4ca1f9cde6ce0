package build

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/leeway-ml/leeway/profile"
)

func TestInferredTypes(t *testing.T) {
	repeat := func(n int, values ...string) string { return strings.Repeat(strings.Join(values, "\n")+"\n", n) }
	for name, test := range map[string]struct {
		values string
		want   profile.Type
		check  func(*testing.T, *profile.Variable)
	}{
		"integers":        {repeat(1, "1", "-2", "3"), profile.Numeric, nil},
		"floats":          {repeat(1, "1.5", " 2e-3 ", "+.5"), profile.Numeric, nil},
		"zero and one":    {repeat(3, "0", "1"), profile.Numeric, nil},
		"flags":           {repeat(3, "true", "False", "TRUE"), profile.Boolean, nil},
		"texts":           {repeat(3, "a", "b"), profile.Categorical, nil},
		"flags and texts": {repeat(3, "true", "maybe"), profile.Categorical, nil},
		"hex":             {repeat(3, "0x1A", "0x1B"), profile.Categorical, nil},
		"dates":           {repeat(3, "2025-01-01", "2025-01-02"), profile.Categorical, nil},
		"one text in 200": {repeat(199, "7") + "n/a\n", profile.Numeric, func(t *testing.T, v *profile.Variable) {
			assert.Equal(t, uint64(1), v.WrongType)
			assert.Equal(t, uint64(199), v.Observed())
		}},
		"one text in 50": {repeat(49, "7") + "n/a\n", profile.Categorical, func(t *testing.T, v *profile.Variable) {
			assert.Equal(t, []string{"7", "n/a"}, v.Categories)
		}},
		"infinities": {repeat(99, "7") + "Inf\n-inf\n1e999\nNaN\n1.7976931348623157e308\n", profile.Numeric, func(t *testing.T, v *profile.Variable) {
			assert.Equal(t, uint64(5), v.NonFinite)
			assert.Equal(t, 7.0, v.Max)
		}},
		"large": {"1e100\n-1e100\n1e100\n3\n", profile.Numeric, func(t *testing.T, v *profile.Variable) {
			assert.Zero(t, v.NonFinite)
			assert.InEpsilon(t, 9.57e99, v.StdDev, 0.01)
		}},
		"texts after many numbers": {repeat(undecided+100, "7") + repeat(300, "n/a"), profile.Categorical, func(t *testing.T, v *profile.Variable) {
			assert.Equal(t, []uint64{undecided + 100, 300, 0}, v.Counts)
		}},
		"numbers after many texts": {repeat(150, "n/a") + repeat(undecided+10000, "7"), profile.Numeric, func(t *testing.T, v *profile.Variable) {
			assert.Equal(t, uint64(150), v.WrongType)
			assert.Equal(t, uint64(undecided+10000), v.Observed())
		}},
		"reserved names": {repeat(3, "__other__", "__unseen__", "a"), profile.Categorical, func(t *testing.T, v *profile.Variable) {
			assert.Equal(t, []string{"a"}, v.Categories)
			assert.Equal(t, []uint64{3, 6}, v.Counts)
		}},
		"bad UTF-8": {repeat(3, "a\xff", "b"), profile.Categorical, func(t *testing.T, v *profile.Variable) {
			assert.Equal(t, []string{"a\uFFFD", "b"}, v.Categories)
		}},
	} {
		t.Run(name, func(t *testing.T) {
			rows := strings.Split(strings.TrimSuffix(test.values, "\n"), "\n")
			p := made(t, options(), write(t, "x.csv", "f,other\n"+strings.Join(rows, ",1\n")+",1\n"))
			v := p.Feature("f")
			require.NotNil(t, v)
			assert.Equal(t, test.want, v.Type)
			if test.check != nil {
				test.check(t, v)
			}
		})
	}
}

func TestForcedTypes(t *testing.T) {
	path := write(t, "x.csv", "zip,flag\n01,true\n02,false\n01,true\n")
	p := made(t, options(func(o *Options) {
		o.Types = map[string]profile.Type{"zip": profile.Categorical, "flag": profile.Categorical}
	}), path)
	assert.Equal(t, []string{"01", "02"}, p.Feature("zip").Categories)
	assert.Equal(t, profile.Categorical, p.Feature("flag").Type)
}

func TestCategoriesAreCapped(t *testing.T) {
	var b strings.Builder
	b.WriteString("c\n")
	for i := range 60 {
		b.WriteString(strings.Repeat(fmt.Sprintf("c%02d\n", i), 100-i))
	}
	p := made(t, options(func(o *Options) { o.Categories = 40 }), write(t, "x.csv", b.String()))
	v := p.Feature("c")
	assert.Len(t, v.Categories, 40)
	assert.Equal(t, "c00", v.Categories[0])
	assert.Equal(t, uint64(60+59+58+57+56+55+54+53+52+51+50+49+48+47+46+45+44+43+42+41), v.Counts[40], "the rest is other")
	assert.Len(t, v.Rollup, 19, "with unseen there are 20")
	assert.Len(t, v.RollupLabels(), 20)
	assert.Equal(t, profile.Other, v.RollupLabels()[18])
}

func TestTasks(t *testing.T) {
	csv := write(t, "x.csv", "p,c,v,pa,pb,pc\n0.1,a,1,0.2,0.3,0.5\n0.2,b,2,0.6,0.2,0.2\n0.3,c,3,0.1,0.1,0.8\n0.4,a,3,0.5,0.3,0.2\n")
	for name, test := range map[string]struct {
		change func(*Options)
		task   profile.Task
		keys   []string
	}{
		"regression":           {func(o *Options) { o.ValueColumn, o.LabelColumn = "v", "p" }, profile.Regression, []string{"value", "true_value"}},
		"regression, no value": {func(o *Options) { o.Task, o.LabelColumn = profile.Regression, "v" }, profile.Regression, []string{"true_value"}},
		"probabilities": {func(o *Options) { o.ProbabilityColumns = map[string]string{"a": "pa", "b": "pb", "c": "pc"} },
			profile.Multiclass, []string{"score/a", "score/b", "score/c"}},
		"score of the predicted class": {func(o *Options) { o.ScoreColumn, o.ClassColumn = "p", "c" }, profile.Multiclass, []string{"score/a", "score/b", "score/c", "class"}},
		"one probability":              {func(o *Options) { o.ProbabilityColumns = map[string]string{"late": "pa"} }, profile.Binary, []string{"score/late"}},
		"two probabilities": {func(o *Options) { o.ProbabilityColumns = map[string]string{"yes": "pa", "no": "pb"} },
			profile.Binary, []string{"score/yes"}},
		"class alone": {func(o *Options) { o.ClassColumn = "c" }, profile.Multiclass, []string{"class"}},
		"no output":   {func(*Options) {}, "", nil},
	} {
		t.Run(name, func(t *testing.T) {
			p := made(t, options(test.change, func(o *Options) { o.Features = []string{"v"} }), csv)
			assert.Equal(t, test.task, p.Task)
			var outputs []string
			for _, key := range p.Keys() {
				if key != "feature/v" {
					outputs = append(outputs, key)
				}
			}
			assert.Equal(t, test.keys, outputs)
			if name == "score of the predicted class" {
				assert.Equal(t, uint64(2), p.Score("a").Observed())
				assert.Equal(t, 0.4, p.Score("a").Max)
				assert.Equal(t, uint64(1), p.Score("b").Observed())
			}
		})
	}
}
