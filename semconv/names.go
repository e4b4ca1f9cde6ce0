// Code generated from registry.yaml. DO NOT EDIT.

package semconv

// Attributes. Those that end in Prefix are completed by a name: AttrInputPrefix + "amount".
const (
	AttrModelName                   = "ml.model.name"
	AttrModelVersion                = "ml.model.version"
	AttrTaskType                    = "ml.task.type"
	AttrPredictionID                = "ml.prediction.id"
	AttrInputPrefix                 = "ml.input."
	AttrInputs                      = "ml.inputs"
	AttrAttributionPrefix           = "ml.attribution."
	AttrPredictionClass             = "ml.prediction.class"
	AttrPredictionScore             = "ml.prediction.score"
	AttrPredictionCalibratedScore   = "ml.prediction.calibrated_score"
	AttrPredictionProbabilityPrefix = "ml.prediction.probability."
	AttrPredictionValue             = "ml.prediction.value"
	AttrPredictionDuration          = "ml.prediction.duration"
	AttrGroundTruthClass            = "ml.ground_truth.class"
	AttrGroundTruthValue            = "ml.ground_truth.value"
	AttrFeedbackName                = "ml.feedback.name"
	AttrFeedbackScoreValue          = "ml.feedback.score.value"
	AttrFeedbackScoreLabel          = "ml.feedback.score.label"
	AttrExperimentName              = "ml.experiment.name"
	AttrExperimentVariant           = "ml.experiment.variant"
	AttrTrainingRunID               = "ml.training.run.id"
	AttrTrainingDatasetID           = "ml.training.dataset.id"
	AttrFeatureName                 = "ml.feature.name"
	AttrFeatureCategory             = "ml.feature.category"
	AttrInvalidReason               = "ml.invalid.reason"
	AttrClass                       = "ml.class"
	AttrWindow                      = "ml.window"
	AttrSegmentPrefix               = "ml.segment."
	AttrDriftStatistic              = "ml.drift.statistic"
	AttrQuantile                    = "ml.quantile"
	AttrSubject                     = "ml.subject"
	AttrProfileID                   = "ml.profile.id"
	AttrProfileRhythm               = "ml.profile.rhythm"
	AttrBinIndex                    = "ml.bin.index"
	AttrBinRange                    = "ml.bin.range"
)

// Names of events.
const (
	EventPrediction   = "ml.prediction"
	EventGroundTruth  = "ml.ground_truth"
	EventFeedback     = "ml.feedback"
	EventOutcome      = "ml.outcome"
	EventConceptDrift = "ml.concept_drift"
	EventAlert        = "ml.alert"
	EventAction       = "ml.action"
)

// Names of metrics. Drift statistics are named by Drift.
const (
	MetricFeatureValue                    = "ml.feature.value"
	MetricFeatureCategories               = "ml.feature.categories"
	MetricFeatureInvalid                  = "ml.feature.invalid"
	MetricAttributionValue                = "ml.attribution.value"
	MetricPredictions                     = "ml.predictions"
	MetricPredictionScore                 = "ml.prediction.score"
	MetricPredictionOdds                  = "ml.prediction.odds"
	MetricPredictionValue                 = "ml.prediction.value"
	MetricPredictionDuration              = "ml.prediction.duration"
	MetricOutcomes                        = "ml.outcomes"
	MetricGroundTruthValue                = "ml.ground_truth.value"
	MetricModelDriftShare                 = "ml.model.drift.share"
	MetricFeatureMean                     = "ml.feature.mean"
	MetricFeatureMeanReference            = "ml.feature.mean_reference"
	MetricFeatureQuantile                 = "ml.feature.quantile"
	MetricFeatureQuantileReference        = "ml.feature.quantile_reference"
	MetricFeatureMissingShare             = "ml.feature.missing_share"
	MetricFeatureMissingShareReference    = "ml.feature.missing_share_reference"
	MetricFeatureMissingShareThreshold    = "ml.feature.missing_share_threshold"
	MetricFeatureOutOfRangeShare          = "ml.feature.out_of_range_share"
	MetricFeatureOutOfRangeShareReference = "ml.feature.out_of_range_share_reference"
	MetricFeatureOutOfRangeShareThreshold = "ml.feature.out_of_range_share_threshold"
	MetricFeatureUnseenShare              = "ml.feature.unseen_share"
	MetricFeatureUnseenShareReference     = "ml.feature.unseen_share_reference"
	MetricFeatureUnseenShareThreshold     = "ml.feature.unseen_share_threshold"
	MetricStatisticsSamples               = "ml.statistics.samples"
	MetricStatisticsCoverage              = "ml.statistics.coverage"
	MetricModelInfo                       = "ml.model.info"
	MetricProfileAge                      = "ml.profile.age"
	MetricFeatureBins                     = "ml.feature.bins"
	MetricPredictionBins                  = "ml.prediction.bins"
	MetricAttributionBins                 = "ml.attribution.bins"
	MetricFeatureReferenceShare           = "ml.feature.reference_share"
	MetricPredictionReferenceShare        = "ml.prediction.reference_share"
)

// Subjects are what drift statistics are about.
var Subjects = []string{"feature", "prediction", "ground_truth", "attribution"}

var metrics = map[string]Metric{
	"ml.feature.value":                         {Name: "ml.feature.value", Kind: "summary", Instrument: "histogram", Unit: "", Description: "Values of a numeric feature. Explicit bounds = the profile's bins; exponential without a profile.", Attributes: []string{"ml.feature.name"}},
	"ml.feature.categories":                    {Name: "ml.feature.categories", Kind: "summary", Instrument: "sum", Unit: "{observation}", Description: "Observations of each category of a feature.", Attributes: []string{"ml.feature.name", "ml.feature.category"}},
	"ml.feature.invalid":                       {Name: "ml.feature.invalid", Kind: "summary", Instrument: "sum", Unit: "{observation}", Description: "Inputs that were missing, of the wrong type, not finite, out of the reference's range or of an unseen category.", Attributes: []string{"ml.feature.name", "ml.invalid.reason"}},
	"ml.attribution.value":                     {Name: "ml.attribution.value", Kind: "summary", Instrument: "histogram", Unit: "", Description: "Attribution of a feature.", Attributes: []string{"ml.feature.name"}},
	"ml.predictions":                           {Name: "ml.predictions", Kind: "summary", Instrument: "sum", Unit: "{prediction}", Description: "Predictions, by predicted class where there is one.", Attributes: []string{"ml.prediction.class"}},
	"ml.prediction.score":                      {Name: "ml.prediction.score", Kind: "summary", Instrument: "histogram", Unit: "", Description: "Scores. The profile's bins; without one, steps of 0.02.", Attributes: []string{"ml.class"}},
	"ml.prediction.odds":                       {Name: "ml.prediction.odds", Kind: "summary", Instrument: "histogram", Unit: "", Description: "Scores as odds, score / (1 - score), clipped to [1e-9, 1 - 1e-9]; an exponential histogram of at most 640 buckets.", Attributes: []string{"ml.class"}},
	"ml.prediction.value":                      {Name: "ml.prediction.value", Kind: "summary", Instrument: "histogram", Unit: "", Description: "Values predicted by a regression.", Attributes: []string{}},
	"ml.prediction.duration":                   {Name: "ml.prediction.duration", Kind: "summary", Instrument: "histogram", Unit: "s", Description: "Time to infer.", Attributes: []string{}},
	"ml.outcomes":                              {Name: "ml.outcomes", Kind: "summary", Instrument: "sum", Unit: "{outcome}", Description: "Predictions whose ground truth is known: the confusion matrix.", Attributes: []string{"ml.prediction.class", "ml.ground_truth.class"}},
	"ml.ground_truth.value":                    {Name: "ml.ground_truth.value", Kind: "summary", Instrument: "histogram", Unit: "", Description: "True values of what a regression predicts.", Attributes: []string{}},
	"ml.feature.drift.psi":                     {Name: "ml.feature.drift.psi", Kind: "statistic", Instrument: "gauge", Unit: "", Description: "Population stability index against the reference; 0 = as the reference.", Attributes: []string{"ml.feature.name"}},
	"ml.prediction.drift.psi":                  {Name: "ml.prediction.drift.psi", Kind: "statistic", Instrument: "gauge", Unit: "", Description: "Population stability index against the reference; 0 = as the reference.", Attributes: []string(nil)},
	"ml.ground_truth.drift.psi":                {Name: "ml.ground_truth.drift.psi", Kind: "statistic", Instrument: "gauge", Unit: "", Description: "Population stability index against the reference; 0 = as the reference.", Attributes: []string(nil)},
	"ml.attribution.drift.psi":                 {Name: "ml.attribution.drift.psi", Kind: "statistic", Instrument: "gauge", Unit: "", Description: "Population stability index against the reference; 0 = as the reference.", Attributes: []string{"ml.feature.name"}},
	"ml.feature.drift.kl":                      {Name: "ml.feature.drift.kl", Kind: "statistic", Instrument: "gauge", Unit: "", Description: "Kullback-Leibler divergence of the current distribution from the reference, in nats.", Attributes: []string{"ml.feature.name"}},
	"ml.prediction.drift.kl":                   {Name: "ml.prediction.drift.kl", Kind: "statistic", Instrument: "gauge", Unit: "", Description: "Kullback-Leibler divergence of the current distribution from the reference, in nats.", Attributes: []string(nil)},
	"ml.ground_truth.drift.kl":                 {Name: "ml.ground_truth.drift.kl", Kind: "statistic", Instrument: "gauge", Unit: "", Description: "Kullback-Leibler divergence of the current distribution from the reference, in nats.", Attributes: []string(nil)},
	"ml.attribution.drift.kl":                  {Name: "ml.attribution.drift.kl", Kind: "statistic", Instrument: "gauge", Unit: "", Description: "Kullback-Leibler divergence of the current distribution from the reference, in nats.", Attributes: []string{"ml.feature.name"}},
	"ml.feature.drift.js_distance":             {Name: "ml.feature.drift.js_distance", Kind: "statistic", Instrument: "gauge", Unit: "", Description: "Jensen-Shannon distance (base 2), 0..1.", Attributes: []string{"ml.feature.name"}},
	"ml.prediction.drift.js_distance":          {Name: "ml.prediction.drift.js_distance", Kind: "statistic", Instrument: "gauge", Unit: "", Description: "Jensen-Shannon distance (base 2), 0..1.", Attributes: []string(nil)},
	"ml.ground_truth.drift.js_distance":        {Name: "ml.ground_truth.drift.js_distance", Kind: "statistic", Instrument: "gauge", Unit: "", Description: "Jensen-Shannon distance (base 2), 0..1.", Attributes: []string(nil)},
	"ml.attribution.drift.js_distance":         {Name: "ml.attribution.drift.js_distance", Kind: "statistic", Instrument: "gauge", Unit: "", Description: "Jensen-Shannon distance (base 2), 0..1.", Attributes: []string{"ml.feature.name"}},
	"ml.feature.drift.hellinger":               {Name: "ml.feature.drift.hellinger", Kind: "statistic", Instrument: "gauge", Unit: "", Description: "Hellinger distance, 0..1.", Attributes: []string{"ml.feature.name"}},
	"ml.prediction.drift.hellinger":            {Name: "ml.prediction.drift.hellinger", Kind: "statistic", Instrument: "gauge", Unit: "", Description: "Hellinger distance, 0..1.", Attributes: []string(nil)},
	"ml.ground_truth.drift.hellinger":          {Name: "ml.ground_truth.drift.hellinger", Kind: "statistic", Instrument: "gauge", Unit: "", Description: "Hellinger distance, 0..1.", Attributes: []string(nil)},
	"ml.attribution.drift.hellinger":           {Name: "ml.attribution.drift.hellinger", Kind: "statistic", Instrument: "gauge", Unit: "", Description: "Hellinger distance, 0..1.", Attributes: []string{"ml.feature.name"}},
	"ml.feature.drift.total_variation":         {Name: "ml.feature.drift.total_variation", Kind: "statistic", Instrument: "gauge", Unit: "", Description: "Total variation distance, 0..1.", Attributes: []string{"ml.feature.name"}},
	"ml.prediction.drift.total_variation":      {Name: "ml.prediction.drift.total_variation", Kind: "statistic", Instrument: "gauge", Unit: "", Description: "Total variation distance, 0..1.", Attributes: []string(nil)},
	"ml.ground_truth.drift.total_variation":    {Name: "ml.ground_truth.drift.total_variation", Kind: "statistic", Instrument: "gauge", Unit: "", Description: "Total variation distance, 0..1.", Attributes: []string(nil)},
	"ml.attribution.drift.total_variation":     {Name: "ml.attribution.drift.total_variation", Kind: "statistic", Instrument: "gauge", Unit: "", Description: "Total variation distance, 0..1.", Attributes: []string{"ml.feature.name"}},
	"ml.feature.drift.l_infinity":              {Name: "ml.feature.drift.l_infinity", Kind: "statistic", Instrument: "gauge", Unit: "", Description: "Greatest difference of a bin's share, 0..1.", Attributes: []string{"ml.feature.name"}},
	"ml.prediction.drift.l_infinity":           {Name: "ml.prediction.drift.l_infinity", Kind: "statistic", Instrument: "gauge", Unit: "", Description: "Greatest difference of a bin's share, 0..1.", Attributes: []string(nil)},
	"ml.ground_truth.drift.l_infinity":         {Name: "ml.ground_truth.drift.l_infinity", Kind: "statistic", Instrument: "gauge", Unit: "", Description: "Greatest difference of a bin's share, 0..1.", Attributes: []string(nil)},
	"ml.attribution.drift.l_infinity":          {Name: "ml.attribution.drift.l_infinity", Kind: "statistic", Instrument: "gauge", Unit: "", Description: "Greatest difference of a bin's share, 0..1.", Attributes: []string{"ml.feature.name"}},
	"ml.feature.drift.ks_statistic":            {Name: "ml.feature.drift.ks_statistic", Kind: "statistic", Instrument: "gauge", Unit: "", Description: "Kolmogorov-Smirnov statistic at the bins' edges, 0..1.", Attributes: []string{"ml.feature.name"}},
	"ml.prediction.drift.ks_statistic":         {Name: "ml.prediction.drift.ks_statistic", Kind: "statistic", Instrument: "gauge", Unit: "", Description: "Kolmogorov-Smirnov statistic at the bins' edges, 0..1.", Attributes: []string(nil)},
	"ml.ground_truth.drift.ks_statistic":       {Name: "ml.ground_truth.drift.ks_statistic", Kind: "statistic", Instrument: "gauge", Unit: "", Description: "Kolmogorov-Smirnov statistic at the bins' edges, 0..1.", Attributes: []string(nil)},
	"ml.attribution.drift.ks_statistic":        {Name: "ml.attribution.drift.ks_statistic", Kind: "statistic", Instrument: "gauge", Unit: "", Description: "Kolmogorov-Smirnov statistic at the bins' edges, 0..1.", Attributes: []string{"ml.feature.name"}},
	"ml.feature.drift.wasserstein":             {Name: "ml.feature.drift.wasserstein", Kind: "statistic", Instrument: "gauge", Unit: "", Description: "1-Wasserstein distance divided by the reference's standard deviation.", Attributes: []string{"ml.feature.name"}},
	"ml.prediction.drift.wasserstein":          {Name: "ml.prediction.drift.wasserstein", Kind: "statistic", Instrument: "gauge", Unit: "", Description: "1-Wasserstein distance divided by the reference's standard deviation.", Attributes: []string(nil)},
	"ml.ground_truth.drift.wasserstein":        {Name: "ml.ground_truth.drift.wasserstein", Kind: "statistic", Instrument: "gauge", Unit: "", Description: "1-Wasserstein distance divided by the reference's standard deviation.", Attributes: []string(nil)},
	"ml.attribution.drift.wasserstein":         {Name: "ml.attribution.drift.wasserstein", Kind: "statistic", Instrument: "gauge", Unit: "", Description: "1-Wasserstein distance divided by the reference's standard deviation.", Attributes: []string{"ml.feature.name"}},
	"ml.feature.drift.cramers_v":               {Name: "ml.feature.drift.cramers_v", Kind: "statistic", Instrument: "gauge", Unit: "", Description: "Cramér's V of the table reference/current by bin, 0..1.", Attributes: []string{"ml.feature.name"}},
	"ml.prediction.drift.cramers_v":            {Name: "ml.prediction.drift.cramers_v", Kind: "statistic", Instrument: "gauge", Unit: "", Description: "Cramér's V of the table reference/current by bin, 0..1.", Attributes: []string(nil)},
	"ml.ground_truth.drift.cramers_v":          {Name: "ml.ground_truth.drift.cramers_v", Kind: "statistic", Instrument: "gauge", Unit: "", Description: "Cramér's V of the table reference/current by bin, 0..1.", Attributes: []string(nil)},
	"ml.attribution.drift.cramers_v":           {Name: "ml.attribution.drift.cramers_v", Kind: "statistic", Instrument: "gauge", Unit: "", Description: "Cramér's V of the table reference/current by bin, 0..1.", Attributes: []string{"ml.feature.name"}},
	"ml.feature.drift.mean_shift":              {Name: "ml.feature.drift.mean_shift", Kind: "statistic", Instrument: "gauge", Unit: "", Description: "Signed difference of the means in reference standard deviations.", Attributes: []string{"ml.feature.name"}},
	"ml.prediction.drift.mean_shift":           {Name: "ml.prediction.drift.mean_shift", Kind: "statistic", Instrument: "gauge", Unit: "", Description: "Signed difference of the means in reference standard deviations.", Attributes: []string(nil)},
	"ml.ground_truth.drift.mean_shift":         {Name: "ml.ground_truth.drift.mean_shift", Kind: "statistic", Instrument: "gauge", Unit: "", Description: "Signed difference of the means in reference standard deviations.", Attributes: []string(nil)},
	"ml.attribution.drift.mean_shift":          {Name: "ml.attribution.drift.mean_shift", Kind: "statistic", Instrument: "gauge", Unit: "", Description: "Signed difference of the means in reference standard deviations.", Attributes: []string{"ml.feature.name"}},
	"ml.feature.drift.ks_p_value":              {Name: "ml.feature.drift.ks_p_value", Kind: "statistic", Instrument: "gauge", Unit: "", Description: "p-value of the two-sample Kolmogorov-Smirnov test, asymptotic.", Attributes: []string{"ml.feature.name"}},
	"ml.prediction.drift.ks_p_value":           {Name: "ml.prediction.drift.ks_p_value", Kind: "statistic", Instrument: "gauge", Unit: "", Description: "p-value of the two-sample Kolmogorov-Smirnov test, asymptotic.", Attributes: []string(nil)},
	"ml.ground_truth.drift.ks_p_value":         {Name: "ml.ground_truth.drift.ks_p_value", Kind: "statistic", Instrument: "gauge", Unit: "", Description: "p-value of the two-sample Kolmogorov-Smirnov test, asymptotic.", Attributes: []string(nil)},
	"ml.attribution.drift.ks_p_value":          {Name: "ml.attribution.drift.ks_p_value", Kind: "statistic", Instrument: "gauge", Unit: "", Description: "p-value of the two-sample Kolmogorov-Smirnov test, asymptotic.", Attributes: []string{"ml.feature.name"}},
	"ml.feature.drift.chi_square_p_value":      {Name: "ml.feature.drift.chi_square_p_value", Kind: "statistic", Instrument: "gauge", Unit: "", Description: "p-value of the chi-square test of homogeneity.", Attributes: []string{"ml.feature.name"}},
	"ml.prediction.drift.chi_square_p_value":   {Name: "ml.prediction.drift.chi_square_p_value", Kind: "statistic", Instrument: "gauge", Unit: "", Description: "p-value of the chi-square test of homogeneity.", Attributes: []string(nil)},
	"ml.ground_truth.drift.chi_square_p_value": {Name: "ml.ground_truth.drift.chi_square_p_value", Kind: "statistic", Instrument: "gauge", Unit: "", Description: "p-value of the chi-square test of homogeneity.", Attributes: []string(nil)},
	"ml.attribution.drift.chi_square_p_value":  {Name: "ml.attribution.drift.chi_square_p_value", Kind: "statistic", Instrument: "gauge", Unit: "", Description: "p-value of the chi-square test of homogeneity.", Attributes: []string{"ml.feature.name"}},
	"ml.feature.drift.detected":                {Name: "ml.feature.drift.detected", Kind: "statistic", Instrument: "gauge", Unit: "", Description: "1 where the statistic is too far from the reference, else 0; adding up counts what drifted.", Attributes: []string{"ml.feature.name", "ml.drift.statistic"}},
	"ml.prediction.drift.detected":             {Name: "ml.prediction.drift.detected", Kind: "statistic", Instrument: "gauge", Unit: "", Description: "1 where the statistic is too far from the reference, else 0; adding up counts what drifted.", Attributes: []string{"ml.drift.statistic"}},
	"ml.ground_truth.drift.detected":           {Name: "ml.ground_truth.drift.detected", Kind: "statistic", Instrument: "gauge", Unit: "", Description: "1 where the statistic is too far from the reference, else 0; adding up counts what drifted.", Attributes: []string{"ml.drift.statistic"}},
	"ml.attribution.drift.detected":            {Name: "ml.attribution.drift.detected", Kind: "statistic", Instrument: "gauge", Unit: "", Description: "1 where the statistic is too far from the reference, else 0; adding up counts what drifted.", Attributes: []string{"ml.feature.name", "ml.drift.statistic"}},
	"ml.model.drift.share":                     {Name: "ml.model.drift.share", Kind: "statistic", Instrument: "gauge", Unit: "1", Description: "Share of the model's judged features that drifted.", Attributes: []string(nil)},
	"ml.feature.mean":                          {Name: "ml.feature.mean", Kind: "statistic", Instrument: "gauge", Unit: "", Description: "Mean of the feature in the window.", Attributes: []string{"ml.feature.name"}},
	"ml.feature.mean_reference":                {Name: "ml.feature.mean_reference", Kind: "statistic", Instrument: "gauge", Unit: "", Description: "Mean of the feature in the reference.", Attributes: []string{"ml.feature.name"}},
	"ml.feature.quantile":                      {Name: "ml.feature.quantile", Kind: "statistic", Instrument: "gauge", Unit: "", Description: "Quantile of the feature in the window, interpolated in its bin.", Attributes: []string{"ml.feature.name", "ml.quantile"}},
	"ml.feature.quantile_reference":            {Name: "ml.feature.quantile_reference", Kind: "statistic", Instrument: "gauge", Unit: "", Description: "Quantile of the feature in the reference.", Attributes: []string{"ml.feature.name", "ml.quantile"}},
	"ml.feature.missing_share":                 {Name: "ml.feature.missing_share", Kind: "statistic", Instrument: "gauge", Unit: "1", Description: "Share of predictions in which the feature was missing.", Attributes: []string{"ml.feature.name"}},
	"ml.feature.missing_share_reference":       {Name: "ml.feature.missing_share_reference", Kind: "statistic", Instrument: "gauge", Unit: "1", Description: "Share of missing values in the reference.", Attributes: []string{"ml.feature.name"}},
	"ml.feature.missing_share_threshold":       {Name: "ml.feature.missing_share_threshold", Kind: "statistic", Instrument: "gauge", Unit: "1", Description: "How far the share may be from the reference's before it is called drifted.", Attributes: []string{"ml.feature.name"}},
	"ml.feature.out_of_range_share":            {Name: "ml.feature.out_of_range_share", Kind: "statistic", Instrument: "gauge", Unit: "1", Description: "Share of observed values outside the reference's range.", Attributes: []string{"ml.feature.name"}},
	"ml.feature.out_of_range_share_reference":  {Name: "ml.feature.out_of_range_share_reference", Kind: "statistic", Instrument: "gauge", Unit: "1", Description: "Share of the reference outside its range: 0 unless the range was given.", Attributes: []string{"ml.feature.name"}},
	"ml.feature.out_of_range_share_threshold":  {Name: "ml.feature.out_of_range_share_threshold", Kind: "statistic", Instrument: "gauge", Unit: "1", Description: "How far the share may be from the reference's before it is called drifted.", Attributes: []string{"ml.feature.name"}},
	"ml.feature.unseen_share":                  {Name: "ml.feature.unseen_share", Kind: "statistic", Instrument: "gauge", Unit: "1", Description: "Share of observed categories that the reference never saw.", Attributes: []string{"ml.feature.name"}},
	"ml.feature.unseen_share_reference":        {Name: "ml.feature.unseen_share_reference", Kind: "statistic", Instrument: "gauge", Unit: "1", Description: "Always 0: the reference has seen its own categories.", Attributes: []string{"ml.feature.name"}},
	"ml.feature.unseen_share_threshold":        {Name: "ml.feature.unseen_share_threshold", Kind: "statistic", Instrument: "gauge", Unit: "1", Description: "How far the share may be from the reference's before it is called drifted.", Attributes: []string{"ml.feature.name"}},
	"ml.statistics.samples":                    {Name: "ml.statistics.samples", Kind: "statistic", Instrument: "gauge", Unit: "{sample}", Description: "Samples in the window; present even when they are too few for a statistic.", Attributes: []string{"ml.subject"}},
	"ml.statistics.coverage":                   {Name: "ml.statistics.coverage", Kind: "statistic", Instrument: "gauge", Unit: "1", Description: "Share of the window since the first that came of this version of the model; 1 from its first whole window on.", Attributes: []string(nil)},
	"ml.model.info":                            {Name: "ml.model.info", Kind: "statistic", Instrument: "gauge", Unit: "", Description: "Always 1; says which profile judges the model.", Attributes: []string{"ml.task.type", "ml.profile.id", "ml.profile.rhythm"}},
	"ml.profile.age":                           {Name: "ml.profile.age", Kind: "statistic", Instrument: "gauge", Unit: "s", Description: "Time from the end of the reference (where its data had no times: from when the profile was made) to the last event-time window; at least 0.", Attributes: []string(nil)},
	"ml.feature.bins":                          {Name: "ml.feature.bins", Kind: "rollup", Instrument: "sum", Unit: "{observation}", Description: "Running count of a feature's bins, at most 20.", Attributes: []string{"ml.feature.name", "ml.bin.index"}},
	"ml.prediction.bins":                       {Name: "ml.prediction.bins", Kind: "rollup", Instrument: "sum", Unit: "{observation}", Description: "Running count of the prediction's bins (score or value).", Attributes: []string{"ml.bin.index"}},
	"ml.attribution.bins":                      {Name: "ml.attribution.bins", Kind: "rollup", Instrument: "sum", Unit: "{observation}", Description: "Running count of an attribution's bins.", Attributes: []string{"ml.feature.name", "ml.bin.index"}},
	"ml.feature.reference_share":               {Name: "ml.feature.reference_share", Kind: "rollup", Instrument: "gauge", Unit: "1", Description: "Share of the reference in the bin; of the current hour where the profile has a rhythm.", Attributes: []string{"ml.feature.name", "ml.bin.index", "ml.bin.range"}},
	"ml.prediction.reference_share":            {Name: "ml.prediction.reference_share", Kind: "rollup", Instrument: "gauge", Unit: "1", Description: "Share of the reference in the bin; of the current hour where the profile has a rhythm.", Attributes: []string{"ml.bin.index", "ml.bin.range"}},
}

var (
	thresholdMetric = Metric{Name: "ml.{subject}.drift.{statistic}_threshold", Kind: "statistic", Instrument: "gauge", Unit: "", Description: "What the configuration, or the profile's own chunks, call too far.", Attributes: []string(nil)}
	noiseMetric     = Metric{Name: "ml.{subject}.drift.{statistic}_noise", Kind: "statistic", Instrument: "gauge", Unit: "", Description: "99th percentile of what sampling alone gives with these sample sizes; for statistics whose null distribution is known.", Attributes: []string(nil)}
)
