package localprometheusexporter

import (
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path"
	"slices"
	"strings"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/model/rulefmt"
	"github.com/prometheus/prometheus/promql/parser"
	promrules "github.com/prometheus/prometheus/rules"

	"github.com/leeway-ml/leeway/rules"
)

const (
	rulePattern = "*.rules.yaml"
	fleetRules  = "fleet.rules.yaml"
)

// ruleFiles reads rule files: those of the directory, or the built-in ones. It is a rules.GroupLoader.
type ruleFiles struct {
	files     fs.FS
	directory string // "" for the built-in ones
	fleet     bool
	parser    parser.Parser
	log       *slog.Logger
}

var _ promrules.GroupLoader = (*ruleFiles)(nil)

func newRuleFiles(config RulesConfig, log *slog.Logger) *ruleFiles {
	r := &ruleFiles{files: rules.Files, directory: config.Directory, fleet: config.Fleet, parser: parser.NewParser(parser.Options{}), log: log}
	if config.Directory != "" {
		r.files, r.fleet = os.DirFS(config.Directory), true
	}
	return r
}

// list are the files' names.
func (r *ruleFiles) list() ([]string, error) {
	found, err := fs.Glob(r.files, rulePattern)
	if err != nil {
		return nil, err
	}
	if !r.fleet {
		found = slices.DeleteFunc(found, func(file string) bool { return file == fleetRules })
	}
	if len(found) == 0 {
		return nil, fmt.Errorf("rules: directory: %q has no %s files", r.directory, rulePattern)
	}
	return found, nil
}

// Load reads a file. Its errors name file and line.
func (r *ruleFiles) Load(file string, ignoreUnknown bool, scheme model.ValidationScheme) (*rulefmt.RuleGroups, []error) {
	name := path.Join(r.directory, file)
	content, err := fs.ReadFile(r.files, file)
	if err != nil {
		return nil, []error{err}
	}
	groups, errs := rulefmt.Parse(content, ignoreUnknown, scheme, r.parser, r.log)
	for i, err := range errs {
		errs[i] = fmt.Errorf("%s:%w", name, located(err))
	}
	return groups, errs
}

// located is the error with its line first, without a blank, as in 3:11: ...
func located(err error) error {
	return errors.New(strings.TrimPrefix(err.Error(), " "))
}

// Parse reads an expression.
func (r *ruleFiles) Parse(query string) (parser.Expr, error) { return r.parser.ParseExpr(query) }

// ordered puts groups that record something before those that ask for it, so that at each step of a replay it is there.
func ordered(groups []*promrules.Group) []*promrules.Group {
	var inOrder []*promrules.Group
	for rest := slices.Clone(groups); len(rest) > 0; {
		next := max(0, slices.IndexFunc(rest, func(g *promrules.Group) bool {
			wanted := asksFor(g)
			return !slices.ContainsFunc(rest, func(other *promrules.Group) bool {
				return other != g && slices.ContainsFunc(other.Rules(), func(r promrules.Rule) bool { return wanted[r.Name()] })
			})
		}))
		inOrder = append(inOrder, rest[next])
		rest = slices.Delete(rest, next, next+1)
	}
	return inOrder
}

// asksFor are the names of the metrics that a group's expressions name.
func asksFor(group *promrules.Group) map[string]bool {
	names := make(map[string]bool)
	for _, rule := range group.Rules() {
		parser.Inspect(rule.Query(), func(node parser.Node, _ []parser.Node) error {
			if selector, ok := node.(*parser.VectorSelector); ok {
				names[selector.Name] = true
			}
			return nil
		})
	}
	return names
}

// ofCollectors says whether the rules of a group are about collectors, not about models: whether all the metrics that they ask
// for, but for those that they record, are a collector's own. Such metrics are of the wall clock.
func ofCollectors(group *promrules.Group) bool {
	recorded := make(map[string]bool)
	for _, rule := range group.Rules() {
		recorded[rule.Name()] = true
	}
	var collectors, others int
	for _, rule := range group.Rules() {
		parser.Inspect(rule.Query(), func(node parser.Node, _ []parser.Node) error {
			selector, ok := node.(*parser.VectorSelector)
			switch {
			case !ok || recorded[selector.Name]:
			case ownMetric(selector):
				collectors++
			default:
				others++
			}
			return nil
		})
	}
	return collectors > 0 && others == 0
}

func ownMetric(selector *parser.VectorSelector) bool {
	for _, m := range selector.LabelMatchers {
		if m.Name == model.MetricNameLabel {
			return m.Type == labels.MatchEqual && (m.Value == "up" || strings.HasPrefix(m.Value, "otelcol_"))
		}
	}
	return false
}
