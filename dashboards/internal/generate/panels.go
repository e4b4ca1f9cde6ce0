package main

import (
	"github.com/grafana/grafana-foundation-sdk/go/cog"
	"github.com/grafana/grafana-foundation-sdk/go/common"
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
	"github.com/grafana/grafana-foundation-sdk/go/prometheus"
	"github.com/grafana/grafana-foundation-sdk/go/stat"
	"github.com/grafana/grafana-foundation-sdk/go/table"
	"github.com/grafana/grafana-foundation-sdk/go/timeseries"
)

// Names of Grafana's palette, the same meaning everywhere.
const (
	good   = "green"
	notice = "orange"
	bad    = "red"
	plain  = "text"
	faint  = "#8e8e8e"
	// current is the window's, beside the faint reference.
	current = "blue"
)

type (
	gridBuilder       = table.PanelBuilder
	timeseriesBuilder = timeseries.PanelBuilder
)

// lines, number and grid are the kinds of panels that are used, with what all of them have in common.

func lines(title, description string) *timeseries.PanelBuilder {
	return timeseries.NewPanelBuilder().Title(title).Description(description).Datasource(source).
		LineWidth(1).FillOpacity(0).ShowPoints(common.VisibilityModeNever).
		Legend(common.NewVizLegendOptionsBuilder().ShowLegend(true).DisplayMode(common.LegendDisplayModeList).Placement(common.LegendPlacementBottom)).
		Tooltip(common.NewVizTooltipOptionsBuilder().Mode(common.TooltipDisplayModeMulti).Sort(common.SortOrderDescending))
}

// perSecond is for counters' rates.
func perSecond(title, description string) *timeseries.PanelBuilder {
	return lines(title, description).Unit("cps").Min(0).Height(8).Span(12).NoValue("none")
}

func number(title, description string) *stat.PanelBuilder {
	return stat.NewPanelBuilder().Title(title).Description(description).Datasource(source).
		GraphMode(common.BigValueGraphModeArea).ColorMode(common.BigValueColorModeValue).
		ReduceOptions(common.NewReduceDataOptionsBuilder().Calcs([]string{"lastNotNull"})).
		Height(4)
}

func grid(title, description string) *table.PanelBuilder {
	return table.NewPanelBuilder().Title(title).Description(description).Datasource(source).CellHeight(common.TableCellHeightSm).
		Footer(common.NewTableFooterOptionsBuilder().Show(false).Reducer([]string{}))
}

// over is a query over the time range, at the end of it only where instant.
func over(id, expr, legend string) *prometheus.DataqueryBuilder {
	return prometheus.NewDataqueryBuilder().Datasource(source).RefId(id).Expr(expr).LegendFormat(legend).Range()
}

func now(id, expr string) *prometheus.DataqueryBuilder {
	return prometheus.NewDataqueryBuilder().Datasource(source).RefId(id).Expr(expr).Instant().Format(prometheus.PromQueryFormatTable)
}

// steps colours values: the first colour from -infinity, then value, colour, value, colour.
func steps(first string, rest ...any) *dashboard.ThresholdsConfigBuilder {
	all := []dashboard.Threshold{{Color: first}}
	for i := 0; i < len(rest); i += 2 {
		all = append(all, dashboard.Threshold{Value: cog.ToPtr(rest[i].(float64)), Color: rest[i+1].(string)})
	}
	return dashboard.NewThresholdsConfigBuilder().Mode(dashboard.ThresholdsModeAbsolute).Steps(all)
}

// words shows values as words in colours: "0", "no", "green" ...
func words(triples ...string) []dashboard.ValueMapping {
	options := make(map[string]dashboard.ValueMappingResult)
	for i := 0; i < len(triples); i += 3 {
		options[triples[i]] = dashboard.ValueMappingResult{Text: &triples[i+1], Color: &triples[i+2], Index: cog.ToPtr(int32(i / 3))}
	}
	return []dashboard.ValueMapping{{ValueMap: &dashboard.ValueMap{Type: "value", Options: options}}}
}

type properties = []dashboard.DynamicConfigValue

func set(pairs ...any) properties {
	var all properties
	for i := 0; i < len(pairs); i += 2 {
		all = append(all, dashboard.DynamicConfigValue{Id: pairs[i].(string), Value: pairs[i+1]})
	}
	return all
}

// label is a column of text. Without that unit a version of "2.10" would be shown as the number 2.1.
func label(name string, pairs ...any) properties {
	return append(set("displayName", name, "unit", "string"), set(pairs...)...)
}

func fixed(color string) map[string]any {
	return map[string]any{"mode": "fixed", "fixedColor": color}
}

// leadsTo is a link of a cell or a line.
func leadsTo(title, url string) []any { return []any{map[string]any{"title": title, "url": url}} }

// bar draws a cell's value as one, beside the number in the colour of text.
var bar = map[string]any{"type": "gauge", "mode": "basic", "valueDisplayMode": "text"}

// dashed is the look of limits, dotted that of noise.
func dashed(color string) properties { return line(color, "dash", 10, 10) }
func dotted(color string) properties { return line(color, "dot", 2, 6) }

func line(color, fill string, dash ...int) properties {
	return set("color", fixed(color), "custom.lineStyle", map[string]any{"fill": fill, "dash": dash})
}

// pivot makes a table of one query's series: a row for each value of a label, a column for each value of another; empty
// is what stands where there is no series: null, zero.
func pivot(row, column, empty string) dashboard.DataTransformerConfig {
	return dashboard.DataTransformerConfig{Id: "groupingToMatrix", Options: map[string]any{
		"rowField": row, "columnField": column, "valueField": "Value", "emptyValue": empty}}
}

// merged makes one table of several queries' answers: a row for each model, or whatever labels they share.
func merged() dashboard.DataTransformerConfig {
	return dashboard.DataTransformerConfig{Id: "merge", Options: map[string]any{}}
}

func sorted(field string, descending bool) dashboard.DataTransformerConfig {
	return dashboard.DataTransformerConfig{Id: "sortBy", Options: map[string]any{
		"sort": []any{map[string]any{"field": field, "desc": descending}}}}
}

// columns puts fields into an order and hides others.
func columns(hidden []string, order ...string) dashboard.DataTransformerConfig {
	index, exclude := make(map[string]any), make(map[string]any)
	for i, name := range order {
		index[name] = i
	}
	for _, name := range hidden {
		exclude[name] = true
	}
	return dashboard.DataTransformerConfig{Id: "organize", Options: map[string]any{
		"excludeByName": exclude, "indexByName": index, "renameByName": map[string]any{}}}
}
