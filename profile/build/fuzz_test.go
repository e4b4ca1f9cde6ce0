package build

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/parquet-go/parquet-go"
	"github.com/stretchr/testify/require"

	"github.com/leeway-ml/leeway/profile/joint"
)

// FuzzBuild: whatever a file holds, it is refused with an error or gives a profile that is valid. Build checks the latter, and
// says "came out wrong" where it is not.
func FuzzBuild(f *testing.F) {
	f.Add(".csv", []byte(small))
	f.Add(".csv", []byte("timestamp,a,b\n0,1,x\n9999999999999,-0,\"y\n\"\n1e3,1e400,\xff\n"))
	f.Add(".jsonl", []byte(`{"timestamp":1,"a":{"b":[1,2],"c":null},"ml.prediction.score":0.5,"ml.prediction.class":"1"}`+"\n"+`{"a":"x","timestamp":"2025-01-01"}`))
	f.Add(".gz", []byte("\x1f\x8b\x08\x00"))
	var columnar bytes.Buffer
	require.NoError(f, parquet.Write(&columnar, []struct {
		A float64
		B string
	}{{1, "x"}, {2, "y"}}))
	f.Add(".parquet", columnar.Bytes())
	var lists bytes.Buffer
	require.NoError(f, parquet.Write(&lists, []struct {
		A float64
		V []float64 `parquet:"v,list"`
		W []string
	}{{1, []float64{1, 2}, nil}, {2, []float64{3, 5}, []string{"x"}}, {2, nil, nil}}))
	f.Add(".parquet", lists.Bytes())
	var together strings.Builder // rows enough for a joint reference
	for i := range 45 {
		fmt.Fprintf(&together, `{"timestamp":%d,"a":%d,"b":%d,"c":"%d","v":[%d,%d.5]}`+"\n", 1750000000+i*600, i*i%17, i%13, i%4, i, i*i%7)
	}
	f.Add(".jsonl", []byte(together.String()))
	folder := f.TempDir()
	f.Fuzz(func(t *testing.T, ending string, content []byte) {
		switch ending {
		case ".csv", ".tsv", ".jsonl", ".gz", ".parquet":
		default:
			ending = ""
		}
		path := filepath.Join(folder, "x"+ending)
		require.NoError(t, os.WriteFile(path, content, 0o600))
		result, err := Build(t.Context(), []string{path}, options(func(o *Options) { o.MinSamples = 1 }))
		if err != nil {
			require.NotContains(t, err.Error(), "came out wrong")
			require.NotEmpty(t, err.Error())
			return
		}
		require.NoError(t, result.Profile.Write(&bytes.Buffer{}))
		if result.Profile.Joint != nil {
			_, err = joint.NewSketcher(result.Profile)
			require.NoError(t, err)
		}
		require.NotEmpty(t, result.Profile.ID())
	})
}
