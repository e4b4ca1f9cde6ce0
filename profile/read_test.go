package profile

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// sample is a small profile that has one of everything.
func sample() *Profile {
	hours := &Hours{Counts: make([][]uint64, 24), Missing: make([]uint64, 24)}
	for i := range hours.Counts {
		hours.Counts[i] = []uint64{0, 0, 0}
	}
	hours.Counts[3] = []uint64{2, 5, 3}
	hours.Missing[3] = 1
	means := JointMeans{Count: 11, Error: 0.75, Residuals: []float64{0.25, 0.5, 0.125}, Cosines: []float64{0.5, 0.25}, Sines: []float64{-0.5, 0},
		Means: []float64{0, 0.125}, Squares: []float64{0.9, 1}, Products: []float64{0.25}}
	byHour := make([]JointMeans, 24)
	byHour[3] = means
	return &Profile{
		Schema: Schema, Model: "fraud", Version: "3", Task: Binary, PositiveClass: "1",
		Created:    time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC),
		Provenance: Provenance{Files: []string{"a <b>.csv"}, Rows: 11, Start: time.Date(2026, 1, 1, 3, 0, 0, 0, time.UTC), End: time.Date(2026, 1, 1, 3, 59, 0, 0, time.UTC)},
		Rhythm:     Rhythm{Cycle: Day, TimeZone: "Europe/Berlin"},
		Features: []*Variable{
			{Name: "amount", Type: Numeric, Bounds: []float64{1.5, 2.5}, Counts: []uint64{2, 5, 3}, Rollup: []int{0, 1, 2}, Deciles: []int{0, 2},
				Missing: 1, Min: 1, Max: 4, Mean: 2.25, StdDev: 0.5, Quantiles: map[string]float64{"0.5": 2}, Hours: hours,
				Limits: map[string]map[string]Limit{"1h": {"psi": {Greatest: 0.125, Chunks: 7}}}},
			{Name: "country", Type: Categorical, Categories: []string{"DE", "FR"}, Counts: []uint64{7, 3, 1}, Rollup: []int{0, 1, 2}},
			{Name: "member", Type: Boolean, Categories: []string{"true", "false"}, Counts: []uint64{6, 5, 0}, Rollup: []int{0, 1, 2}},
		},
		Scores:   []*Variable{{Name: "1", Type: Numeric, Bounds: []float64{0.5}, Counts: []uint64{6, 5}, Rollup: []int{0, 1}, Deciles: []int{0, 1}}},
		Class:    &Variable{Name: "predicted", Type: Categorical, Categories: []string{"0", "1"}, Counts: []uint64{6, 5, 0}, Rollup: []int{0, 1, 2}},
		Segments: []Segment{{Attributes: map[string]string{"country": "DE"}, Rows: 7, Counts: map[string][]uint64{"feature/amount": {1, 4, 1}}, Missing: map[string]uint64{"feature/amount": 1}}},
		Joint: &Joint{
			Features: []string{"amount", "country", "member"}, Components: [][]float64{{0.6, 0, 0, 0, 0.8}, {0, 1, 0, 0, 0}}, Explained: 0.7,
			Bandwidth: 1.5, Frequencies: 2, Seed: 1, ErrorBounds: []float64{0.5, 1}, ErrorStdDev: 0.25, Trace: 0.5, TraceSquared: 0.125,
			Correlated: []string{"amount", "member"}, All: means, Hours: byHour,
			Limits: map[string]map[string]Limit{"24h": {"mmd": {Greatest: 0.0625, Chunks: 6}}},
		},
		Vectors: []*Vector{{Name: "embedding", Mean: []float64{0.5, -1, 2}, Spread: 1.25, Count: 10, Missing: 1, Bandwidth: 1.25, Frequencies: 2, Seed: 1,
			Trace: 0.5, TraceSquared: 0.125, Cosines: []float64{0.5, 0.25}, Sines: []float64{0, -0.25}}},
		Outcomes: []OutcomeSeries{
			{Metric: "ml.outcome.loss", Attributes: map[string]string{"ml.loss.name": "log"}, Histogram: &OutcomeHistogram{Count: 9, Sum: 2.5}},
			{Metric: "ml.outcome.odds", Attributes: map[string]string{"ml.class": "1", "ml.ground_truth.class": "__other__"},
				Exponential: &OutcomeExponential{Scale: 3, Zero: 1, PositiveOffset: -9, Positive: []uint64{3, 0, 1}, Sum: 1.75}},
			{Metric: "ml.outcomes", Attributes: map[string]string{"ml.ground_truth.class": "0", "ml.prediction.class": "1"}, Sum: 2},
		},
		QualityLimits: map[string]map[string]QualityLimit{"24h": {"accuracy": {Worst: 0.75, Chunks: 7}}},
	}
}

func TestWriteIsReadable(t *testing.T) {
	var out bytes.Buffer
	require.NoError(t, sample().Write(&out))
	golden := filepath.Join("testdata", "sample.json")
	if os.Getenv("UPDATE_GOLDEN") != "" {
		require.NoError(t, os.WriteFile(golden, out.Bytes(), 0o644))
	}
	want, err := os.ReadFile(golden)
	require.NoError(t, err)
	assert.Equal(t, string(want), out.String())
}

func TestReadReturnsWhatWasWritten(t *testing.T) {
	p := sample()
	var out bytes.Buffer
	require.NoError(t, p.Write(&out))
	again, err := Read(&out)
	require.NoError(t, err)
	assert.Equal(t, p, again)
	assert.Equal(t, p.ID(), again.ID())
}

func TestID(t *testing.T) {
	p := sample()
	id := p.ID()
	assert.Len(t, id, 16)
	p.Created = time.Now()
	assert.Equal(t, id, p.ID(), "when it was made does not count")
	p.Features[0].Counts[0]++
	assert.NotEqual(t, id, p.ID())
}

func TestKeys(t *testing.T) {
	p := sample()
	assert.Equal(t, []string{"feature/amount", "feature/country", "feature/member", "score/1", "class"}, p.Keys())
	for _, key := range p.Keys() {
		assert.NotNil(t, p.Variable(key), key)
	}
	for _, key := range []string{"feature/none", "score/0", "value", "true_class", "true_value", "nonsense", ""} {
		assert.Nil(t, p.Variable(key), key)
	}
}

// TestReadRefuses changes one thing of the sample's text, or replaces it, and wants an error that says where and what.
func TestReadRefuses(t *testing.T) {
	var out bytes.Buffer
	require.NoError(t, sample().Write(&out))
	good := out.String()
	for name, test := range map[string]struct{ old, new, want string }{
		"empty":             {good, "", "the JSON ends too early"},
		"cut":               {good, good[:len(good)/2], "the JSON ends too early"},
		"two":               {good, good + good, "something after the end"},
		"no object":         {good, "[]", "not a profile: must be an object"},
		"no JSON":           {`"model":`, `"model" =`, "not a profile: line 3"},
		"unknown field":     {`"type": "numeric"`, `"typ": "numeric"`, "features[0].typ: there is no such field; there are bounds, categories"},
		"other case":        {`"model":`, `"Model":`, "Model: there is no such field"},
		"repeated field":    {`"model": "fraud"`, `"model": "fraud", "model": "x"`, "model: given twice"},
		"negative count":    {`"counts": [2,5,3]`, `"counts": [2,-5,3]`, "features[0].counts[1]: -5 is no count; must be a whole number, 0 or more"},
		"fraction":          {`"rollup": [0,1,2]`, `"rollup": [0,1.5,2]`, "features[0].rollup[1]: 1.5 is not a whole number"},
		"infinite":          {`"bounds": [1.5,2.5]`, `"bounds": [1.5,1e999]`, "features[0].bounds[1]: 1e999 is not a finite number"},
		"text for a number": {`"mean": 2.25`, `"mean": "2.25"`, "features[0].mean: must be a number"},
		"no time":           {`"created": "2026-01-02T03:04:05Z"`, `"created": "yesterday"`, "created: must be a time like 2026"},
		"object for array":  {`"bounds": [1.5,2.5]`, `"bounds": {}`, "features[0].bounds: must be an array"},
		"other schema":      {Schema, "leeway.profile/v9", `schema is "leeway.profile/v9"; must be "leeway.profile/v1"`},
	} {
		t.Run(name, func(t *testing.T) {
			require.Contains(t, good, test.old)
			_, err := Read(strings.NewReader(strings.Replace(good, test.old, test.new, 1)))
			assert.ErrorContains(t, err, test.want)
		})
	}
}

func TestReadRefusesWhatIsTooLarge(t *testing.T) {
	_, err := Read(bytes.NewReader(bytes.Repeat([]byte(" "), MaxSize+1)))
	assert.ErrorContains(t, err, "more than 64 MiB")
}

func TestReadFileNamesTheFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.json")
	require.NoError(t, os.WriteFile(path, []byte("{}"), 0o600))
	_, err := ReadFile(path)
	assert.ErrorContains(t, err, path)
	_, err = ReadFile(path + "none")
	assert.ErrorIs(t, err, os.ErrNotExist)
}

func FuzzRead(f *testing.F) {
	var out bytes.Buffer
	require.NoError(f, sample().Write(&out))
	f.Add(out.Bytes())
	text, err := json.Marshal(sample())
	require.NoError(f, err)
	f.Add(text)
	f.Add([]byte(`{"schema":"leeway.profile/v1","model":"m","created":"2026-01-01T00:00:00+01:00","rhythm":{"cycle":"none"},"features":null}`))
	f.Add([]byte(`{"schema":"leeway.profile/v1","model":"m","rhythm":{"cycle":"week"},"features":[{"name":"\ud800","type":"categorical","categories":["\u0000"],"counts":[1,0],"rollup":[0]}]}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		p, err := Read(bytes.NewReader(text))
		if err != nil {
			return
		}
		var out bytes.Buffer
		if err := p.Write(&out); err != nil {
			t.Fatalf("read but not written: %v", err)
		}
		again, err := Read(&out)
		if err != nil {
			t.Fatalf("written but not read: %v", err)
		}
		if p.ID() == "" || p.ID() != again.ID() {
			t.Fatalf("ID %q became %q", p.ID(), again.ID())
		}
	})
}
