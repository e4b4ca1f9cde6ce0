package build

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestImportances(t *testing.T) {
	log := write(t, "small.csv", small)
	for name, content := range map[string]string{
		"i.json": `{"amount": 3, "country": 1e-1, "member": 0, "note": 0.5}`,
		"i.csv":  "feature,importance_std,importance\namount,0.1,3\ncountry,0.1,0.1\nmember,0,0\n\"note\",1, 0.5\n",
		"i.txt":  "\ufefffeature,importance\r\namount,3\r\ncountry,.1\r\nmember,0\r\nnote,0.5\r\n",
	} {
		result, err := Build(t.Context(), []string{log}, smallOptions(func(o *Options) { o.Importances = write(t, name, content) }))
		require.NoError(t, err)
		for feature, want := range map[string]float64{"amount": 3, "country": 0.1, "member": 0, "note": 0.5} {
			if have := result.Profile.Feature(feature).Importance; assert.NotNil(t, have, "%s: %s", name, feature) {
				assert.Equal(t, want, *have, "%s: %s", name, feature)
			}
		}
		assert.Nil(t, result.Profile.Class.Importance)
		assert.NotContains(t, strings.Join(result.Warnings, "\n"), "importances")
	}
	assert.Nil(t, made(t, smallOptions(), log).Feature("amount").Importance, "not known")
}

func TestImportancesOfSome(t *testing.T) {
	log := write(t, "small.csv", small)
	result, err := Build(t.Context(), []string{log}, smallOptions(func(o *Options) {
		o.Importances = write(t, "i.json", `{"amount": 3, "country": 1}`)
	}))
	require.NoError(t, err)
	assert.Contains(t, result.Warnings, `--importances i.json: has nothing for "member", "note"; they count as 0, as if the model did not look at them`)
	assert.Zero(t, *result.Profile.Feature("note").Importance)

	many := []string{"id,a,empty"}
	for range 200 {
		many = append(many, "x,1,")
	}
	many[1], many[2] = "1,1,", "2,2,"
	result, err = Build(t.Context(), []string{write(t, "x.csv", strings.Join(many, "\n"))}, options(func(o *Options) {
		o.Importances = write(t, "i.json", `{"a": 3, "id": 1, "empty": 2}`)
	}))
	require.NoError(t, err)
	assert.Contains(t, result.Warnings, `--importances i.json: column empty is not among the features that are judged one by one; its importance of 2 is not used`)
}

func TestImportancesRefuses(t *testing.T) {
	log := write(t, "small.csv", small)
	for want, file := range map[string][2]string{
		`no such file`: {"", ""},
		`i.json: "amount": is -0.01; must be 0 or more`:             {"i.json", `{"amount": -0.01}`},
		`i.json: line 2: invalid character 'N'`:                     {"i.json", "{\n\"amount\": NaN}"},
		`JSON has no NaN`:                                           {"i.json", `{"amount": NaN}`},
		`"amount": is "1e999"; must be a finite number`:             {"i.json", `{"amount": 1e999}`},
		`"amount": must be a number, 0 or more`:                     {"i.json", `{"amount": "3"}`},
		`"nested": must be a number, 0 or more`:                     {"i.json", `{"nested": {"amount": 3}}`},
		`"amount": given twice`:                                     {"i.json", `{"amount": 3, "amount": 4}`},
		`something after the end`:                                   {"i.json", `{"amount": 3} {}`},
		`i.json: line 1: EOF; must be a JSON object`:                {"i.json", `{"amount": 3`},
		`no feature has an importance above 0`:                      {"i.json", `{"amount": 0}`},
		`i.json: "amout" (3) is no feature; there are "amount", "c`: {"i.json", `{"amout": 3}`},
		`"label" (3) is no feature`:                                 {"i.json", `{"label": 3}`},
		`i.csv: line 3: "country": is "NaN"; must be a finite numb`: {"i.csv", "feature,importance\namount,1\ncountry,NaN\n"},
		`i.csv: line 2: "amount": is "much"`:                        {"i.csv", "feature,importance\namount,much\n"},
		`begins with "name,gain"; must be a JSON object of feature`: {"i.csv", "name,gain\namount,1\n"},
		`wrong number of fields`:                                    {"i.csv", "feature,importance\namount\n"},
		`begins with ""; must be`:                                   {"i.csv", ""},
		`more than 16 MiB`:                                          {"i.csv", "feature,importance\n" + strings.Repeat("x", maxImportances)},
	} {
		path := "none.json"
		if file[0] != "" {
			path = write(t, file[0], file[1])
		}
		_, err := Build(t.Context(), []string{log}, smallOptions(func(o *Options) { o.Importances = path }))
		assert.ErrorContains(t, err, want, file[1][:min(40, len(file[1]))])
		assert.ErrorContains(t, err, "--importances")
	}
}

func FuzzReadImportances(f *testing.F) {
	for _, seed := range []string{`{"a": 1}`, "feature,importance\na,1\n", `{"a": 1e400, "a": -1`, "feature,importance\n\"a\n,1", "\xef\xbb\xbf{}", `{"a":[1,{"b":2}]}`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		im, err := readImportances(write(t, "i", text))
		if err != nil {
			require.NotEmpty(t, err.Error())
			return
		}
		for _, x := range im.of {
			require.True(t, x >= 0 && finite(x))
		}
	})
}
