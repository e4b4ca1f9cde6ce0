package profile

import "github.com/leeway-ml/leeway/summary"

// Provider gives components the profile of a model. The profiles extension implements it; components find it among the
// host's extensions by its component ID.
type Provider interface {
	// Profile returns the profile in force for this model and version: the one that names the version, else the one for
	// every version, else nil. It takes no lock. Nobody may change the result.
	Profile(model, version string) *Profile
	// Generation grows with each change of any profile; callers that cache what Profile said ask again when it has grown.
	Generation() uint64
	// Learner is where summaries of models without a profile go; nil where the extension learns nothing.
	Learner() Learner
}

// Learner makes profiles out of live summaries.
type Learner interface {
	// Wants reports whether the model's summaries are to be observed: it has no profile and learning is not finished.
	Wants(model, version string) bool
	// Observe adds one increment of one series of the whole (unsegmented) traffic of a model. series.Hours says when.
	// The learner keeps nothing of the argument.
	Observe(model, version string, series *summary.Series)
}
