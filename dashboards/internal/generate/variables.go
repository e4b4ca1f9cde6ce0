package main

import (
	"github.com/grafana/grafana-foundation-sdk/go/cog"
	"github.com/grafana/grafana-foundation-sdk/go/common"
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
)

// source is the data source that whoever looks at the dashboard chose. A variable works imported and provisioned; an
// `__inputs` of the JSON works only imported.
var source = common.DataSourceRef{Type: cog.ToPtr("prometheus"), Uid: cog.ToPtr("${datasource}")}

func text(s string) dashboard.StringOrMap { return dashboard.StringOrMap{String: &s} }

func option(s string) dashboard.VariableOption {
	return dashboard.VariableOption{
		Text:  dashboard.StringOrArrayOfString{String: &s},
		Value: dashboard.StringOrArrayOfString{String: &s},
	}
}

func datasource() *dashboard.DatasourceVariableBuilder {
	return dashboard.NewDatasourceVariableBuilder("datasource").Label("Data source").Type("prometheus").
		Description("A Prometheus, or what speaks its API, that has Leeway's metrics.")
}

// choice is a variable whose values are those of a label.
func choice(name, label, query, description string) *dashboard.QueryVariableBuilder {
	return dashboard.NewQueryVariableBuilder(name).Label(label).Description(description).
		Query(text(query)).Datasource(source).
		Refresh(dashboard.VariableRefreshOnTimeRangeChanged).Sort(dashboard.VariableSortAlphabeticalAsc)
}

func allValues() dashboard.VariableOption {
	all, every := "All", "$__all"
	return dashboard.VariableOption{Text: dashboard.StringOrArrayOfString{String: &all}, Value: dashboard.StringOrArrayOfString{String: &every}}
}

func models() *dashboard.QueryVariableBuilder {
	return choice("model", "Model", `label_values(ml_model_info, ml_model_name)`, "The model, as its events call it.")
}

func versions() *dashboard.QueryVariableBuilder {
	return choice("version", "Version", `label_values(ml_model_info{ml_model_name="$model"}, ml_model_version)`, "What was deployed.").
		Sort(dashboard.VariableSortNumericalDesc)
}

// windows of the statistics that the matchers select.
func windows(matchers string) *dashboard.QueryVariableBuilder {
	return choice("window", "Window", "label_values(ml_statistics_samples"+matchers+", ml_window)",
		"How much of the past each point is about: a 24h point at noon is about the time since yesterday noon.").Current(option("24h"))
}

// slice is one more matcher for all queries. Which labels segments have is each configuration's own, so no list of values
// can be asked for.
func slice() *dashboard.TextBoxVariableBuilder {
	return dashboard.NewTextBoxVariableBuilder("segment").Label("Segment").DefaultValue(text("")).Current(option("")).
		Description(`A label matcher, where segments or experiments are configured: ml_segment_country="DE" for one slice, ` +
			`ml_segment_country="" for the whole traffic. Leave it empty where there are none.`)
}
