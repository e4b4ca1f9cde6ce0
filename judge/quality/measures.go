package quality

import (
	"slices"

	"github.com/leeway-ml/leeway/profile"
)

// measure is one of those that the judge knows. Its name is the last part of its metric's name.
type measure struct {
	name string
	// of returns the measure's values: one, or one for each class, k or quantile.
	of func(s *subject, cfg *Config) []value
	// less is true where less is better.
	less bool
	// tolerance is how much worse than the reference is still good; where relative, as a share of the reference's value.
	// 0: the measure can't be judged, since it has no interval.
	tolerance float64
	relative  bool
	// tasks that have the measure.
	tasks []profile.Task
	// byClass is true where its values are of classes, keyed where they are of a k or a quantile.
	byClass, keyed bool
	// usual are the tasks whose default set has the measure, watched those where it gets an objective from the reference.
	usual, watched []profile.Task
}

// judged reports whether the measure can have an objective.
func (m *measure) judged() bool { return m.tolerance > 0 }

var (
	binary         = []profile.Task{profile.Binary}
	multiclass     = []profile.Task{profile.Multiclass}
	regression     = []profile.Task{profile.Regression}
	ranking        = []profile.Task{profile.Ranking}
	classification = []profile.Task{profile.Binary, profile.Multiclass}
)

// Half a tenth is what people call a few per cent worse: the least that somebody would be woken for.
const (
	fewPercent = 0.05
	tenth      = 0.1
)

var measures = []*measure{
	{name: "accuracy", of: accuracy, tasks: classification, tolerance: fewPercent, usual: classification, watched: classification},
	{name: "balanced_accuracy", of: balancedAccuracy, tasks: classification, tolerance: fewPercent, usual: multiclass},
	{name: "precision", of: precision, tasks: classification, byClass: true, tolerance: fewPercent, usual: classification},
	{name: "recall", of: recall, tasks: classification, byClass: true, tolerance: fewPercent, usual: classification},
	{name: "f1", of: f1, tasks: classification, byClass: true, tolerance: fewPercent, usual: classification, watched: classification},
	{name: "f_beta", of: fBeta, tasks: classification, byClass: true, tolerance: fewPercent},
	{name: "specificity", of: specificity, tasks: classification, byClass: true, tolerance: fewPercent},
	{name: "mcc", of: mcc, tasks: classification, tolerance: fewPercent, usual: classification},
	{name: "cohen_kappa", of: cohenKappa, tasks: classification, tolerance: fewPercent},
	{name: "roc_auc", of: rocAUC, tasks: classification, byClass: true, tolerance: fewPercent, usual: classification, watched: binary},
	{name: "average_precision", of: averagePrecision, tasks: classification, byClass: true, tolerance: fewPercent, usual: binary},
	{name: "gini", of: gini, tasks: classification, byClass: true, tolerance: tenth},
	{name: "ks_separation", of: ksSeparation, tasks: classification, byClass: true},
	{name: "log_loss", of: logLoss, tasks: classification, less: true, tolerance: tenth, relative: true, usual: classification},
	{name: "brier_score", of: brierScore, tasks: classification, less: true, tolerance: tenth, relative: true, usual: classification},
	{name: "top_k_accuracy", of: topK, tasks: classification, keyed: true, tolerance: fewPercent, usual: multiclass},
	{name: "positive_share", of: positiveShare, tasks: binary, usual: binary},

	{name: "rmse", of: rmse, tasks: regression, less: true, tolerance: tenth, relative: true, usual: regression, watched: regression},
	{name: "mae", of: mae, tasks: regression, less: true, tolerance: tenth, relative: true, usual: regression, watched: regression},
	{name: "median_absolute_error", of: medianAbsoluteError, tasks: regression, less: true, tolerance: tenth, relative: true, usual: regression},
	{name: "mape", of: mape, tasks: regression, less: true, usual: regression},
	{name: "smape", of: smape, tasks: regression, less: true},
	{name: "r2", of: r2, tasks: regression, usual: regression},
	{name: "mean_error", of: meanError, tasks: regression, usual: regression},
	{name: "pinball_loss", of: pinballLoss, tasks: regression, keyed: true, less: true, tolerance: tenth, relative: true},

	{name: "ndcg", of: ndcg, tasks: ranking, keyed: true, tolerance: fewPercent, usual: ranking, watched: ranking},
	{name: "mrr", of: mrr, tasks: ranking, tolerance: fewPercent, usual: ranking},
	{name: "hit_rate", of: hitRate, tasks: ranking, keyed: true, tolerance: fewPercent, usual: ranking},
}

// Statistics lists the names that the configuration's `statistics` takes.
func Statistics() []string {
	names := make([]string, len(measures))
	for i, m := range measures {
		names[i] = m.name
	}
	return names
}

// Judged lists the names of the measures that can have an objective.
func Judged() []string {
	var names []string
	for _, m := range measures {
		if m.judged() {
			names = append(names, m.name)
		}
	}
	return names
}

func find(name string) *measure {
	for _, m := range measures {
		if m.name == name {
			return m
		}
	}
	return nil
}

// wanted are the measures to publish for a task: those chosen, and those that have an objective.
func (j *Judge) wanted(task profile.Task, objectives map[string]objective) []*measure {
	var chosen []*measure
	for _, m := range measures {
		_, judged := objectives[m.name]
		if j.everything || judged || slices.Contains(j.cfg.Statistics, m.name) ||
			len(j.cfg.Statistics) == 0 && slices.Contains(m.usual, task) {
			chosen = append(chosen, m)
		}
	}
	return chosen
}
