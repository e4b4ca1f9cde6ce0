package main

import (
	"fmt"

	"github.com/grafana/grafana-foundation-sdk/go/common"
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
)

const docs = "https://github.com/leeway-ml/leeway/blob/main/docs/"

// Matchers of the dashboards' variables: of the traffic or its slice, of a model, of statistics of one of its windows.
const (
	ofSlice  = `${segment:raw}`
	ofModel  = `ml_model_name="$model", ml_model_version="$version", ${segment:raw}`
	inWindow = `ml_window="$window", ${segment:raw}`
	ofWindow = `ml_model_name="$model", ml_model_version="$version", ml_window="$window", ${segment:raw}`
)

// What a link to another dashboard hands on: data source, window, slice and time range.
const handsOn = "${datasource:queryparam}&${window:queryparam}&${segment:queryparam}&${__url_time_range}"

// page has what all dashboards have in common: data source, links to one another and to what explains them.
func page(title, description, guide string) *dashboard.DashboardBuilder {
	return dashboard.NewDashboardBuilder("Leeway / " + title).Description(description).
		Tags([]string{"leeway"}).Refresh("1m").Timezone(common.TimeZoneBrowser).
		Tooltip(dashboard.DashboardCursorSyncCrosshair).Editable().
		WithVariable(datasource()).
		Link(dashboard.NewDashboardLinkBuilder("Leeway").Type(dashboard.DashboardLinkTypeDashboards).Tags([]string{"leeway"}).
			AsDropdown(true).IncludeVars(true).KeepTime(true).Tooltip("Leeway's other dashboards")).
		Link(outside("How to read this", "doc", docs+"dashboards.md#"+guide, "What the panels show, and what to look at first")).
		Link(outside("Alerts", "bell", docs+"alerts.md", "What each alert means, and its runbook"))
}

func outside(title, icon, url, tooltip string) *dashboard.DashboardLinkBuilder {
	return dashboard.NewDashboardLinkBuilder(title).Type(dashboard.DashboardLinkTypeLink).Icon(icon).TargetBlank(true).Url(url).Tooltip(tooltip)
}

// alerts marks on time series when alerts fired.
func alerts(matchers, text string) *dashboard.AnnotationQueryBuilder {
	return dashboard.NewAnnotationQueryBuilder().Name("Alerts").Datasource(source).Enable(true).IconColor(bad).
		Expr(firing(matchers)).TitleFormat("{{alertname}}").TextFormat(text)
}

// ofWindowOrNone selects alerts of the window that is looked at, and those that are of none.
const ofWindowOrNone = `, ml_window=~"$window|"`

func firing(matchers string) string {
	return fmt.Sprintf(`ALERTS{alertname=~"Leeway.+", alertstate="firing"%s}`, matchers)
}
