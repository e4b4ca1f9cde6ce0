// Go-model-server is a model server that tells Leeway what it predicts, with the plain OpenTelemetry SDK; and what is needed
// to try it: rows for the reference profile, and traffic.
package main

import (
	"fmt"
	"os"
)

const usage = `usage: go-model-server COMMAND [-help]

commands:
  serve       answers POST /predict, and sends each prediction to an OTLP receiver
  reference   writes the rows for leewayctl profile to standard output
  traffic     asks the server about flights`

func main() {
	commands := map[string]func([]string) error{"serve": serve, "reference": reference, "traffic": traffic}
	if len(os.Args) < 2 || commands[os.Args[1]] == nil {
		fmt.Fprintln(os.Stderr, usage)
		os.Exit(2)
	}
	if err := commands[os.Args[1]](os.Args[2:]); err != nil {
		fmt.Fprintln(os.Stderr, "go-model-server "+os.Args[1]+":", err)
		os.Exit(1)
	}
}
