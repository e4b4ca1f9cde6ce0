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
	}
}

type link struct{ Title, Type, URL, Tooltip string }

type content struct {
	UID, Title, Description string
	Tags                    []string
	Links                   []link
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
	files, err := fs.Glob(Files, "*.json")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	dashboards := make(map[string]content)
	for _, file := range files {
		text, err := fs.ReadFile(Files, file)
		require.NoError(t, err)
		var c content
		require.NoError(t, json.Unmarshal(text, &c), file)
		dashboards[file] = c
	}
	return dashboards
}

// TestGenerated: the JSON is what the Go code makes.
func TestGenerated(t *testing.T) {
	folder := t.TempDir()
	output, err := exec.CommandContext(t.Context(), "go", "run", "./internal/generate", "-to", folder).CombinedOutput()
	require.NoError(t, err, string(output))
	made, err := filepath.Glob(filepath.Join(folder, "*.json"))
	require.NoError(t, err)
	require.Len(t, made, len(all(t)))
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
		ids, cells := make(map[int]bool), make(map[[2]int]string)
		for _, p := range d.Panels {
			t.Run(file+"/"+p.Title, func(t *testing.T) {
				assert.NotZero(t, p.ID)
				assert.False(t, ids[p.ID], "id %d twice", p.ID)
				ids[p.ID] = true
				assert.NotEmpty(t, p.Title)
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
				for _, q := range p.Targets {
					assert.Equal(t, source{"prometheus", "${datasource}"}, q.Datasource)
					assert.False(t, refs[q.RefID], "refId %s twice", q.RefID)
					refs[q.RefID] = true
					assert.Equal(t, p.Type == "table", q.Instant && q.Format == "table", "tables are of the end of the time range, all else over it")
					if p.Type == "timeseries" {
						assert.NotEmpty(t, q.LegendFormat, q.Expr)
					}
				}
			})
		}
	}
}

// values stand for what Grafana puts in the place of variables.
var values = strings.NewReplacer("$__rate_interval", "5m", "$__range", "7d", "$model", "m", "$version", "1", "$window", "24h", "$feature", "f",
	"${segment:raw}", `ml_segment_country="DE"`)

// withoutSegment is the same where nothing was entered.
var withoutSegment = strings.NewReplacer("${segment:raw}", "")

var labelValues = regexp.MustCompile(`^label_values\((.+), (\w+)\)$`)

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
	files, err := fs.Glob(rules.Files, "*")
	require.NoError(t, err)
	var names []string
	for _, file := range files {
		text, err := fs.ReadFile(rules.Files, file)
		require.NoError(t, err)
		var c struct {
			Groups []struct{ Rules []struct{ Record string } }
		}
		require.NoError(t, yaml.Unmarshal(text, &c))
		for _, group := range c.Groups {
			for _, r := range group.Rules {
				if r.Record != "" {
					names = append(names, r.Record)
				}
			}
		}
	}
	require.NotEmpty(t, names)
	return names
}
