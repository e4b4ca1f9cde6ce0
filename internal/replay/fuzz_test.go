package replay

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// FuzzRun: whatever a file holds, it is refused with an error, or all of its rows go out.
func FuzzRun(f *testing.F) {
	f.Add(".csv", []byte(predictions))
	f.Add(".jsonl", []byte(predictionLines))
	f.Add(".jsonl", []byte(`{"when":1,"v":[1,"a",{"b":[null,1e999]}],"ml.inputs":{"w":[]},"score":1}`))
	f.Add(".parquet", []byte(columnar(f, []struct {
		When int64     `parquet:"when"`
		V    []float64 `parquet:"v,list"`
	}{{1, []float64{1, 2}}, {2, nil}})))
	folder := f.TempDir()
	f.Fuzz(func(t *testing.T, ending string, content []byte) {
		switch ending {
		case ".csv", ".jsonl", ".gz", ".parquet":
		default:
			ending = ""
		}
		path := filepath.Join(folder, "x"+ending)
		require.NoError(t, os.WriteFile(path, content, 0o600))
		var got recorder
		result, err := Run(t.Context(), Options{Predictions: path, Batch: 100, Encoder: Encoder{Model: "m", Columns: Columns{Time: "when"}}}, &got)
		if err != nil {
			require.NotEmpty(t, err.Error())
			return
		}
		require.Len(t, got.records(), result.Predictions)
	})
}
