package estimate

import (
	"math"

	"github.com/leeway-ml/leeway/stats/estimate"
)

// classification is a measure of one class, the positive one of a binary task. In a multiclass task it is the mean over the classes,
// each against the rest.
type classification struct {
	name        string
	of          func(*estimate.Expected) estimate.Value
	least, most float64
	usual       bool // in the default set
	binaryOnly  bool
	// byClass is true where the measure is of a class, as ml.class says: the positive one, or all of them on average.
	byClass bool
}

// macro is the average over the classes, as a value of ml.class.
const macro = "macro"

// classifications in the order they are published in.
var classifications = []classification{
	{name: "accuracy", of: (*estimate.Expected).Accuracy, most: 1, usual: true},
	{name: "precision", of: (*estimate.Expected).Precision, most: 1, byClass: true},
	{name: "recall", of: (*estimate.Expected).Recall, most: 1, byClass: true},
	{name: "specificity", of: (*estimate.Expected).Specificity, most: 1, byClass: true},
	{name: "f1", of: (*estimate.Expected).F1, most: 1, usual: true, byClass: true},
	{name: "roc_auc", of: (*estimate.Expected).ROCAUC, most: 1, usual: true, byClass: true},
	{name: "average_precision", of: (*estimate.Expected).AveragePrecision, most: 1, byClass: true},
	{name: "log_loss", of: (*estimate.Expected).LogLoss, most: math.Inf(1), binaryOnly: true},
	{name: "brier_score", of: (*estimate.Expected).BrierScore, most: 1, binaryOnly: true},
	{name: "positive_share", of: (*estimate.Expected).PositiveShare, most: 1, binaryOnly: true},
}

// regression is a measure of a regression; all are in the default set.
type regression struct {
	name string
	of   func(l *estimate.Losses, counts []float64) estimate.Value
}

var regressions = []regression{
	{"mae", (*estimate.Losses).MAE},
	{"rmse", (*estimate.Losses).RMSE},
}

// Statistics lists what can be estimated.
func Statistics() []string {
	var names []string
	for _, c := range classifications {
		names = append(names, c.name)
	}
	for _, r := range regressions {
		names = append(names, r.name)
	}
	return names
}
