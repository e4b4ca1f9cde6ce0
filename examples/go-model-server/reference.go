package main

import (
	"encoding/csv"
	"flag"
	"os"
	"strconv"
)

const (
	flightsFile = "examples/quickstart/flights.csv.gz"
	// The model was trained on March, so April is the first month that it has not seen.
	referenceMonth = "2013-04"
)

// reference writes the model's inputs and answers for the flights of April, as CSV that leewayctl profile reads.
func reference(args []string) error {
	flags := flag.NewFlagSet("reference", flag.ExitOnError)
	path := flags.String("flights", flightsFile, "the quick start's flights")
	_ = flags.Parse(args)

	model, err := loadModel()
	if err != nil {
		return err
	}
	flights, err := readFlights(*path, referenceMonth)
	if err != nil {
		return err
	}
	out := csv.NewWriter(os.Stdout)
	// Columns named as the event's attributes need no flag of leewayctl profile.
	header := []string{"carrier"}
	for _, n := range model.Numbers {
		header = append(header, n.Name)
	}
	_ = out.Write(append(header, "ml.prediction.class", "ml.prediction.score"))
	for _, inputs := range flights {
		class, score, err := model.Predict(inputs)
		if err != nil {
			return err
		}
		row := make([]string, 0, len(header)+2)
		for _, name := range header {
			row = append(row, text(inputs[name]))
		}
		_ = out.Write(append(row, class, text(score)))
	}
	out.Flush()
	return out.Error()
}

// text of an input, empty where it is missing.
func text(value any) string {
	switch v := value.(type) {
	case float64:
		return strconv.FormatFloat(v, 'g', -1, 64)
	case string:
		return v
	}
	return ""
}
