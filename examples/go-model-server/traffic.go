package main

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net/http"
	"time"
)

// traffic asks the server about flights of a month: like the reference in April, drifted in July.
func traffic(args []string) error {
	flags := flag.NewFlagSet("traffic", flag.ExitOnError)
	path := flags.String("flights", flightsFile, "the quick start's flights")
	url := flags.String("url", "http://localhost:8000", "the server")
	month := flags.String("month", referenceMonth, "2013-03 ... 2013-08")
	count := flags.Int("count", 500, "flights to ask about, spread evenly over the month")
	_ = flags.Parse(args)

	flights, err := readFlights(*path, *month)
	if err != nil {
		return err
	}
	began := time.Now()
	classes := map[string]int{}
	for i := range *count {
		class, err := ask(*url, flights[i*len(flights) / *count])
		if err != nil {
			return err
		}
		classes[class]++
	}
	fmt.Printf("%d predictions in %.1f s: %d late, %d on_time\n", *count, time.Since(began).Seconds(), classes[late], classes[onTime])
	return nil
}

func ask(url string, inputs Inputs) (class string, err error) {
	body, err := json.Marshal(request{inputs})
	if err != nil {
		return "", err
	}
	response, err := http.Post(url+"/predict", "application/json", bytes.NewReader(body))
	if err != nil {
		return "", err
	}
	defer response.Body.Close()
	content, err := io.ReadAll(response.Body)
	if err != nil {
		return "", err
	}
	if response.StatusCode != http.StatusOK {
		return "", fmt.Errorf("%s: %s: %s", url, response.Status, content)
	}
	var got answer
	err = json.Unmarshal(content, &got)
	return got.Class, err
}
