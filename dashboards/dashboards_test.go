package dashboards

import (
	"encoding/json"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/grafana/grafana-foundation-sdk/go/cog/plugins"
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	"github.com/leeway-ml/leeway/rules"
	"github.com/leeway-ml/leeway/test/leewaytest"
	"github.com/leeway-ml/leeway/test/promnames"
)

type source struct{ Type, UID string }

type target struct {
	Datasource   source
	RefID        string
	Expr         string
	Format       string
	Instant      bool
	Range        bool
	Hide         bool
	LegendFormat *string
}

type panel struct {
	ID          int
	Type        string
	Title       string
	Description string
	Datasource  source
	GridPos     struct{ X, Y, W, H int }
	Targets     []target
	FieldConfig struct {
		Defaults struct {
			Unit string
		}
		Overrides []override
	}
	Transformations []struct{ ID string }
}

type override struct {
	Matcher    struct{ ID, Options string }
	Properties []struct {
		ID    string
		Value any
	}
}

type link struct{ Title, Type, URL, Tooltip string }

type content struct {
	UID, Title, Description string
	Tags                    []string
	Links                   []link
	Time                    struct{ From, To string }
	Refresh, Timezone       string
	Panels                  []panel
	Templating              struct {
		List []struct {
			Name, Label, Type, Description string
			Query                          string
			Datasource                     source
		}
	}
	Annotations struct {
		List []struct {
			Datasource source
			Expr       string
		}
	}
}

// all are the dashboards by file.
func all(t *testing.T) map[string]content {
	dashboards := make(map[string]content)
	for _, e := range index(t) {
		text, err := fs.ReadFile(Files, e.File)
		require.NoError(t, err)
		var c content
		require.NoError(t, json.Unmarshal(text, &c), e.File)
		dashboards[e.File] = c
	}
	require.NotEmpty(t, dashboards)
	return dashboards
}

type entry struct{ UID, Title, File string }

func index(t *testing.T) []entry {
	text, err := fs.ReadFile(Files, "index.json")
	require.NoError(t, err)
	var entries []entry
	require.NoError(t, json.Unmarshal(text, &entries))
	return entries
}

// TestIndex: index.json has every file, as the files themselves say.
func TestIndex(t *testing.T) {
	files, err := fs.Glob(Files, "*.json")
	require.NoError(t, err)
	var listed []string
	for _, e := range index(t) {
		listed = append(listed, e.File)
		d := all(t)[e.File]
		assert.Equal(t, entry{d.UID, d.Title, e.File}, e)
	}
	assert.ElementsMatch(t, files, append(listed, "index.json"))
}

// TestGenerated: the JSON is what the Go code makes.
func TestGenerated(t *testing.T) {
	folder := t.TempDir()
	output, err := exec.CommandContext(t.Context(), "go", "run", "./internal/generate", "-to", folder).CombinedOutput()
	require.NoError(t, err, string(output))
	made, err := filepath.Glob(filepath.Join(folder, "*.json"))
	require.NoError(t, err)
	require.Len(t, made, len(all(t))+1, "the dashboards, and index.json")
	for _, path := range made {
		want, err := os.ReadFile(path)
		require.NoError(t, err)
		got, err := fs.ReadFile(Files, filepath.Base(path))
		require.NoError(t, err, "run make generate")
		assert.Equal(t, string(want), string(got), "%s is not what internal/generate makes; run make generate", filepath.Base(path))
	}
}

// TestSchema: Grafana's own types know every key.
func TestSchema(t *testing.T) {
	plugins.RegisterDefaultPlugins()
	for file := range all(t) {
		text, err := fs.ReadFile(Files, file)
		require.NoError(t, err)
		var d dashboard.Dashboard
		// Without anything wrong it returns an empty list of errors, which is not nil.
		if err := d.UnmarshalJSONStrict(text); err != nil {
			assert.Empty(t, err.Error(), file)
		}
	}
}

func TestDashboards(t *testing.T) {
	uids := make(map[string]bool)
	for _, d := range all(t) {
		assert.False(t, uids[d.UID], "uid %s twice", d.UID)
		uids[d.UID] = true
	}
	dashboardLink := regexp.MustCompile(`/d/([a-z-]+)`)
	for file, d := range all(t) {
		t.Run(file, func(t *testing.T) {
			assert.Equal(t, "leeway-"+strings.TrimSuffix(file, ".json"), d.UID)
			assert.True(t, strings.HasPrefix(d.Title, "Leeway / "), d.Title)
			assert.NotEmpty(t, d.Description)
			assert.True(t, strings.HasPrefix(d.Time.From, "now-"), d.Time.From)
			assert.Equal(t, "now", d.Time.To)
			assert.NotEmpty(t, d.Refresh)
			assert.Equal(t, "browser", d.Timezone)
			assert.NotEmpty(t, d.Annotations.List, "alerts are drawn where they fired")
			assert.NotEmpty(t, d.Links)
			assert.Equal(t, []string{"leeway"}, d.Tags, "the tag by which dashboards link to one another")
			for _, l := range d.Links {
				assert.NotEmpty(t, l.Tooltip, l.Title)
				if page, ok := strings.CutPrefix(l.URL, "https://github.com/leeway-ml/leeway/blob/main/"); ok {
					page, _, _ = strings.Cut(page, "#")
					assert.FileExists(t, filepath.Join(leewaytest.Repository(t), page), l.Title)
				}
			}
			text, err := fs.ReadFile(Files, file)
			require.NoError(t, err)
			for _, m := range dashboardLink.FindAllStringSubmatch(string(text), -1) {
				assert.True(t, uids[m[1]], "link to a dashboard that is not there: %s", m[1])
			}
			assert.NotContains(t, string(text), "__inputs", "breaks provisioning")
		})
	}
}

func TestPanels(t *testing.T) {
	for file, d := range all(t) {
		ids, titles, cells := make(map[int]bool), make(map[string]bool), make(map[[2]int]string)
		for _, p := range d.Panels {
			t.Run(file+"/"+p.Title, func(t *testing.T) {
				assert.NotZero(t, p.ID)
				assert.False(t, ids[p.ID], "id %d twice", p.ID)
				ids[p.ID] = true
				assert.NotEmpty(t, p.Title)
				assert.False(t, titles[p.Title], "two panels of that title")
				titles[p.Title] = true
				assert.LessOrEqual(t, p.GridPos.X+p.GridPos.W, 24)
				for x := p.GridPos.X; x < p.GridPos.X+p.GridPos.W; x++ {
					for y := p.GridPos.Y; y < p.GridPos.Y+p.GridPos.H; y++ {
						require.Empty(t, cells[[2]int{x, y}], "lies over another panel")
						cells[[2]int{x, y}] = p.Title
					}
				}
				if p.Type == "row" {
					return
				}
				// Others can't be drawn by the components that Grafana publishes.
				assert.Contains(t, []string{"timeseries", "stat", "bargauge", "table", "text"}, p.Type)
				assert.Greater(t, len(p.Description), 40, "says how to read it")
				if p.Type == "text" {
					return
				}
				assert.NotEmpty(t, p.FieldConfig.Defaults.Unit, "a chart without a unit is a bug")
				assert.Equal(t, source{"prometheus", "${datasource}"}, p.Datasource)
				refs := make(map[string]bool)
				assert.NotEmpty(t, p.Targets)
				for _, o := range p.FieldConfig.Overrides {
					o.check(t, p.Type)
				}
				for _, q := range p.Targets {
					assert.Equal(t, source{"prometheus", "${datasource}"}, q.Datasource)
					assert.False(t, refs[q.RefID], "refId %s twice", q.RefID)
					refs[q.RefID] = true
					assert.False(t, q.Hide, "a query that nobody sees")
					assert.Equal(t, p.Type == "table", q.Instant && q.Format == "table", "tables are of the end of the time range, all else over it")
					if p.Type == "timeseries" {
						assert.NotEmpty(t, q.LegendFormat, q.Expr)
					}
				}
			})
		}
	}
}

// regexps are written as Grafana takes them: without slashes they would have to match the whole of a name.
func (o override) check(t *testing.T, kind string) {
	if o.Matcher.ID == "byRegexp" {
		assert.Regexp(t, "^/.+/$", o.Matcher.Options)
	}
	text := false
	for _, property := range o.Properties {
		text = text || property.ID == "unit" && property.Value == "string"
	}
	if isLabel := regexp.MustCompile(`^(ml_|measure\\|alertname|severity|instance|bin\b).*`); kind == "table" && isLabel.MatchString(o.Matcher.Options) {
		assert.True(t, text, "%s: a version 2.10 would be shown as the number 2.1", o.Matcher.Options)
	}
}

// TestLinks: links between dashboards hand on variables that both have.
func TestLinks(t *testing.T) {
	variables := make(map[string][]string)
	for _, d := range all(t) {
		for _, v := range d.Templating.List {
			variables[d.UID] = append(variables[d.UID], v.Name)
		}
	}
	linked := make(map[string]bool)
	for file, d := range all(t) {
		for _, p := range d.Panels {
			for _, o := range p.FieldConfig.Overrides {
				for _, property := range o.Properties {
					if property.ID != "links" {
						continue
					}
					for _, l := range property.Value.([]any) {
						url := l.(map[string]any)["url"].(string)
						if page, ok := strings.CutPrefix(url, "https://github.com/leeway-ml/leeway/blob/main/docs/"); ok {
							assert.Equal(t, "runbooks/${__value.raw}.md", page)
							assert.Equal(t, "alertname", o.Matcher.Options)
							continue
						}
						target, query, _ := strings.Cut(strings.TrimPrefix(url, "/d/"), "?")
						linked[target] = true
						assert.NotEmpty(t, variables[target], "%s, %s: %s", file, p.Title, url)
						for _, m := range regexp.MustCompile(`var-(\w+)=`).FindAllStringSubmatch(query, -1) {
							assert.Contains(t, variables[target], m[1], "%s, %s: %s", file, p.Title, url)
						}
						for _, m := range regexp.MustCompile(`\$\{(\w+):queryparam}`).FindAllStringSubmatch(query, -1) {
							assert.Contains(t, variables[target], m[1], "%s, %s: %s", file, p.Title, url)
							assert.Contains(t, variables[d.UID], m[1], "%s, %s: %s", file, p.Title, url)
						}
						assert.Contains(t, query, "${__url_time_range}")
					}
				}
			}
		}
	}
	assert.Equal(t, map[string]bool{"leeway-model": true, "leeway-feature": true, "leeway-quality": true}, linked)
}

// TestNoDataSourceOfOurs: wherever a data source is named, it is the variable; and nothing else of an instance of Grafana
// has got into the JSON.
func TestNoDataSourceOfOurs(t *testing.T) {
	var walk func(t *testing.T, value any)
	walk = func(t *testing.T, value any) {
		switch value := value.(type) {
		case map[string]any:
			for key, v := range value {
				if key == "datasource" {
					assert.Equal(t, map[string]any{"type": "prometheus", "uid": "${datasource}"}, v)
				}
				walk(t, v)
			}
		case []any:
			for _, v := range value {
				walk(t, v)
			}
		}
	}
	for file := range all(t) {
		t.Run(file, func(t *testing.T) {
			text, err := fs.ReadFile(Files, file)
			require.NoError(t, err)
			var c map[string]any
			require.NoError(t, json.Unmarshal(text, &c))
			walk(t, c)
			for _, key := range []string{"id", "__inputs", "__requires", "gnetId"} {
				assert.Nil(t, c[key], key)
			}
			assert.Equal(t, true, c["editable"])
		})
	}
}

// values stand for what Grafana puts in the place of variables.
var values = strings.NewReplacer("$__rate_interval", "5m", "$__range", "7d", "$model", "m", "$version", "1", "$window", "24h", "$feature", "f", "${measure}", "accuracy", "$class", "1", "$job", "leeway", "$instance", ".*",
	"${segment:raw}", `ml_segment_country="DE"`)

// withoutSegment is the same where nothing was entered.
var withoutSegment = strings.NewReplacer("${segment:raw}", "")

var labelValues = regexp.MustCompile(`^label_values\((.+), (\w+)\)$`)

// ofCollectors are selectors of collectors' own metrics.
var ofCollectors = regexp.MustCompile(`otelcol_\w+(\{[^}]*\})?`)

// interval is that of a rate over the time range.
var interval = regexp.MustCompile(`(?:rate|increase)\([^\[\]]*\[([^\[\]]+)\]`)

// TestQueries: every query can be parsed, and asks for metrics and labels that exist.
func TestQueries(t *testing.T) {
	names := promnames.Exported(t)
	for _, record := range records(t) {
		names.Add(record)
	}
	for file, d := range all(t) {
		check := func(where, query string) {
			for _, expression := range []string{values.Replace(query), values.Replace(withoutSegment.Replace(query))} {
				assert.NotRegexp(t, `\$[A-Za-z_{]`, expression, "%s, %s: a variable that is not known", file, where) // $1 is label_replace's
				for _, err := range names.Check(expression) {
					t.Errorf("%s, %s: %v\n%s", file, where, err, expression)
				}
			}
		}
		for _, p := range d.Panels {
			for _, q := range p.Targets {
				check(p.Title, q.Expr)
				if d.UID == "leeway-collector" {
					for _, m := range ofCollectors.FindAllStringSubmatch(q.Expr, -1) {
						assert.Contains(t, m[0], `job=~"$job", instance=~"$instance"`, "%s: of all collectors, whichever is chosen", p.Title)
					}
				}
				for _, m := range interval.FindAllStringSubmatch(q.Expr, -1) {
					assert.Contains(t, []string{"$__rate_interval", "$window", "$__range"}, m[1], "%s, %s: a fixed interval misses what was scraped less often", file, p.Title)
				}
			}
		}
		for _, a := range d.Annotations.List {
			check("annotation", a.Expr)
			assert.Equal(t, source{"prometheus", "${datasource}"}, a.Datasource)
		}
		used, err := fs.ReadFile(Files, file)
		require.NoError(t, err)
		for i, v := range d.Templating.List {
			assert.NotEmpty(t, v.Label, v.Name)
			assert.NotEmpty(t, v.Description, v.Name)
			assert.NotEqual(t, "custom", v.Type, "values that are written down are not everybody's")
			assert.True(t, strings.Contains(string(used), "$"+v.Name) || strings.Contains(string(used), "${"+v.Name), "%s: nothing uses the variable %s", file, v.Name)
			switch v.Type {
			case "datasource":
				assert.Zero(t, i, "other variables ask it")
			case "query":
				m := labelValues.FindStringSubmatch(v.Query)
				require.NotNil(t, m, v.Query)
				check("variable "+v.Name, m[1])
				check("variable "+v.Name, "sum by ("+m[2]+") (ml_model_info)")
				assert.Equal(t, source{"prometheus", "${datasource}"}, v.Datasource)
			}
		}
		assert.True(t, slices.ContainsFunc(d.Panels, func(p panel) bool { return p.Type != "row" }), file)
	}
}

// records are the names that recording rules write; panels may draw them, and must do without where no rules are loaded.
func records(t *testing.T) []string {
	var names []string
	for _, r := range ruleList(t) {
		if r.Record != "" {
			names = append(names, r.Record)
		}
	}
	return names
}

func expressions(t *testing.T) []string {
	var all []string
	for _, r := range ruleList(t) {
		all = append(all, r.Expr)
	}
	return all
}

type rule struct{ Record, Expr string }

func ruleList(t *testing.T) []rule {
	files, err := fs.Glob(rules.Files, "*")
	require.NoError(t, err)
	var list []rule
	for _, file := range files {
		text, err := fs.ReadFile(rules.Files, file)
		require.NoError(t, err)
		var c struct{ Groups []struct{ Rules []rule } }
		require.NoError(t, yaml.Unmarshal(text, &c))
		for _, group := range c.Groups {
			list = append(list, group.Rules...)
		}
	}
	require.NotEmpty(t, list)
	return list
}

// notShown are metrics that neither a dashboard nor a rule asks for, and why: patterns of whole names.
var notShown = []struct{ pattern, reason string }{
	{`ml_attribution_.+`, "attributions are not judged: a profile keeps none"},
	{`ml_ground_truth_drift_.+`, "drift of the truth says nothing of the model's inputs or predictions; what it costs shows in the quality"},
	{`ml_outcome_loss_bucket|ml_feedback_score_bucket|ml_ground_truth_delay_seconds_sum`, "sums and counts say it; of delays, quantiles"},
	{`ml_(feature|prediction)_drift_(cramers_v|hellinger|js_distance|kl|ks_statistic|l_infinity|mean_shift|total_variation|wasserstein)_(threshold|noise)`, "published where such a statistic is the one that is judged, or all are asked for"},
	{`ml_(feature|prediction)_drift_.+_p_value(_threshold|_noise)?`, "published on demand only: of many samples, every p-value is small"},
	{`ml_feature_categories_total`, "ml_feature_bins_total has the same counts, in the order of the profile"},
	{`ml_prediction_duration_seconds_(sum|count)|otelcol_(model_statistics_judge|pebble_storage_commit)_duration_(sum|count)`, "quantiles, from the buckets, say more"},
	{`ml_feature_(missing|out_of_range|unseen)_share_threshold_ratio`, "published on demand only; ml_feature_drift_detected is the verdict"},
}

// TestAllIsShown: what a component sends is on a dashboard or in a rule, or listed above.
func TestAllIsShown(t *testing.T) {
	names := promnames.Exported(t)
	recorded := records(t)
	for _, record := range recorded {
		names.Add(record)
	}
	shown := make(map[string]bool)
	use := func(query string) {
		used, err := names.Used(values.Replace(query))
		require.NoError(t, err, query)
		for _, name := range used {
			shown[name] = true
		}
	}
	for _, d := range all(t) {
		for _, p := range d.Panels {
			for _, q := range p.Targets {
				use(q.Expr)
			}
		}
		for _, a := range d.Annotations.List {
			use(a.Expr)
		}
	}
	for _, expression := range expressions(t) {
		use(expression)
	}
	needed := make(map[string]bool)
	for _, name := range names.Metrics() {
		listed := ""
		for _, n := range notShown {
			if regexp.MustCompile("^(?:" + n.pattern + ")$").MatchString(name) {
				listed = n.pattern
			}
		}
		switch {
		case shown[name] || slices.Contains(recorded, name):
		case listed == "":
			t.Errorf("%s is on no dashboard and in no rule; show it, or say in notShown why not", name)
		default:
			needed[listed] = true
		}
	}
	for _, n := range notShown {
		assert.True(t, needed[n.pattern], "notShown: nothing is called %s, or all of it is shown", n.pattern)
	}
}
