package profile_test

import (
	"bytes"
	"math"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/leeway-ml/leeway/profile"
	"github.com/leeway-ml/leeway/profile/joint"
)

// FuzzSketch: a profile that is read can be worked with, or says why not; whatever the file says, nothing panics.
func FuzzSketch(f *testing.F) {
	sample, err := os.ReadFile("testdata/sample.json")
	require.NoError(f, err)
	p, err := profile.Read(bytes.NewReader(sample))
	require.NoError(f, err)
	_, err = joint.NewSketcher(p)
	require.NoError(f, err, "the seed reaches what is to be tried")
	f.Add(sample)
	f.Add(bytes.Replace(sample, []byte(`"counts": [2,5,3]`), []byte(`"counts": [0,10,0]`), 1))
	f.Add(bytes.Replace(sample, []byte(`[0.6,0,0,0,0.8]`), []byte(`[0.6,0.8]`), 1))
	f.Fuzz(func(t *testing.T, text []byte) {
		p, err := profile.Read(bytes.NewReader(text))
		if err != nil {
			return
		}
		for _, v := range p.Vectors {
			s := joint.NewVectorSketcher(v)
			sketch := s.NewSketch()
			s.Sketch(v.Mean, sketch)
			s.Sketch(make([]float64, len(v.Mean)), sketch)
			s.Sketch(nil, sketch)
		}
		if p.Joint == nil {
			return
		}
		p.Joint.At(nil, nil)
		p.Joint.At(profile.Mixture{{Cell: 0, Weight: 0.5}, {Cell: 167, Weight: 0.5}}, []profile.JointMeans{p.Joint.All})
		s, err := joint.NewSketcher(p)
		if err != nil {
			return
		}
		sketch := s.NewSketch()
		bins := make([]int32, len(p.Joint.Features))
		for _, bin := range []int32{-1, 0, 1, 2, 3, 1 << 20} {
			for i := range bins {
				bins[i] = bin
			}
			s.Sketch(bins, sketch)
			if math.IsNaN(sketch.Error) {
				t.Fatal("the error of a row is NaN")
			}
		}
	})
}
