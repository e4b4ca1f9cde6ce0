package profile

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestPredictions(t *testing.T) {
	score, class, value := []*Variable{{Name: "late"}}, &Variable{}, &Variable{}
	for _, c := range []struct {
		profile Profile
		want    []string
	}{
		{Profile{Task: Binary, Scores: score, Class: class}, []string{"score/late", KeyClass}},
		{Profile{Task: Binary, Class: class}, []string{KeyClass}},
		{Profile{Task: Multiclass, Scores: append(score, score...), Class: class}, []string{KeyClass}},
		{Profile{Task: Multiclass, Scores: score}, nil},
		{Profile{Task: Regression, Value: value}, []string{KeyValue}},
		{Profile{Value: value, Scores: score, Class: class}, []string{KeyValue, "score/late", KeyClass}},
		{Profile{}, nil},
	} {
		assert.Equal(t, c.want, c.profile.Predictions())
	}
}
