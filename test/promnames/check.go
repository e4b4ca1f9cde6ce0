package promnames

import (
	"fmt"
	"slices"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql/parser"
)

// Check says what is wrong with an expression: that it can't be parsed, or asks for metrics or labels that nobody sends.
// Labels that the expression makes itself, by label_replace or label_join, are known to it.
func (n *Names) Check(expression string) []error {
	expr, err := parser.NewParser(parser.Options{}).ParseExpr(expression)
	if err != nil {
		return []error{err}
	}
	made := labelsMade(expr)
	var errs []error
	label := func(names ...string) {
		for _, name := range names {
			if !n.hasLabel(name) && !slices.Contains(made, name) {
				errs = append(errs, fmt.Errorf("no metric of ours has the label %s", name))
			}
		}
	}
	parser.Inspect(expr, func(node parser.Node, _ []parser.Node) error {
		switch node := node.(type) {
		case *parser.VectorSelector:
			for _, m := range node.LabelMatchers {
				if m.Name != model.MetricNameLabel {
					label(m.Name)
				}
			}
			if asked := ofName(node.LabelMatchers); len(n.matching(asked)) == 0 {
				errs = append(errs, fmt.Errorf("no metric is called %s", asked[0].Value))
			}
		case *parser.AggregateExpr:
			label(node.Grouping...)
		case *parser.BinaryExpr:
			if node.VectorMatching != nil {
				label(node.VectorMatching.MatchingLabels...)
				label(node.VectorMatching.Include...)
			}
		}
		return nil
	})
	return errs
}

// ofName are a selector's matchers of the metric's name: what it is called, and what it is not.
func ofName(matchers []*labels.Matcher) []*labels.Matcher {
	var of []*labels.Matcher
	for _, m := range matchers {
		if m.Name == model.MetricNameLabel {
			of = append(of, m)
		}
	}
	return of
}

func (n *Names) matching(all []*labels.Matcher) []string {
	var matching []string
	for name := range n.metrics {
		if !slices.ContainsFunc(all, func(m *labels.Matcher) bool { return !m.Matches(name) }) {
			matching = append(matching, name)
		}
	}
	return matching
}

// Used are the metrics that an expression asks for.
func (n *Names) Used(expression string) ([]string, error) {
	expr, err := parser.NewParser(parser.Options{}).ParseExpr(expression)
	if err != nil {
		return nil, err
	}
	var used []string
	for _, matchers := range parser.ExtractSelectors(expr) {
		used = append(used, n.matching(ofName(matchers))...)
	}
	return used, nil
}

// labelsMade are the labels that label_replace and label_join write in the expression.
func labelsMade(expr parser.Expr) []string {
	var made []string
	parser.Inspect(expr, func(node parser.Node, _ []parser.Node) error {
		if call, ok := node.(*parser.Call); ok && (call.Func.Name == "label_replace" || call.Func.Name == "label_join") {
			if name, ok := call.Args[1].(*parser.StringLiteral); ok {
				made = append(made, name.Val)
			}
		}
		return nil
	})
	return made
}
