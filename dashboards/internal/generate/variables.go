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

// slice is one more matcher for all queries. Which labels segments have is each configuration's own, so no list of values
// can be asked for.
func slice() *dashboard.TextBoxVariableBuilder {
	return dashboard.NewTextBoxVariableBuilder("segment").Label("Segment").DefaultValue(text("")).Current(option("")).
		Description(`A label matcher, where segments or experiments are configured: ml_segment_country="DE" for one slice, ` +
			`ml_segment_country="" for the whole traffic. Leave it empty where there are none.`)
}
