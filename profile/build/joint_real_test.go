package build

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/leeway-ml/leeway/judge/multivariate"
	"github.com/leeway-ml/leeway/profile"
	"github.com/leeway-ml/leeway/profile/joint"
)

// TestJointOfRealData: whatever the data, components explain what they should, the reference is no distance from itself, and chunks have
// been judged.
func TestJointOfRealData(t *testing.T) {
	where := []Condition{{"split", "reference"}}
	for name, test := range map[string]struct {
		file    string
		o       Options
		windows []string // that have limits
	}{
		"adult":   {"adult", Options{Where: where, LabelColumn: "class"}, nil},
		"elec2":   {"elec2_predictions", Options{Where: where, ScoreColumn: "predicted_probability", ClassColumn: "predicted_class", PositiveClass: "UP", IDColumn: "prediction_id"}, []string{"7d"}},
		"bike":    {"bike_sharing_predictions", Options{Where: where, ValueColumn: "predicted_value", Exclude: []string{"prediction_id"}}, []string{"7d"}},
		"weather": {"weather", Options{Exclude: []string{"day_index"}}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			path := shared(t, "data/"+test.file+".csv.gz")
			base := options()
			o := test.o
			o.Model, o.Bins, o.Categories, o.ChunkMemory, o.Rhythm, o.Created = name, base.Bins, base.Categories, base.ChunkMemory, "auto", base.Created
			o.Windows, o.MinSamples = base.Windows, base.MinSamples
			p := made(t, o, path)
			j := p.Joint
			require.NotNil(t, j)
			_, err := joint.NewSketcher(p)
			require.NoError(t, err)
			t.Logf("%d features of %d dimensions, %d components explain %.3f, error %.3f with deviation %.3f, bandwidth %.3f, traces %.4f %.4f, limits %v",
				len(j.Features), len(j.Components[0]), len(j.Components), j.Explained, j.All.Error, j.ErrorStdDev, j.Bandwidth, j.Trace, j.TraceSquared, j.Limits)
			assert.GreaterOrEqual(t, j.Explained, 0.65)
			assert.Less(t, len(j.Components), len(j.Components[0]), "something is left to reconstruct")
			assert.Equal(t, p.Provenance.Rows, j.All.Count)
			assert.Positive(t, j.All.Error)
			assert.InDelta(t, 1, j.Trace+squaredLength(j.All.Cosines, j.All.Sines)/64, 1e-4, "what does not vary of the kernel's features is their mean")
			for i, name := range j.Correlated {
				v := p.Feature(name)
				filled := float64(v.Observed()) / float64(p.Provenance.Rows)
				assert.InDelta(t, 0, j.All.Means[i], 1e-6, "%s: normal scores have mean 0", name)
				assert.InDelta(t, filled, j.All.Squares[i], 1e-6, "%s: and variance 1, but for missing ones", name)
			}
			judge, err := multivariate.New(multivariate.DefaultConfig())
			require.NoError(t, err)
			for statistic, x := range judge.StrayJoint(p, j.All, j.All) {
				assert.Zero(t, x, statistic)
			}
			for _, window := range test.windows {
				assert.Len(t, j.Limits[window], 3, window)
				for statistic, l := range j.Limits[window] {
					assert.GreaterOrEqual(t, l.Chunks, 5, statistic)
				}
			}
			if len(test.windows) == 0 {
				assert.Empty(t, j.Limits)
			}

			o.ChunkMemory = 1
			again := made(t, o, path)
			assert.Equal(t, j, again.Joint, "however little memory chunks may take")

			text, err := os.ReadFile(firstRows(t, path, 1<<20))
			require.NoError(t, err)
			o.ChunkMemory = base.ChunkMemory
			sameJoint(t, j, made(t, o, write(t, "x.csv", shuffled(string(text)))).Joint)
		})
	}
}

func squaredLength(lists ...[]float64) float64 {
	sum := 0.0
	for _, list := range lists {
		for _, x := range list {
			sum += x * x
		}
	}
	return sum
}

// TestSizeOfManyFeatures: a profile of a hundred features, with hours of the week, is what the docs say.
func TestSizeOfManyFeatures(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 1))
	var csv strings.Builder
	csv.WriteString("timestamp")
	for i := range 100 {
		fmt.Fprintf(&csv, ",f%d", i)
	}
	csv.WriteByte('\n')
	start := time.Date(2025, 6, 2, 0, 0, 0, 0, time.UTC)
	for i := range 6000 {
		csv.WriteString(start.Add(28 * 24 * time.Hour / 6000 * time.Duration(i)).Format(time.RFC3339))
		common := random.NormFloat64()
		for k := range 100 {
			if k%10 == 9 {
				fmt.Fprintf(&csv, ",c%d", random.IntN(8))
				continue
			}
			fmt.Fprintf(&csv, ",%.4f", common*float64(k%3)/2+random.NormFloat64())
		}
		csv.WriteByte('\n')
	}
	path := filepath.Join(t.TempDir(), "x.csv")
	require.NoError(t, os.WriteFile(path, []byte(csv.String()), 0o600))
	size := func(p *profile.Profile) int {
		var out bytes.Buffer
		require.NoError(t, p.Write(&out))
		return out.Len()
	}
	p := made(t, options(), path)
	require.Equal(t, profile.Week, p.Rhythm.Cycle)
	whole := size(p)
	features, components := len(p.Joint.Features), len(p.Joint.Components)
	p.Joint = nil
	without := size(p)
	t.Logf("%d features together, %d components: %d bytes; without the joint reference %d", features, components, whole, without)
	assert.Equal(t, 100, features)
	assert.Less(t, whole, 2_000_000)
}
