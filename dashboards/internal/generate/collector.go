package main

import (
	"fmt"
	"strings"

	"github.com/grafana/grafana-foundation-sdk/go/cog"
	"github.com/grafana/grafana-foundation-sdk/go/common"
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
	"github.com/grafana/grafana-foundation-sdk/go/units"
)

// Matchers of the collectors that were chosen.
const ofCollector = `job=~"$job", instance=~"$instance"`

// collector is the dashboard of Leeway itself, from the metrics that collectors have of their own.
func collector() *dashboard.DashboardBuilder {
	every := func(name, label, query, description string) *dashboard.QueryVariableBuilder {
		return choice(name, label, query, description).IncludeAll(true).AllValue(".*").Current(allValues())
	}
	b := page("Leeway itself", "What collectors say of themselves: what came in, what was refused or lost, what is held, how long judging takes, and what it costs.", "leeway-itself").
		Uid("leeway-collector").Time("now-6h", "now").
		WithVariable(every("job", "Job", `label_values(otelcol_process_uptime, job)`, "The scrape job of the collectors' own metrics.")).
		WithVariable(every("instance", "Collector", `label_values(otelcol_process_uptime{job=~"$job"}, instance)`, "One collector, or all of them.")).
		Annotation(alerts(`, signal=~"pipeline|telemetry"`, "{{instance}} {{ml_model_name}}"))

	collectorNow(b)
	collectorIn(b.WithRow(dashboard.NewRowBuilder("What comes in")))
	collectorJoins(b.WithRow(dashboard.NewRowBuilder("Labels, where ground_truth joins them")))
	collectorDetectors(b.WithRow(dashboard.NewRowBuilder("Detectors, where concept_drift watches")))
	collectorAround(b)
	collectorStatistics(b.WithRow(dashboard.NewRowBuilder("Windows and roll-ups")))
	collectorOut(b.WithRow(dashboard.NewRowBuilder("What goes out, and profiles")))
	collectorStore(b.WithRow(dashboard.NewRowBuilder("The embedded Prometheus, where there is one")))
	collectorCost(b.WithRow(dashboard.NewRowBuilder("What it costs")))
	return b
}

// rateOf is a counter's rate, by collector and what else it is split by.
func rateOf(metric, by string) string {
	return fmt.Sprintf("sum by (instance%s) (rate(%s{%s}[$__rate_interval]))", by, metric, ofCollector)
}

func held(metric string) string {
	return fmt.Sprintf("sum by (instance) (%s{%s})", metric, ofCollector)
}

func collectorNow(b *dashboard.DashboardBuilder) {
	b.WithPanel(number("Collectors", "Collectors whose own metrics arrive. One that is missing here does not run, or is not scraped.").
		Unit(units.Short).Decimals(0).Thresholds(steps(bad, 1.0, good)).Span(4).
		WithTarget(over("A", fmt.Sprintf("count(otelcol_process_uptime{%s})", ofCollector), ""))).
		WithPanel(number("Predictions a second", "Predictions that were counted, over all collectors that summarise events.").
			Unit("cps").Thresholds(steps(plain)).Span(4).
			WithTarget(over("A", fmt.Sprintf("sum(rate(otelcol_model_summary_events{%s}[$__rate_interval]))", ofCollector), ""))).
		WithPanel(number("Predictions lost", "Predictions in the time range that had been accepted and are in no statistic, since what follows kept refusing their summaries. Anything but 0 makes the alert LeewayEventsLost fire.").
			Unit(units.LocaleFormat).Decimals(0).Thresholds(steps(good, 1.0, bad)).GraphMode(common.BigValueGraphModeNone).Span(4).
			WithTarget(over("A", fmt.Sprintf("sum(increase(otelcol_model_summary_events_lost{%s}[$__range])) or vector(0)", ofCollector), ""))).
		WithPanel(number("Predictions refused", "Predictions in the time range that could not be counted: without a model's name or a time. The dashboard Data quality says which.").
			Unit(units.LocaleFormat).Decimals(0).Thresholds(steps(good, 1.0, notice)).GraphMode(common.BigValueGraphModeNone).Span(4).
			WithTarget(over("A", fmt.Sprintf("sum(increase(otelcol_model_summary_events_refused{%s}[$__range])) or vector(0)", ofCollector), ""))).
		WithPanel(number("Memory", "Of the collector that takes most: resident memory, as the operating system counts it.").
			Unit(units.BytesIEC).Decimals(0).Thresholds(steps(plain)).Span(4).
			WithTarget(over("A", fmt.Sprintf("max(otelcol_process_memory_rss{%s})", ofCollector), ""))).
		WithPanel(number("Up for", "Since the youngest collector started. Windows survive a restart only with `storage`; roll-ups start at zero.").
			Unit(units.Seconds).Decimals(0).Thresholds(steps(plain)).GraphMode(common.BigValueGraphModeNone).Span(4).
			WithTarget(over("A", fmt.Sprintf("min(otelcol_process_uptime{%s})", ofCollector), "")))
}

func collectorIn(b *dashboard.DashboardBuilder) {
	b.WithPanel(received()).
		WithPanel(perSecond("Events counted", "Predictions, outcomes, feedback and detections of concept drift that model_summary counted; other events named ml.* that it ignored; events that were refused, by reason, or lost.").
			OverrideByRegexp("/refused|lost/", set("color", fixed(bad))).
			WithTarget(over("A", rateOf("otelcol_model_summary_events", ""), "{{instance}} counted")).
			WithTarget(over("E", rateOf("otelcol_model_summary_outcomes", ""), "{{instance}} outcomes")).
			WithTarget(over("F", rateOf("otelcol_model_summary_feedback", ""), "{{instance}} feedback")).
			WithTarget(over("G", rateOf("otelcol_model_summary_concept_drifts", ""), "{{instance}} concept drifts")).
			WithTarget(over("B", rateOf("otelcol_model_summary_events_ignored", ", event_name"), "{{instance}} ignored: {{event_name}}")).
			WithTarget(over("C", rateOf("otelcol_model_summary_events_refused", ", reason"), "{{instance}} refused: {{reason}}")).
			WithTarget(over("D", rateOf("otelcol_model_summary_events_lost", ""), "{{instance}} lost"))).
		WithPanel(perSecond("Invalid inputs and values", "Inputs that were counted as invalid, by reason (those that are merely missing are in the dashboard Data quality), and scores, values or attributions that could not be used, by field. And classes of outcomes that the profile does not know.").
			WithTarget(over("A", rateOf("otelcol_model_summary_inputs_invalid", ", reason"), "{{instance}} input: {{reason}}")).
			WithTarget(over("B", rateOf("otelcol_model_summary_values_refused", ", field, reason"), "{{instance}} {{field}}: {{reason}}")).
			WithTarget(over("C", rateOf("otelcol_model_summary_classes_unseen", ""), "{{instance}} class: unknown"))).
		WithPanel(perSecond("Limits of model_summary", "Observations beyond a limit, by its key, which are counted together; and flushes that came early because the memory limit was reached, or that the next component refused.").
			WithTarget(over("A", rateOf("otelcol_model_summary_overflowed", ", limit"), "{{instance}} overflow: {{limit}}")).
			WithTarget(over("B", rateOf("otelcol_model_summary_early_flushes", ""), "{{instance}} early flushes")).
			WithTarget(over("C", rateOf("otelcol_model_summary_flush_failures", ""), "{{instance}} failed flushes")))
}

func received() cog.Builder[dashboard.Panel] {
	panel := perSecond("Received", "Log records, spans and data points that receivers took, those that they gave back (refused: the memory limiter, or a queue that is full), and those that failed by an error of their own. Senders try again; refusals that go on are a load that this collector cannot carry.").
		OverrideByRegexp("/refused|failed/", set("color", fixed(bad)))
	id := 'A'
	for _, outcome := range []string{"accepted", "refused", "failed"} {
		for _, item := range []string{"log_records", "spans", "metric_points"} {
			panel.WithTarget(over(string(id), rateOf("otelcol_receiver_"+outcome+"_"+item, ", receiver"), "{{instance}} {{receiver}}: "+strings.ReplaceAll(item, "_", " ")+" "+outcome))
			id++
		}
	}
	return panel
}

func collectorJoins(b *dashboard.DashboardBuilder) {
	const none = "no ground_truth, or nothing came"
	b.WithPanel(perSecond("Predictions, labels and feedback", "What ground_truth took in to be joined, by what it is; and what it passed on without remembering it, by reason: without an id or a time, too large, beyond a limit, or refused by the storage.").
		Span(8).NoValue(none).OverrideByRegexp("/refused/", set("color", fixed(bad))).
		WithTarget(over("A", rateOf("otelcol_ground_truth_events", ", event"), "{{instance}} {{event}}")).
		WithTarget(over("B", rateOf("otelcol_ground_truth_events_refused", ", event, reason"), "{{instance}} refused: {{event}}, {{reason}}")).
		WithTarget(over("C", rateOf("otelcol_ground_truth_events_future", ""), "{{instance}} from the future"))).
		WithPanel(perSecond("Joined, or not", "What became of predictions, labels and feedback. Expired: nothing came in time. Duplicate: a second label. Orphan: nothing to join it with. Evicted: let go before its time, since a limit was reached.").
			Span(8).NoValue(none).OverrideByRegexp("/evicted/", set("color", fixed(bad))).
			WithTarget(over("A", rateOf("otelcol_ground_truth_joins", ", event, result"), "{{instance}} {{event}} {{result}}")).
			WithTarget(over("B", rateOf("otelcol_ground_truth_evicted", ""), "{{instance}} evicted"))).
		WithPanel(lines("Held for joining", "Prediction ids under which something is remembered: predictions that wait for their label, labels and feedback that came early, and joined ones, so that a second label is recognised. They grow with traffic and time_to_live; at max_waiting the oldest are let go.").
			Unit(units.Short).Decimals(0).Min(0).Height(8).Span(8).NoValue(none).
			WithTarget(over("A", fmt.Sprintf("sum by (instance, state) (otelcol_ground_truth_held{%s})", ofCollector), "{{instance}} {{state}}")).
			WithTarget(over("B", held("otelcol_ground_truth_models"), "{{instance}} models"))).
		WithPanel(lines("Memory of what is held", "Bytes that predictions, labels and feedback take that wait in memory; 0 where they are in a storage extension.").
			Unit(units.BytesIEC).Min(0).Height(8).Span(12).NoValue(none).
			WithTarget(over("A", held("otelcol_ground_truth_held_size"), "{{instance}}"))).
		WithPanel(perSecond("Joins that could not be stored or sent", "What should be empty: batches of outcomes that the next component refused (they are tried again); reads and writes of the storage that failed, entries that were unreadable, and changes that were given up.").
			OverrideByRegexp("/.+/", set("color", fixed(bad))).
			WithTarget(over("A", rateOf("otelcol_ground_truth_emit_failures", ""), "{{instance}} outcomes not sent")).
			WithTarget(over("B", rateOf("otelcol_ground_truth_storage_failures", ", operation"), "{{instance}} storage: {{operation}} failed")).
			WithTarget(over("C", rateOf("otelcol_ground_truth_storage_corrupt", ""), "{{instance}} entries unreadable")).
			WithTarget(over("D", rateOf("otelcol_ground_truth_storage_lost", ""), "{{instance}} changes lost")))
}

func collectorDetectors(b *dashboard.DashboardBuilder) {
	const none = "no concept_drift, or nothing came"
	b.WithPanel(perSecond("Values watched, or left out", "Values that detectors took, by signal. Late: after a later one had been taken. Repeated: taken before, of a batch that was sent again. Early: taken before those before them had come, since the buffer was full. Refused: values that a detector can't take, and events without a model or a time, or beyond a limit.").
		Span(8).NoValue(none).OverrideByRegexp("/refused|late|early/", set("color", fixed(bad))).
		WithTarget(over("A", rateOf("otelcol_concept_drift_values", ", signal"), "{{instance}} {{signal}}")).
		WithTarget(over("B", rateOf("otelcol_concept_drift_values_late", ""), "{{instance}} late")).
		WithTarget(over("F", rateOf("otelcol_concept_drift_values_repeated", ""), "{{instance}} repeated")).
		WithTarget(over("C", rateOf("otelcol_concept_drift_values_early", ""), "{{instance}} early")).
		WithTarget(over("D", rateOf("otelcol_concept_drift_values_refused", ", signal, reason"), "{{instance}} refused: {{signal}}, {{reason}}")).
		WithTarget(over("E", rateOf("otelcol_concept_drift_events_refused", ", reason"), "{{instance}} event refused: {{reason}}"))).
		WithPanel(lines("Detections, and detectors that see nothing", "Events that were made in the last step of the graph, by level; detectors whose signal does not come; and what should be empty: events that could not be sent on, or were given up.").
			Unit(units.Short).Decimals(0).Min(0).Height(8).Span(8).NoValue("none").OverrideByRegexp("/not sent|lost|silent/", set("color", fixed(bad))).
			WithTarget(over("A", increaseOf("otelcol_concept_drift_events", ", level"), "{{instance}} {{level}}")).
			WithTarget(over("B", increaseOf("otelcol_concept_drift_detectors_silent", ""), "{{instance}} silent detectors")).
			WithTarget(over("C", increaseOf("otelcol_concept_drift_emit_failures", ""), "{{instance}} not sent")).
			WithTarget(over("D", increaseOf("otelcol_concept_drift_events_dropped", ""), "{{instance}} lost"))).
		WithPanel(lines("Detectors held", "Detectors that run, one for each model version, slice and signal that has come; model versions; and events that wait until all before them have come.").
			Unit(units.Short).Decimals(0).Min(0).Height(8).Span(8).NoValue(none).
			WithTarget(over("A", held("otelcol_concept_drift_streams"), "{{instance}} detectors")).
			WithTarget(over("B", held("otelcol_concept_drift_models"), "{{instance}} models")).
			WithTarget(over("C", held("otelcol_concept_drift_buffered"), "{{instance}} events that wait"))).
		WithPanel(lines("Memory of events that wait", "Bytes that events take whose values wait until all before them have come. At the limit they are taken early.").
			Unit(units.BytesIEC).Min(0).Height(8).Span(12).NoValue(none).
			WithTarget(over("A", held("otelcol_concept_drift_buffered_size"), "{{instance}}"))).
		WithPanel(lines("Detectors that began anew", "Model versions and slices that were let go since nothing had come for long, and detectors whose stored state was of another configuration. What should be empty: checkpoints that could not be written, or read.").
			Unit(units.Short).Decimals(0).Min(0).Height(8).Span(12).NoValue("none").OverrideByRegexp("/checkpoint/", set("color", fixed(bad))).
			WithTarget(over("A", increaseOf("otelcol_concept_drift_evicted", ", what"), "{{instance}} let go: {{what}}")).
			WithTarget(over("B", increaseOf("otelcol_concept_drift_detectors_begun_anew", ""), "{{instance}} of another configuration")).
			WithTarget(over("C", increaseOf("otelcol_concept_drift_checkpoint_failures", ""), "{{instance}} checkpoints failed")).
			WithTarget(over("D", increaseOf("otelcol_concept_drift_checkpoint_corrupt", ""), "{{instance}} checkpoints unreadable")))
}

func collectorAround(b *dashboard.DashboardBuilder) {
	b.WithPanel(perSecond("Calibrated", "Predictions and outcomes that calibrate saw, by what became of them. Those without a calibrator, or without a score, pass as they are.").
		Span(8).NoValue("no calibrate").
		WithTarget(over("A", rateOf("otelcol_calibrate_events", ", result"), "{{instance}} {{result}}"))).
		WithPanel(lines("Pebble: disk and memory", "Bytes that the directories of pebble_storage take, that its tables and cache take of memory, and that are yet to be merged. A debt that grows means that more is written than the disk keeps up with.").
			Unit(units.BytesIEC).Min(0).Height(8).Span(8).NoValue("no pebble_storage").
			WithTarget(over("A", held("otelcol_pebble_storage_disk_size"), "{{instance}} disk")).
			WithTarget(over("B", held("otelcol_pebble_storage_memory_size"), "{{instance}} memory")).
			WithTarget(over("C", held("otelcol_pebble_storage_compaction_debt"), "{{instance}} to be merged"))).
		WithPanel(perSecond("Pebble: operations", "Entries that were read, written or deleted, and calls that failed; and how long it takes to write what belongs together, which is what a sender waits for.").
			Span(8).NoValue("no pebble_storage").OverrideByRegexp("/failed/", set("color", fixed(bad))).
			OverrideByRegexp("/99th/", set("unit", units.Seconds, "custom.axisPlacement", "right")).
			WithTarget(over("A", rateOf("otelcol_pebble_storage_operations", ", operation"), "{{instance}} {{operation}}")).
			WithTarget(over("B", rateOf("otelcol_pebble_storage_failures", ""), "{{instance}} failed")).
			WithTarget(over("C", fmt.Sprintf("histogram_quantile(0.99, sum by (instance, le) (rate(otelcol_pebble_storage_commit_duration_bucket{%s}[$__rate_interval])))", ofCollector), "{{instance}} 99th percentile to write")))
}

func collectorStatistics(b *dashboard.DashboardBuilder) {
	b.WithPanel(perSecond("Data points", "Data points of summaries that went into windows and roll-ups. Late ones missed a judgement, and count in those that are yet to come. Refused ones, by reason, are in none.").
		OverrideByRegexp("/refused/", set("color", fixed(bad))).
		WithTarget(over("A", rateOf("otelcol_model_statistics_points", ""), "{{instance}} to windows")).
		WithTarget(over("B", rateOf("otelcol_model_rollup_points", ""), "{{instance}} to roll-ups")).
		WithTarget(over("C", rateOf("otelcol_model_statistics_points_late", ""), "{{instance}} late")).
		WithTarget(over("D", rateOf("otelcol_model_statistics_points_refused", ", reason"), "{{instance}} windows refused: {{reason}}")).
		WithTarget(over("E", rateOf("otelcol_model_rollup_points_refused", ", reason"), "{{instance}} roll-ups refused: {{reason}}"))).
		WithPanel(perSecond("Windows judged", "Windows that were judged, by window: a 24h window is judged once an hour for each model, slice and arm of an experiment. A flat 0 while predictions come in means that the watermark stands still.").
			WithTarget(over("A", rateOf("otelcol_model_statistics_windows_judged", ", window"), "{{instance}} {{window}}"))).
		WithPanel(lines("Time to judge", "Seconds for one window of one model, slice or arm: in the middle, and what one in a hundred exceeds. Times the windows a second, it is the share of one CPU that judging takes.").
			Unit(units.Seconds).Min(0).Height(8).Span(8).
			WithTarget(over("A", quantileOf("0.5"), "{{instance}} median")).
			WithTarget(over("B", quantileOf("0.99"), "{{instance}} 99th percentile"))).
		WithPanel(lines("Models held", "Versions of models in windows and roll-ups; those without a profile are not judged. At max_models new ones are refused.").
			Unit(units.Short).Decimals(0).Min(0).Height(8).Span(8).
			WithTarget(over("A", held("otelcol_model_statistics_models"), "{{instance}} windows")).
			WithTarget(over("B", held("otelcol_model_statistics_models_unprofiled"), "{{instance}} without a profile")).
			WithTarget(over("C", held("otelcol_model_rollup_models"), "{{instance}} roll-ups"))).
		WithPanel(lines("Series and panes held", "What takes memory: series in windows and roll-ups, the panes that windows are made of, and those that wait for the next flush.").
			Unit(units.Short).Decimals(0).Min(0).Height(8).Span(8).
			WithTarget(over("A", held("otelcol_model_statistics_series"), "{{instance}} series in windows")).
			WithTarget(over("B", held("otelcol_model_rollup_series"), "{{instance}} series in roll-ups")).
			WithTarget(over("C", held("otelcol_model_statistics_panes"), "{{instance}} panes in windows")).
			WithTarget(over("D", held("otelcol_model_summary_panes"), "{{instance}} panes to be flushed"))).
		WithPanel(perSecond("Forgotten", "Models of which nothing came for longer than the longest window, and series of roll-ups to which nothing was added for max_stale. They start anew when they come back.").
			WithTarget(over("A", rateOf("otelcol_model_statistics_models_evicted", ""), "{{instance}} models")).
			WithTarget(over("B", rateOf("otelcol_model_rollup_series_evicted", ""), "{{instance}} series of roll-ups"))).
		WithPanel(perSecond("Checkpoints and sending", "What should be empty: batches of statistics or roll-ups that the next component refused, checkpoints that could not be written (the disk), and entries that could not be read at the start.").
			OverrideByRegexp("/.+/", set("color", fixed(bad))).
			WithTarget(over("A", rateOf("otelcol_model_statistics_emit_failures", ""), "{{instance}} statistics not sent")).
			WithTarget(over("B", rateOf("otelcol_model_rollup_emit_failures", ""), "{{instance}} roll-ups not sent")).
			WithTarget(over("C", rateOf("otelcol_model_statistics_checkpoint_failures", ""), "{{instance}} checkpoints failed")).
			WithTarget(over("D", rateOf("otelcol_model_statistics_checkpoint_corrupt", ""), "{{instance}} checkpoints unreadable")))
}

func quantileOf(q string) string {
	return fmt.Sprintf("histogram_quantile(%s, sum by (instance, le) (rate(otelcol_model_statistics_judge_duration_bucket{%s}[$__rate_interval])))", q, ofCollector)
}

func collectorOut(b *dashboard.DashboardBuilder) {
	b.WithPanel(perSecond("Sent", "Data points that exporters sent, that they could not send, and that found their queue full. Behind the last two is data that is lost unless it is tried again.").
		OverrideByRegexp("/failed|full/", set("color", fixed(bad))).
		WithTarget(over("A", rateOf("otelcol_exporter_sent_metric_points", ", exporter"), "{{instance}} {{exporter}}")).
		WithTarget(over("B", rateOf("otelcol_exporter_send_failed_metric_points", ", exporter"), "{{instance}} {{exporter}} failed")).
		WithTarget(over("C", rateOf("otelcol_exporter_enqueue_failed_metric_points", ", exporter"), "{{instance}} {{exporter}} queue full"))).
		WithPanel(lines("Exporters' queues", "How full the queues of exporters are. One that fills up has a receiver that is slow or away; when it is full, data is refused. The exporter that is scraped has none.").
			Unit(units.PercentUnit).Min(0).Max(1).Height(8).Span(12).NoValue("no exporter has a queue").
			WithTarget(over("A", fmt.Sprintf("max by (instance, exporter) (otelcol_exporter_queue_size{%[1]s} / (otelcol_exporter_queue_capacity{%[1]s} > 0))", ofCollector), "{{instance}} {{exporter}}"))).
		WithPanel(lines("Profiles in force", "Profiles that models are judged by, by where they come from: a directory, another collector (source), or learned from traffic.").
			Unit(units.Short).Decimals(0).Min(0).Height(8).Span(8).
			WithTarget(over("A", fmt.Sprintf("sum by (instance, origin) (otelcol_profiles_in_force{%s})", ofCollector), "{{instance}} {{origin}}")).
			WithTarget(over("B", held("otelcol_profiles_learning_models"), "{{instance}} being learned")).
			WithTarget(over("C", fmt.Sprintf("sum by (instance, origin) (otelcol_profiles_calibrators{%s})", ofCollector), "{{instance}} calibrators: {{origin}}"))).
		WithPanel(lines("Profiles that changed, or were not taken", "Profiles loaded in the last step of the graph, and those that were rejected: not valid, a second one for the same model, beyond the limit. Polls of the source, and operations of the storage, that failed.").
			Unit(units.Short).Min(0).Height(8).Span(8).NoValue("none").
			OverrideByRegexp("/rejected|failed|ignored/", set("color", fixed(bad))).
			WithTarget(over("A", increaseOf("otelcol_profiles_loaded", ", origin"), "{{instance}} loaded: {{origin}}")).
			WithTarget(over("B", increaseOf("otelcol_profiles_rejected", ", reason"), "{{instance}} rejected: {{reason}}")).
			WithTarget(over("C", increaseOf("otelcol_profiles_source_failures", ""), "{{instance}} polls failed")).
			WithTarget(over("D", increaseOf("otelcol_profiles_storage_failures", ""), "{{instance}} storage failed")).
			WithTarget(over("E", increaseOf("otelcol_profiles_learning_ignored", ", reason"), "{{instance}} learning ignored: {{reason}}"))).
		WithPanel(lines("Age of the source's profiles", "Where profiles come from another collector: seconds since they were last known to be current. It grows while that collector is away; the last copy is used meanwhile.").
			Unit(units.Seconds).Min(0).Height(8).Span(8).NoValue("no collector gets its profiles from another").
			WithTarget(over("A", fmt.Sprintf("max by (instance) (otelcol_profiles_source_age{%s})", ofCollector), "{{instance}}")))
}

func increaseOf(metric, by string) string {
	return fmt.Sprintf("sum by (instance%s) (increase(%s{%s}[$__rate_interval]))", by, metric, ofCollector)
}

func collectorStore(b *dashboard.DashboardBuilder) {
	b.WithPanel(perSecond("Samples stored, or dropped", "What local_prometheus wrote to its store, and what it could not, by reason: the same sample twice (duplicate), older than its window for late samples (out_of_bounds, out_of_order), beyond its limit of series, or not written at all (write_failed: the disk).").
		Span(8).OverrideByRegexp("/dropped/", set("color", fixed(bad))).
		WithTarget(over("A", rateOf("otelcol_local_prometheus_samples_appended", ""), "{{instance}} stored")).
		WithTarget(over("B", rateOf("otelcol_local_prometheus_samples_dropped", ", reason"), "{{instance}} dropped: {{reason}}"))).
		WithPanel(lines("Series stored", "Series that had a sample in the last hours: what takes memory, and what a query over all of them reads.").
			Unit(units.Short).Decimals(0).Min(0).Height(8).Span(4).NoValue("no local_prometheus").
			WithTarget(over("A", held("otelcol_local_prometheus_series"), "{{instance}}"))).
		WithPanel(lines("Size of the store", "On disk. Old samples go by the store's retention, by time or by size.").
			Unit(units.BytesIEC).Min(0).Height(8).Span(4).NoValue("no local_prometheus").
			WithTarget(over("A", held("otelcol_local_prometheus_storage_size"), "{{instance}}"))).
		WithPanel(perSecond("Rules and notifications that failed", "What should stay at 0: evaluations of rules that failed, so that an alert may be late or missing, and alerts that no Alertmanager took.").
			Span(8).OverrideByRegexp("/.+/", set("color", fixed(bad))).
			WithTarget(over("A", rateOf("otelcol_local_prometheus_rule_evaluation_failures", ""), "{{instance}} rules")).
			WithTarget(over("B", rateOf("otelcol_local_prometheus_notifications_dropped", ""), "{{instance}} alerts")))
}

func collectorCost(b *dashboard.DashboardBuilder) {
	b.WithPanel(lines("CPU", "CPUs that each collector keeps busy. Summaries cost by the prediction and its inputs, judging by models, features and bins.").
		Unit("suffix:cores").Decimals(2).Min(0).FillOpacity(10).Height(8).Span(12).
		WithTarget(over("A", rateOf("otelcol_process_cpu_seconds", ""), "{{instance}}"))).
		WithPanel(lines("Memory of each collector", "Resident memory, and of it the heap that Go's runtime has in use: a saw's teeth are the garbage collector; a level that rises with the same models is a leak.").
			Unit(units.BytesIEC).Min(0).Height(8).Span(12).
			WithTarget(over("A", held("otelcol_process_memory_rss"), "{{instance}} resident")).
			WithTarget(over("B", held("otelcol_process_runtime_heap_alloc_bytes"), "{{instance}} heap")))
}
