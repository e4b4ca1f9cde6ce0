package rules

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/promql/parser"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	"github.com/leeway-ml/leeway/dashboards"
	"github.com/leeway-ml/leeway/test/leewaytest"
	"github.com/leeway-ml/leeway/test/promnames"
)

type rule struct {
	Record, Alert, Expr string
	For                 string
	KeepFiringFor       string `yaml:"keep_firing_for"`
	Labels, Annotations map[string]string
}

func (r *rule) name() string { return r.Record + r.Alert }

// all are the rules of all files, by file.
func all(t *testing.T) map[string][]rule {
	files, err := fs.Glob(Files, "*")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	rules := make(map[string][]rule)
	for _, file := range files {
		text, err := fs.ReadFile(Files, file)
		require.NoError(t, err)
		var content struct {
			Groups []struct {
				Name, Interval string
				Rules          []rule
			}
		}
		decoder := yaml.NewDecoder(strings.NewReader(string(text)))
		decoder.KnownFields(true)
		require.NoError(t, decoder.Decode(&content), file)
		for _, group := range content.Groups {
			rules[file] = append(rules[file], group.Rules...)
		}
	}
	return rules
}

func alerts(t *testing.T) []rule {
	var found []rule
	for _, rules := range all(t) {
		for _, r := range rules {
			if r.Alert != "" {
				found = append(found, r)
			}
		}
	}
	require.NotEmpty(t, found)
	return found
}

// TestNames: every metric and label that an expression asks for is one that a component sends or another rule records.
func TestNames(t *testing.T) {
	names := promnames.Exported(t)
	for _, rules := range all(t) {
		for _, r := range rules {
			if r.Record != "" {
				names.Add(r.Record)
			}
		}
	}
	for file, rules := range all(t) {
		for _, r := range rules {
			expressions := append([]string{r.Expr}, queries(t, r.Annotations["description"])...)
			for _, expression := range expressions {
				for _, err := range names.Check(expression) {
					t.Errorf("%s, %s: %v", file, r.name(), err)
				}
			}
		}
	}
}

var placeholders = strings.NewReplacer(`\"`, `"`, "%q", `"x"`, ",%s}", "}", "{%s}", "", "_%s", "_accuracy")

var printed = regexp.MustCompile(`printf "((?:[^"\\]|\\.)*\{(?:[^"\\]|\\.)*)"`)

// queries are the expressions that a description runs, as in {{ range printf "ml_model_info{ml_model_name=%q}" ... | query }}
// or {{ range printf "ml_quality_%s_lower{%s}" ... | query }}: of some measure, and of the alert's own labels.
func queries(t *testing.T, description string) []string {
	var found []string
	for _, m := range printed.FindAllStringSubmatch(description, -1) {
		found = append(found, placeholders.Replace(m[1]))
	}
	require.Len(t, found, strings.Count(description, "| query"), "a query that this test does not see: %s", description)
	return found
}

func TestAlerts(t *testing.T) {
	root := leewaytest.Repository(t)
	doc := guide(t)
	seen := make(map[string]bool)
	for _, r := range alerts(t) {
		t.Run(r.Alert, func(t *testing.T) {
			assert.Regexp(t, `^Leeway[A-Z][A-Za-z]+$`, r.Alert)
			assert.False(t, seen[r.Alert], "two alerts of that name")
			seen[r.Alert] = true
			assert.Contains(t, []string{"critical", "warning", "info"}, r.Labels["severity"])
			assert.Contains(t, []string{"drift", "quality", "calibration", "labels", "data_quality", "traffic", "latency", "version", "telemetry", "reference", "pipeline"}, r.Labels["signal"])
			assert.Len(t, r.Labels, 2, "labels that routing does not know")
			keep, err := model.ParseDuration(r.KeepFiringFor)
			require.NoError(t, err, "keep_firing_for")
			assert.Positive(t, keep)

			assert.NotEmpty(t, r.Annotations["summary"])
			assert.Contains(t, r.Annotations["description"], "Check first", "what to look at")
			for key, text := range r.Annotations {
				assert.NotContains(t, text, "  ", key)
				assert.Equal(t, strings.TrimSpace(text), text, key)
			}
			page := "docs/runbooks/" + r.Alert + ".md"
			assert.Equal(t, "https://github.com/leeway-ml/leeway/blob/main/"+page, r.Annotations["runbook_url"])
			checkDashboard(t, r.Annotations["dashboard_url"])
			assert.Contains(t, doc, fmt.Sprintf("\n| [%s](runbooks/%s.md) | %s | %s | ", r.Alert, r.Alert, r.Labels["severity"], r.Labels["signal"]), "docs/alerts.md")
			text, err := os.ReadFile(filepath.Join(root, page))
			require.NoError(t, err, "each alert has a runbook")
			assert.True(t, strings.HasPrefix(string(text), "# "+r.Alert+"\n"), "%s: its heading is the alert's name", page)
		})
	}
}

// guide is docs/alerts.md.
func guide(t *testing.T) string {
	text, err := os.ReadFile(filepath.Join(leewaytest.Repository(t), "docs", "alerts.md"))
	require.NoError(t, err)
	return string(text)
}

var (
	dashboardURL = regexp.MustCompile(`^/d/leeway-([a-z-]+)(?:\?(.+))?$`)
	variable     = regexp.MustCompile(`^var-([a-z]+)=(?:\{\{ \$labels\.[a-z_]+ \| urlquery \}\}|\w+)$`)
)

// checkDashboard: there is a dashboard of that uid, and it has the variables that the link sets.
func checkDashboard(t *testing.T, url string) {
	parts := dashboardURL.FindStringSubmatch(url)
	require.NotNil(t, parts, "dashboard_url: %s", url)
	text, err := dashboards.Files.ReadFile(parts[1] + ".json")
	require.NoError(t, err, "dashboard_url: %s", url)
	var dashboard struct {
		UID        string
		Templating struct{ List []struct{ Name string } }
	}
	require.NoError(t, json.Unmarshal(text, &dashboard))
	assert.Equal(t, "leeway-"+parts[1], dashboard.UID)
	if parts[2] == "" {
		return
	}
	for _, set := range strings.Split(parts[2], "&") {
		name := variable.FindStringSubmatch(set)
		require.NotNil(t, name, set)
		assert.Contains(t, dashboard.Templating.List, struct{ Name string }{name[1]}, "%s: no such variable", url)
	}
}

// TestRunbooks: each page is an alert's, has the same parts, and its queries ask for what exists.
func TestRunbooks(t *testing.T) {
	names := promnames.Exported(t)
	existing := make(map[string]bool)
	for _, rules := range all(t) {
		for _, r := range rules {
			existing[r.Alert] = true
			if r.Record != "" {
				names.Add(r.Record)
			}
		}
	}
	pages, err := filepath.Glob(filepath.Join(leewaytest.Repository(t), "docs", "runbooks", "*.md"))
	require.NoError(t, err)
	require.NotEmpty(t, pages)
	for _, page := range pages {
		name := strings.TrimSuffix(filepath.Base(page), ".md")
		t.Run(name, func(t *testing.T) {
			assert.True(t, existing[name], "no alert has that name")
			content, err := os.ReadFile(page)
			require.NoError(t, err)
			text := string(content)
			for _, part := range []string{"\n## What it means\n", "\n## Look at\n", "\n## Usual causes\n", "\n## What to do\n"} {
				assert.Contains(t, text, part)
			}
			blocks := regexp.MustCompile("(?s)```promql\n(.+?)```").FindAllStringSubmatch(text, -1)
			assert.NotEmpty(t, blocks, "queries to run")
			for _, block := range blocks {
				for _, expression := range strings.Split(strings.TrimSpace(block[1]), "\n\n") {
					for _, err := range names.Check(expression) {
						t.Errorf("%s: %v", expression, err)
					}
				}
			}
		})
	}
}

// TestLimits: limits are recorded once, used, and no other expression compares with a number of its own. 0 and 1 say whether
// something is so at all.
func TestLimits(t *testing.T) {
	limits := make(map[string]int)
	for _, rules := range all(t) {
		for _, r := range rules {
			if strings.HasPrefix(r.Record, "leeway:") {
				assert.Regexp(t, `^leeway:[a-z0-9_]+:(limit|floor)$`, r.Record)
				_, twice := limits[r.Record]
				assert.False(t, twice, "%s is recorded twice", r.Record)
				limits[r.Record] = 0
			}
		}
	}
	for file, rules := range all(t) {
		for _, r := range rules {
			expr, err := parser.NewParser(parser.Options{}).ParseExpr(r.Expr)
			require.NoError(t, err, r.name())
			parser.Inspect(expr, func(node parser.Node, _ []parser.Node) error {
				switch node := node.(type) {
				case *parser.VectorSelector:
					if _, ok := limits[node.Name]; ok {
						limits[node.Name]++
					}
				case *parser.BinaryExpr:
					for _, side := range []parser.Expr{node.LHS, node.RHS} {
						if number, ok := side.(*parser.NumberLiteral); ok && node.Op.IsComparisonOperator() && number.Val != 0 && number.Val != 1 {
							t.Errorf("%s, %s: compares with %s; record it as a limit", file, r.name(), strconv.FormatFloat(number.Val, 'g', -1, 64))
						}
					}
				}
				return nil
			})
		}
	}
	doc := guide(t)
	for name, uses := range limits {
		assert.Contains(t, doc, "`"+name+"`", "docs/alerts.md")
		assert.Positive(t, uses, "%s is used by no rule", name)
	}
}

// TestUnitTests: promtool tests each file's rules, and each alert by one case that fires and one that does not. That they
// hold is seen where promtool is: TestPromtool.
func TestUnitTests(t *testing.T) {
	fires, silent := make(map[string]bool), make(map[string]bool)
	files, err := filepath.Glob("*_test.yaml")
	require.NoError(t, err)
	tested := make(map[string]bool)
	for _, file := range files {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		var content struct {
			RuleFiles []string `yaml:"rule_files"`
			Tests     []struct {
				Alerts []struct {
					Name     string `yaml:"alertname"`
					Expected []any  `yaml:"exp_alerts"`
				} `yaml:"alert_rule_test"`
			}
		}
		require.NoError(t, yaml.Unmarshal(text, &content))
		require.Len(t, content.RuleFiles, 1)
		assert.True(t, strings.HasPrefix(file, strings.TrimSuffix(content.RuleFiles[0], ".rules.yaml")+"_"), "%s tests %s", file, content.RuleFiles[0])
		tested[content.RuleFiles[0]] = true
		for _, test := range content.Tests {
			for _, a := range test.Alerts {
				if len(a.Expected) > 0 {
					fires[a.Name] = true
				} else {
					silent[a.Name] = true
				}
			}
		}
	}
	for file := range all(t) {
		assert.True(t, tested[file], "%s has no unit tests", file)
	}
	for _, r := range alerts(t) {
		assert.True(t, fires[r.Alert], "no unit test makes %s fire", r.Alert)
		assert.True(t, silent[r.Alert], "no unit test keeps %s silent", r.Alert)
	}
}
