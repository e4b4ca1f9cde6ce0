// Command generate writes the Go constants and the documentation of the names from the registry.
package main

import (
	"bytes"
	"flag"
	"fmt"
	"go/format"
	"log"
	"os"
	"strings"

	"go.yaml.in/yaml/v3"
)

type attribute struct {
	Name     string   `yaml:"name"`
	Type     string   `yaml:"type"`
	On       string   `yaml:"on"`
	Values   []string `yaml:"values"`
	Template bool     `yaml:"template"`
	Meaning  string   `yaml:"meaning"`
}

type event struct {
	Name    string `yaml:"name"`
	Meaning string `yaml:"meaning"`
}

type metric struct {
	Name       string   `yaml:"name"`
	Kind       string   `yaml:"kind"`
	Instrument string   `yaml:"instrument"`
	Unit       string   `yaml:"unit"`
	Attributes []string `yaml:"attributes"`
	Meaning    string   `yaml:"meaning"`
}

// quality is one measure of a model's quality.
type quality struct {
	Name       string   `yaml:"name"`
	Attributes []string `yaml:"attributes"`
	Meaning    string   `yaml:"meaning"`
}

type registry struct {
	Subjects   []string    `yaml:"subjects"`
	Qualities  []quality   `yaml:"qualities"`
	Attributes []attribute `yaml:"attributes"`
	Events     []event     `yaml:"events"`
	Metrics    []metric    `yaml:"metrics"`
}

func main() {
	log.SetFlags(0)
	from := flag.String("registry", "registry.yaml", "the registry")
	goFile := flag.String("go", "names.go", "Go file to write")
	docs := flag.String("docs", "", "Markdown file to write")
	flag.Parse()

	text, err := os.ReadFile(*from)
	if err != nil {
		log.Fatal(err)
	}
	var r registry
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	decoder.KnownFields(true)
	if err := decoder.Decode(&r); err != nil {
		log.Fatalf("%s: %v", *from, err)
	}
	source, err := format.Source(goSource(r))
	if err != nil {
		log.Fatal(err)
	}
	if err := os.WriteFile(*goFile, source, 0o644); err != nil {
		log.Fatal(err)
	}
	if *docs != "" {
		if err := os.WriteFile(*docs, markdown(r), 0o644); err != nil {
			log.Fatal(err)
		}
	}
}

var initialisms = map[string]string{"id": "ID", "psi": "PSI", "kl": "KL", "js": "JS", "ks": "KS", "ece": "ECE", "mce": "MCE", "ace": "ACE", "p": "P", "z": "Z"}

// identifier turns "ml.model.name" into "ModelName".
func identifier(name string) string {
	var b strings.Builder
	for _, word := range strings.FieldsFunc(strings.TrimPrefix(name, "ml."), func(r rune) bool { return r == '.' || r == '_' }) {
		if s, ok := initialisms[word]; ok {
			b.WriteString(s)
			continue
		}
		b.WriteString(strings.ToUpper(word[:1]) + word[1:])
	}
	return b.String()
}

func goSource(r registry) []byte {
	var b bytes.Buffer
	b.WriteString("// Code generated from registry.yaml. DO NOT EDIT.\n\npackage semconv\n\n")
	b.WriteString("// Attributes. Those that end in Prefix are completed by a name: AttrInputPrefix + \"amount\".\nconst (\n")
	for _, a := range r.Attributes {
		if a.Template {
			fmt.Fprintf(&b, "\tAttr%sPrefix = %q\n", identifier(a.Name), a.Name+".")
			continue
		}
		fmt.Fprintf(&b, "\tAttr%s = %q\n", identifier(a.Name), a.Name)
	}
	b.WriteString(")\n\n// Names of events.\nconst (\n")
	for _, e := range r.Events {
		fmt.Fprintf(&b, "\tEvent%s = %q\n", identifier(e.Name), e.Name)
	}
	b.WriteString(")\n\n// Names of metrics. Drift statistics are named by Drift, measures of quality by Quality and its like.\nconst (\n")
	for _, m := range r.Metrics {
		if !strings.Contains(m.Name, "{") {
			fmt.Fprintf(&b, "\tMetric%s = %q\n", identifier(m.Name), m.Name)
		}
	}
	b.WriteString(")\n\n// Subjects are what drift statistics are about.\nvar Subjects = []string{")
	for _, s := range r.Subjects {
		fmt.Fprintf(&b, "%q, ", s)
	}
	b.WriteString("}\n\n// Qualities are the measures of quality.\nvar Qualities = []string{")
	for _, q := range r.Qualities {
		fmt.Fprintf(&b, "%q, ", q.Name)
	}
	b.WriteString("}\n\nvar metrics = map[string]Metric{\n")
	for _, m := range r.Metrics {
		if strings.Contains(m.Name, "{statistic}") {
			continue
		}
		for _, full := range expand(m, r) {
			fmt.Fprintf(&b, "\t%q: %s,\n", full.Name, literal(full))
		}
	}
	b.WriteString("}\n\nvar (\n")
	for _, m := range r.Metrics {
		for _, suffix := range []string{"threshold", "noise"} {
			if strings.HasSuffix(m.Name, "{statistic}_"+suffix) {
				fmt.Fprintf(&b, "\t%sMetric = %s\n", suffix, "Metric"+literal(m))
			}
		}
	}
	b.WriteString(")\n")
	return b.Bytes()
}

// expand gives the metric for each subject, or each measure of quality, where its name has a place for one.
func expand(m metric, r registry) []metric {
	var out []metric
	if strings.Contains(m.Name, "{quality}") {
		for _, q := range r.Qualities {
			full := m
			full.Name = strings.ReplaceAll(m.Name, "{quality}", q.Name)
			full.Meaning = strings.TrimSpace(q.Meaning + " " + m.Meaning)
			full.Attributes = append(append([]string(nil), q.Attributes...), m.Attributes...)
			out = append(out, full)
		}
		return out
	}
	if !strings.Contains(m.Name, "{subject}") {
		return []metric{m}
	}
	for _, s := range r.Subjects {
		full := m
		full.Name = strings.ReplaceAll(m.Name, "{subject}", s)
		if s == "feature" || s == "attribution" {
			full.Attributes = append([]string{"ml.feature.name"}, m.Attributes...)
		}
		out = append(out, full)
	}
	return out
}

func instrument(m metric) string {
	if m.Instrument == "" {
		return "gauge"
	}
	return m.Instrument
}

func literal(m metric) string {
	return fmt.Sprintf("{Name: %q, Kind: %q, Instrument: %q, Unit: %q, Description: %q, Attributes: %#v}",
		m.Name, m.Kind, instrument(m), m.Unit, m.Meaning, m.Attributes)
}

func markdown(r registry) []byte {
	var b bytes.Buffer
	b.WriteString("<!-- Generated from semconv/registry.yaml by `make generate`. Do not edit. -->\n\n# Names\n\n")
	b.WriteString("What an application sends, and what comes out. These names are a contract: rules and dashboards are written against them.\n\n")
	b.WriteString("## Attributes\n\nOn metrics they are attributes of the data point, so that they become Prometheus labels. On events, attributes of the\nresource and of the scope count too; the record's own win.\n\n| attribute | type | on | meaning |\n|---|---|---|---|\n")
	for _, a := range r.Attributes {
		name, meaning := a.Name, a.Meaning
		if a.Template {
			name += ".<name>"
		}
		if len(a.Values) > 0 {
			meaning += " One of `" + strings.Join(a.Values, "`, `") + "`."
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", name, a.Type, a.On, meaning)
	}
	b.WriteString("\n## Events\n\nLog records with an EventName.\n\n| event | meaning |\n|---|---|\n")
	for _, e := range r.Events {
		fmt.Fprintf(&b, "| `%s` | %s |\n", e.Name, e.Meaning)
	}
	for _, section := range []struct{ kind, title, intro string }{
		{"summary", "Summaries", "Delta sums and histograms, made by `model_summary` or by any SDK. They add up over batches, time and replicas."},
		{"statistic", "Statistics", "Gauges, one point a window, made by `model_statistics` from summaries. `{subject}` is one of `" + strings.Join(r.Subjects, "`, `") + "`; the series of features and attributions carry `ml.feature.name`. `{statistic}` is the last part of a drift statistic's name."},
		{"rollup", "Roll-ups", "Made by `model_rollup` for a metrics store: few bins, cumulative, ordinal labels. Every other sum and bound-less histogram of the summaries goes on as a running total under its own name."},
	} {
		fmt.Fprintf(&b, "\n## %s\n\n%s\n\n| metric | type | unit | attributes beside model, version, segment, experiment | meaning |\n|---|---|---|---|---|\n", section.title, section.intro)
		for _, m := range r.Metrics {
			if m.Kind != section.kind {
				continue
			}
			attributes := strings.Join(m.Attributes, "`, `")
			if attributes != "" {
				attributes = "`" + attributes + "`"
			}
			if m.Name == "ml.quality.{quality}" {
				m.Meaning = "See the table below."
			}
			unit := m.Unit
			if unit == "" {
				unit = "none"
			}
			fmt.Fprintf(&b, "| `%s` | %s | %s | %s | %s |\n", m.Name, instrument(m), unit, attributes, m.Meaning)
		}
	}
	b.WriteString("\n## Measures of quality\n\n`{quality}` in a metric's name is one of these.\n\n| quality | attributes | meaning |\n|---|---|---|\n")
	for _, q := range r.Qualities {
		attributes := strings.Join(q.Attributes, "`, `")
		if attributes != "" {
			attributes = "`" + attributes + "`"
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s |\n", q.Name, attributes, q.Meaning)
	}
	return b.Bytes()
}
