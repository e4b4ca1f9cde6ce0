package main

import (
	"compress/gzip"
	"encoding/csv"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
)

// columns of the quick start's flights.csv.gz that are no inputs of the model.
var notInputs = []string{"prediction_id", "timestamp", "destination", "predicted_class", "predicted_probability", "split", "score"}

// readFlights returns the inputs of each flight of a month, such as 2013-04, in the order of the file.
func readFlights(path, month string) ([]Inputs, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	unzipped, err := gzip.NewReader(file)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	rows, err := csv.NewReader(unzipped).ReadAll()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	header := rows[0]
	when := slices.Index(header, "timestamp")
	var flights []Inputs
	for i, row := range rows[1:] {
		if when < 0 || !strings.HasPrefix(row[when], month) {
			continue
		}
		inputs, err := readInputs(header, row)
		if err != nil {
			return nil, fmt.Errorf("%s, line %d, %w", path, i+2, err)
		}
		flights = append(flights, inputs)
	}
	if len(flights) == 0 {
		return nil, fmt.Errorf("%s: no flights of %s", path, month)
	}
	return flights, nil
}

// readInputs takes the model's inputs from a row. What is empty is missing.
func readInputs(header, row []string) (Inputs, error) {
	inputs := Inputs{}
	for i, name := range header {
		switch {
		case slices.Contains(notInputs, name) || row[i] == "":
		case name == "carrier":
			inputs[name] = row[i]
		default:
			x, err := strconv.ParseFloat(row[i], 64)
			if err != nil {
				return nil, fmt.Errorf("column %s: %w", name, err)
			}
			inputs[name] = x
		}
	}
	return inputs, nil
}
