package main

import (
	"context"
	"fmt"
	"io"
	"maps"
	"math"
	"net/http"
	"slices"
	"sort"
	"strings"
	"text/tabwriter"
	"time"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
	"github.com/spf13/cobra"

	"github.com/leeway-ml/leeway/semconv"
)

func newReportCommand() *cobra.Command {
	var window string
	var timeout time.Duration
	command := &cobra.Command{
		Use:   "report [URL]",
		Short: "Say in plain words what drifted and how good the model is, from a collector's Prometheus endpoint",
		Long: `Read the Prometheus endpoint of a collector that runs model_statistics, and print for each model and window what drifted:
the value of the statistic that decides, the limit that the reference's own chunks set, and the noise that sampling alone would give; of the
inputs together, which features it is due to; and how much of the importance of all features has drifted, where the profile has importances.
Where labels have come, also the measures of quality that have an objective, with their 95 % interval, what they were in the reference, and what
they are estimated to be for all predictions, labelled or not; how far the scores are from being probabilities; and whether the loss rose.
At the end, what detectors of concept drift have found since the collector started.`,
		Example: `  leewayctl report
  leewayctl report http://localhost:9464/metrics --window 24h`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(command *cobra.Command, args []string) error {
			url := "http://localhost:9464/metrics"
			if len(args) > 0 {
				url = args[0]
			}
			ctx, cancel := context.WithTimeout(command.Context(), timeout)
			defer cancel()
			families, err := scrape(ctx, url)
			if err != nil {
				return err
			}
			return writeReport(command.OutOrStdout(), families, window)
		},
	}
	command.Flags().StringVar(&window, "window", "", "only this window (default: all)")
	command.Flags().DurationVar(&timeout, "timeout", 10*time.Second, "time that the endpoint may take")
	return command
}

func scrape(ctx context.Context, url string) (map[string]*dto.MetricFamily, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, fmt.Errorf("%w; is a collector running, and is this the endpoint of its prometheus exporter?", err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s answers %s; name the endpoint of the prometheus exporter", url, response.Status)
	}
	parser := expfmt.NewTextParser(model.UTF8Validation)
	families, err := parser.TextToMetricFamilies(response.Body)
	if err != nil {
		return nil, fmt.Errorf("%s is no Prometheus endpoint: %w", url, err)
	}
	return families, nil
}

// line is what the report says of one feature, or of the prediction.
type line struct {
	group, subject, statistic string
	value, limit, noise       float64
	drifted                   bool
}

// writeReport prints a table for each model, version, segment and window.
func writeReport(out io.Writer, families map[string]*dto.MetricFamily, window string) error {
	groups := map[string][]line{}
	for _, subject := range []string{"feature", "prediction", "ground_truth", "attribution", "joint", "vector"} {
		for _, m := range families[promName(semconv.Drift(subject, "detected"))].GetMetric() {
			labels := labelsOf(m)
			if window != "" && labels["ml_window"] != window {
				continue
			}
			l := line{group: title(labels), subject: subject, statistic: labels["ml_drift_statistic"], drifted: m.GetGauge().GetValue() > 0}
			if name := labels["ml_feature_name"]; name != "" {
				l.subject = name
				if subject != "feature" && subject != "vector" {
					l.subject = subject + " of " + name
				}
			} else if subject == "joint" {
				l.subject = "inputs together"
			}
			delete(labels, "ml_drift_statistic")
			if strings.HasSuffix(l.statistic, "_share") { // of missing values and the like: not a distance
				if !l.drifted {
					continue
				}
				base := "ml." + subject + "." + l.statistic
				l.value, l.limit = gauge(families, base+"_ratio", labels), gauge(families, base+"_threshold_ratio", labels)
				l.noise = math.NaN()
			} else {
				base := semconv.Drift(subject, l.statistic)
				l.value = gauge(families, base, labels)
				l.limit = gauge(families, base+"_threshold", labels)
				l.noise = gauge(families, base+"_noise", labels)
			}
			groups[l.group] = append(groups[l.group], l)
		}
	}
	measures := qualities(families, window)
	names := titles(groups, measures)
	found := detections(families)
	if len(names) == 0 && len(found) == 0 {
		_, err := fmt.Fprintln(out, "no window has been judged yet: either no profile fits the model, or too few predictions have come")
		return err
	}
	for _, name := range names {
		fmt.Fprintln(out, name)
		if err := writeDrift(out, groups[name]); err != nil {
			return err
		}
		for _, sentence := range driftInWords(families, name) {
			fmt.Fprintln(out, " ", sentence)
		}
		if len(measures[name]) > 0 {
			if err := writeQualities(out, measures[name]); err != nil {
				return err
			}
			if err := coverage(out, families, name); err != nil {
				return err
			}
		}
		for _, sentence := range lossInWords(families, name) {
			fmt.Fprintln(out, " ", sentence)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(found)) {
		fmt.Fprintln(out, name)
		for _, sentence := range found[name] {
			fmt.Fprintln(out, " ", sentence)
		}
	}
	return nil
}

func writeDrift(out io.Writer, lines []line) error {
	if len(lines) == 0 {
		return nil
	}
	sort.SliceStable(lines, func(i, j int) bool {
		if lines[i].drifted != lines[j].drifted {
			return lines[i].drifted
		}
		return lines[i].value > lines[j].value
	})
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(table, "\t\tstatistic\tvalue\tlimit\tnoise\t")
	for _, l := range lines {
		verdict := ""
		if l.drifted {
			verdict = "drifted"
		}
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\t%s\t\n", verdict, l.subject, l.statistic, number(l.value), number(l.limit), number(l.noise))
	}
	return table.Flush()
}

func number(x float64) string {
	if math.IsNaN(x) {
		return "-"
	}
	return fmt.Sprintf("%.3f", x)
}

// title names a model, its version, its segment and the window, if there is one.
func title(labels map[string]string) string {
	text := "model " + labels["ml_model_name"]
	if v := labels["ml_model_version"]; v != "" && v != "unknown" {
		text += ", version " + v
	}
	var more []string
	for key, value := range labels {
		if segment, ok := strings.CutPrefix(key, "ml_segment_"); ok {
			more = append(more, segment+"="+value)
		}
	}
	sort.Strings(more)
	if window := labels["ml_window"]; window != "" {
		more = append(more, "window "+window)
	}
	return strings.Join(append([]string{text}, more...), ", ")
}

func labelsOf(m *dto.Metric) map[string]string {
	labels := map[string]string{}
	for _, pair := range m.GetLabel() {
		labels[pair.GetName()] = pair.GetValue()
	}
	return labels
}

// gauge is the value of the series that has exactly these labels; NaN where there is none.
func gauge(families map[string]*dto.MetricFamily, name string, labels map[string]string) float64 {
next:
	for _, m := range families[promName(name)].GetMetric() {
		if len(m.GetLabel()) != len(labels) {
			continue
		}
		for _, pair := range m.GetLabel() {
			if labels[pair.GetName()] != pair.GetValue() {
				continue next
			}
		}
		return m.GetGauge().GetValue()
	}
	return math.NaN()
}

// promName is what the prometheus exporter calls a metric without a unit.
func promName(name string) string { return strings.ReplaceAll(name, ".", "_") }
