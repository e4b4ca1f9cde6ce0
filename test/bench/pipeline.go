package main

import (
	"cmp"
	"fmt"
	"net"
	"strings"
)

type address = *net.TCPAddr

// pipeline is one to be measured.
type pipeline struct {
	name string
	// connectors, processors and extensions are sections of the configuration, in YAML; connector and chain say what of
	// them is in the pipelines.
	connectors, processors, extensions string
	connector                          string
	chain                              []string
	debug                              bool   // the exporter prints what it gets; else it is nop
	logs                               string // the log's level; warn where empty
}

// config is the collector's configuration in YAML.
func (p pipeline) config(otlp, pprof, telemetry address) string {
	exporter, logs := "nop", cmp.Or(p.logs, "warn")
	if p.debug {
		exporter = "debug"
	}
	var b strings.Builder
	fmt.Fprintf(&b, "receivers: {otlp: {protocols: {grpc: {endpoint: %q}}}}\n", otlp.String())
	b.WriteString("exporters: {nop: , debug: {verbosity: normal, use_internal_logger: false}}\n")
	fmt.Fprintf(&b, "extensions:\n  pprof: {endpoint: %q}\n%s", pprof.String(), p.extensions)
	if p.connectors != "" {
		b.WriteString("connectors:\n" + p.connectors)
	}
	if p.processors != "" {
		b.WriteString("processors:\n" + p.processors)
	}
	extensions := []string{"pprof"}
	if p.extensions != "" {
		extensions = append(extensions, "profiles")
	}
	fmt.Fprintf(&b, "service:\n  extensions: [%s]\n", strings.Join(extensions, ", "))
	fmt.Fprintf(&b, "  telemetry: {logs: {level: %s}, metrics: {readers: [{pull: {exporter: {prometheus: {host: %s, port: %d}}}}]}}\n", logs, telemetry.IP, telemetry.Port)
	b.WriteString("  pipelines:\n")
	if p.connector == "" {
		fmt.Fprintf(&b, "    logs: {receivers: [otlp], exporters: [%s]}\n", exporter)
		return b.String()
	}
	fmt.Fprintf(&b, "    logs: {receivers: [otlp], exporters: [%s]}\n", p.connector)
	fmt.Fprintf(&b, "    metrics: {receivers: [%s], processors: [%s], exporters: [%s]}\n", p.connector, strings.Join(p.chain, ", "), exporter)
	return b.String()
}

// passThrough is what the Collector itself costs.
func passThrough() pipeline { return pipeline{name: "OTLP → nop"} }

// everySecond has summaries sent every second rather than every ten, so that a run of seconds has its share of them.
const everySecond = "flush_interval: 1s"

// leewayPipeline is everything that the distribution does with a prediction. profiles is the folder of the profiles;
// settings go to model_summary.
func leewayPipeline(profiles, settings string) pipeline {
	return pipeline{
		name:       "OTLP → model_summary → model_statistics → model_rollup → nop",
		connectors: fmt.Sprintf("  model_summary: {%s}\n", settings),
		connector:  "model_summary",
		processors: "  model_statistics:\n  model_rollup:\n",
		chain:      []string{"model_statistics", "model_rollup"},
		extensions: fmt.Sprintf("  profiles: {directory: %q}\n", profiles),
	}
}

// signalToMetrics makes the same histograms, of the same bounds, with contrib's connector.
func signalToMetrics(s shape, bounds func(feature string) []float64) pipeline {
	var b strings.Builder
	b.WriteString("  signal_to_metrics:\n    logs:\n")
	for i := range s.numeric {
		name := s.featureName(i)
		fmt.Fprintf(&b, "      - name: ml.feature.value.%s\n", name)
		b.WriteString("        attributes: [{key: ml.model.name}, {key: ml.model.version}]\n")
		fmt.Fprintf(&b, "        histogram: {buckets: [%s], value: 'log.attributes[\"ml.inputs\"][%q]'}\n", join(bounds(name)), name)
	}
	return pipeline{name: "OTLP → signal_to_metrics → nop", connectors: b.String(), connector: "signal_to_metrics"}
}

func join(numbers []float64) string {
	texts := make([]string, len(numbers))
	for i, x := range numbers {
		texts[i] = fmt.Sprint(x)
	}
	return strings.Join(texts, ", ")
}
