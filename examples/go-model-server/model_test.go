package main

import (
	"encoding/csv"
	"os"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestModelIsThatOfScikitLearn compares with the scores that train.py wrote. They differ by the six digits of model.json.
func TestModelIsThatOfScikitLearn(t *testing.T) {
	model, err := loadModel()
	require.NoError(t, err)
	file, err := os.Open("testdata/predictions.csv")
	require.NoError(t, err)
	defer file.Close()
	rows, err := csv.NewReader(file).ReadAll()
	require.NoError(t, err)
	require.Greater(t, len(rows), 30)
	for _, row := range rows[1:] {
		want, err := strconv.ParseFloat(row[len(row)-1], 64)
		require.NoError(t, err)
		inputs, err := readInputs(rows[0], row)
		require.NoError(t, err)
		class, score, err := model.Predict(inputs)
		require.NoError(t, err)
		assert.InDelta(t, want, score, 1e-5, "%v", row)
		assert.Equal(t, want >= threshold, class == late, "%v", row)
	}
}

func TestModelRefusesWrongTypes(t *testing.T) {
	model, err := loadModel()
	require.NoError(t, err)
	_, _, err = model.Predict(Inputs{"distance": "far"})
	require.EqualError(t, err, `input "distance" must be a number, is far`)
	_, _, err = model.Predict(Inputs{"carrier": 6.0})
	require.EqualError(t, err, `input "carrier" must be a text such as "B6", is 6`)
}
