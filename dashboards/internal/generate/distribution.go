package main

import (
	"fmt"
	"strings"

	"github.com/grafana/grafana-foundation-sdk/go/cog"
	"github.com/grafana/grafana-foundation-sdk/go/common"
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
	"github.com/grafana/grafana-foundation-sdk/go/units"
)

// distribution is what the roll-ups know of a feature or of the predictions: counts of bins, and the reference's shares.
type distribution struct{ bins, reference string }

func ofFeature() distribution {
	matchers := `{ml_feature_name="$feature", ` + ofModel + `}`
	return distribution{"ml_feature_bins_total" + matchers, "ml_feature_reference_share_ratio" + matchers}
}

func ofPredictions() distribution {
	matchers := "{" + ofModel + "}"
	return distribution{"ml_prediction_bins_total" + matchers, "ml_prediction_reference_share_ratio" + matchers}
}

// count is how many values the window holds.
func (d distribution) count() string { return fmt.Sprintf("sum(increase(%s[$window]))", d.bins) }

// expected is the reference of the window's hours, as shares by ml_bin_index and ml_bin_range, over all collectors.
func (d distribution) expected() string {
	return fmt.Sprintf("max by (ml_bin_index, ml_bin_range) (avg_over_time(%s[$window]))", d.reference)
}

// observed is the window's, with the same labels. A bin that nothing ever fell into may have no counter; it is empty.
func (d distribution) observed() string {
	return fmt.Sprintf("%[1]s * 0 + on (ml_bin_index) group_left () (sum by (ml_bin_index) (increase(%[2]s[$window])) / scalar(%[3]s))\n  or %[1]s * 0",
		d.expected(), d.bins, d.count())
}

// table has a row for each bin, and columns that are shares: window, reference, difference, distance (without its sign).
func (d distribution) table(title, description string) *gridBuilder {
	difference := fmt.Sprintf("(%s) - on (ml_bin_index, ml_bin_range) %s", d.observed(), d.expected())
	var parts []string
	for _, c := range [][2]string{{"window", d.observed()}, {"reference", d.expected()}, {"difference", difference}, {"distance", "abs(" + difference + ")"}} {
		parts = append(parts, fmt.Sprintf(`label_replace(%s, "column", %q, "", "")`, c[1], c[0]))
	}
	expr := fmt.Sprintf(`label_join(%s, "bin", "  ", "ml_bin_index", "ml_bin_range")`, strings.Join(parts, "\nor\n"))
	return grid(title, description).Unit(units.PercentUnit).Decimals(1).
		WithTarget(now("A", expr)).
		WithTransformation(pivot("bin", "column", "null")).
		OverrideByName(binRow, label("Bin", "custom.width", 140)).
		OverrideByName("window", set("displayName", "Window", "min", 0, "custom.cellOptions", bar, "color", fixed(current))).
		OverrideByName("reference", set("displayName", "Reference", "min", 0, "custom.cellOptions", bar, "color", fixed(faint))).
		OverrideByName("difference", set("displayName", "Difference", "custom.width", 80, "custom.cellOptions", map[string]any{"type": "color-text"},
			"color", map[string]any{"mode": "thresholds"}, "thresholds", map[string]any{"mode": "absolute", "steps": []any{
				map[string]any{"value": nil, "color": notice}, map[string]any{"value": 0, "color": current}}}))
}

const binRow = `bin\column`

// inOrder has the bins in their own order.
func (d distribution) inOrder(title string) *gridBuilder {
	return d.table(title, "Share of each bin in the window, beside that in the reference of the same hours. A bin that grew says where the values went.").
		WithTransformation(sorted(binRow, false)).
		WithTransformation(columns([]string{"distance", "difference"}, binRow, "window", "reference"))
}

// moved has the bins that moved most first.
func (d distribution) moved(title string) *gridBuilder {
	return d.table(title, "The bins in the order of how far their share is from the reference's, in either direction. Positive: more values fall here than should; negative: fewer.").
		WithTransformation(sorted("distance", true)).
		WithTransformation(columns([]string{"distance"}, binRow, "difference", "window", "reference"))
}

// overTime stacks the bins' shares, in order, in the colours of a map from low to high.
func (d distribution) overTime(title string) cog.Builder[dashboard.Panel] {
	panel := lines(title, "The window's distribution through time: each band is a bin, from the lowest (dark) up, and as thick as its share. Bands that stay level are a feature that stays as it is; a band that grows says where the values go.").
		Unit(units.PercentUnit).Min(0).Max(1).Decimals(1).LineWidth(0).FillOpacity(85).
		Stacking(common.NewStackingConfigBuilder().Mode(common.StackingModeNormal)).
		Tooltip(common.NewVizTooltipOptionsBuilder().Mode(common.TooltipDisplayModeMulti).Sort(common.SortOrderNone)).
		Legend(common.NewVizLegendOptionsBuilder().ShowLegend(true).DisplayMode(common.LegendDisplayModeList).Placement(common.LegendPlacementRight)).
		Height(17).Span(8)
	for i, color := range ramp {
		panel.OverrideByRegexp(fmt.Sprintf("/^%02d /", i), set("color", fixed(color)))
	}
	return panel.WithTarget(over("A", d.observed(), "{{ml_bin_index}} {{ml_bin_range}}"))
}

// ramp is viridis (van der Walt and Smith, CC0) in 22 steps: 20 bins, and those for other and unseen categories.
var ramp = []string{
	"#440154", "#481467", "#482576", "#453781", "#404688", "#39558c", "#33638d", "#2d718e", "#287d8e", "#238a8d", "#1f968b",
	"#20a386", "#29af7f", "#3cbc75", "#56c667", "#74d055", "#94d840", "#b8de29", "#dce319", "#fde725", "#fdae61", "#d7191c",
}
