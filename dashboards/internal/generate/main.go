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

	var index []entry
	for _, d := range []struct {
		file string
		make func() *dashboard.DashboardBuilder
	}{
		{"fleet.json", fleet},
		{"model.json", model},
		{"feature.json", feature},
		{"quality.json", outcomes},
		{"data-quality.json", dataQuality},
		{"collector.json", collector},
	} {
		built, err := build(d.make())
		if err != nil {
			log.Fatalf("%s: %v", d.file, err)
		}
		write(filepath.Join(*folder, d.file), built)
		index = append(index, entry{*built.Uid, *built.Title, d.file})
	}
	write(filepath.Join(*folder, "index.json"), index)
}

// entry is a dashboard in index.json, which lists them in the order in which one looks at them.
type entry struct {
	UID   string `json:"uid"`
	Title string `json:"title"`
	File  string `json:"file"`
}

func build(builder *dashboard.DashboardBuilder) (dashboard.Dashboard, error) {
	built, err := builder.Build()
	if err != nil {
		return built, err
	}
	for i, panel := range built.Panels { // the builder leaves them out, and links go by them
		id := uint32(i + 1)
		if panel.Panel != nil {
			panel.Panel.Id = &id
		} else {
			panel.RowPanel.Id = id
		}
	}
	return built, nil
}

func write(path string, content any) {
	text, err := json.MarshalIndent(content, "", "  ")
	if err == nil {
		err = os.WriteFile(path, append(text, '\n'), 0o644)
	}
	if err != nil {
		log.Fatal(err)
	}
}
