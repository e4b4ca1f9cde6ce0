// Command generate writes the dashboards' JSON.
package main

import (
	"encoding/json"
	"flag"
	"log"
	"os"
	"path/filepath"

	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
)

func main() {
	log.SetFlags(0)
	folder := flag.String("to", ".", "folder to write to")
	flag.Parse()

	for name, build := range map[string]func() *dashboard.DashboardBuilder{
		"model.json": model,
	} {
		if err := write(filepath.Join(*folder, name), build()); err != nil {
			log.Fatalf("%s: %v", name, err)
		}
	}
}

func write(path string, builder *dashboard.DashboardBuilder) error {
	built, err := builder.Build()
	if err != nil {
		return err
	}
	for i, panel := range built.Panels { // the builder leaves them out, and links go by them
		id := uint32(i + 1)
		if panel.Panel != nil {
			panel.Panel.Id = &id
		} else {
			panel.RowPanel.Id = id
		}
	}
	text, err := json.MarshalIndent(built, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(path, append(text, '\n'), 0o644)
}
