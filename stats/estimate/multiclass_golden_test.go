package estimate

import (
	"math"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// nannyMLDigits is what NannyML 0.13.1's CBPE (classification_multiclass, NoopCalibrator, chunks of 225 rows, probabilities divided by
// their sum) estimates for the production rows of digits_predictions. By default it calibrates three of the ten classes, by its
// splits of the 450 rows of the reference, and estimates an accuracy of 0.825 and 0.808; of the rows, 0.818 and 0.840 were right.
var nannyMLDigits = map[string][2]float64{
	"accuracy":  {0.8087420594603125, 0.7892613765728965},
	"f1":        {0.7969251833469189, 0.7886102507230879},
	"precision": {0.796081621131089, 0.7865856292728831},
	"recall":    {0.8011858163455321, 0.7928091079927959},
	"roc_auc":   {0.9773302479044508, 0.9750407920943178},
}

// TestGoldenMulticlass estimates the same from odds in 640 buckets, class by class.
func TestGoldenMulticlass(t *testing.T) {
	const classes, chunk, chunks = 10, 225, 2
	data := columns(t, "digits_predictions.csv.gz")
	var reference [classes][]row
	var production [chunks][classes][]row
	n := 0
	for i, split := range data["split"] {
		var p [classes]float64
		total := 0.0
		for k := range p {
			x, err := strconv.ParseFloat(data["p"+strconv.Itoa(k)][i], 64)
			require.NoError(t, err)
			p[k] = x
			total += x
		}
		for k := range p {
			name := strconv.Itoa(k)
			r := row{p[k] / total, data["predicted_class"][i] == name, data["label"][i] == name}
			if split == "reference" {
				reference[k] = append(reference[k], r)
			} else {
				production[n/chunk][k] = append(production[n/chunk][k], r)
			}
		}
		if split != "reference" {
			n++
		}
	}
	require.Equal(t, chunk*chunks, n)

	for c, rows := range production {
		var m Multiclass
		for k := range classes {
			outcomes, _ := binned(reference[k], referenceBuckets)
			r, err := NewReference(&outcomes, None)
			require.NoError(t, err)
			_, predictions := binned(rows[k], windowBuckets)
			m = append(m, r.Expect(predictions))
		}
		for name, got := range map[string]Value{
			"accuracy":  m.Accuracy(),
			"f1":        m.Macro((*Expected).F1),
			"precision": m.Macro((*Expected).Precision),
			"recall":    m.Macro((*Expected).Recall),
			"roc_auc":   m.Macro((*Expected).ROCAUC),
		} {
			want := nannyMLDigits[name][c]
			t.Logf("chunk %d: %s deviates by %.1e", c, name, math.Abs(got.Value-want))
			assert.InDelta(t, want, got.Value, 1e-3, "chunk %d: %s", c, name)
		}
	}
}
