package localprometheusexporter

import (
	"log/slog"
	"slices"
	"testing"
	"time"

	promrules "github.com/prometheus/prometheus/rules"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func evaluatorOf(t *testing.T, config RulesConfig) *evaluator {
	t.Helper()
	log := slog.New(slog.DiscardHandler)
	e, err := newEvaluator(&promrules.ManagerOptions{Logger: log}, newRuleFiles(config, log), "", &clock{now: time.Now}, time.Hour)
	require.NoError(t, err)
	return e
}

// TestBuiltIn: the rules that come with Leeway are read; those about the collector follow the wall clock, those about models
// their data's; fleet rules are an option.
func TestBuiltIn(t *testing.T) {
	names := func(groups []*promrules.Group) []string {
		var names []string
		for _, g := range groups {
			names = append(names, g.Name())
		}
		return names
	}
	one := evaluatorOf(t, RulesConfig{})
	assert.Equal(t, []string{"leeway-collector"}, names(one.collectors.groups))
	assert.Contains(t, names(one.models.groups), "leeway-models")
	assert.NotContains(t, names(one.models.groups), "leeway-fleet")
	assert.NotEmpty(t, one.AlertingRules())
	fleet := evaluatorOf(t, RulesConfig{Fleet: true})
	assert.Subset(t, names(fleet.models.groups), names(one.models.groups))
	assert.Contains(t, names(fleet.models.groups), "leeway-fleet")
	for _, groups := range [][]*promrules.Group{one.models.groups, fleet.models.groups} {
		for i, g := range groups {
			wanted := asksFor(g)
			for _, later := range groups[i+1:] {
				assert.False(t, slices.ContainsFunc(later.Rules(), func(r promrules.Rule) bool { return wanted[r.Name()] }), "%s needs %s, which comes later", g.Name(), later.Name())
			}
		}
	}
}
