package modelsummaryconnector

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/confmap"
	"go.uber.org/zap"

	"github.com/leeway-ml/leeway/internal/configread"
	"github.com/leeway-ml/leeway/internal/event"
	"github.com/leeway-ml/leeway/semconv"
)

// Config of the connector. Everything has a default.
type Config struct {
	// Profiles is the ID of the extension that serves the reference profiles. Default: the only one there is; without any,
	// summaries are made without a reference.
	Profiles *component.ID `mapstructure:"profiles"`
	// Pane is the grain of event time: events of different panes are never summed.
	Pane time.Duration `mapstructure:"pane"`
	// FlushInterval is how often summaries are sent. 0s: each batch is summarised by itself, before it is acknowledged.
	FlushInterval time.Duration `mapstructure:"flush_interval"`
	// Segments are the slices to summarise apart from the whole, each a list of keys: attributes of the event, or inputs.
	Segments [][]string `mapstructure:"segments"`
	// TopK are the k of top-k accuracy: whether the true class of a multiclass task was among the k most probable ones.
	TopK []int `mapstructure:"top_k"`
	// RankingK are the k of rankings: how good the first k items were.
	RankingK []int `mapstructure:"ranking_k"`
	// Limits of what is held between two flushes.
	Limits Limits `mapstructure:"limits"`
	// Fields says where telemetry that is not by our names keeps what an event must carry.
	Fields event.FieldsConfig `mapstructure:"fields"`
}

// Limits bound what senders can make the connector hold and send. What is beyond goes to series named __overflow__ (or
// __other__, for categories and classes).
type Limits struct {
	// MaxModels is how many model versions without a profile there may be, and how many with one.
	MaxModels int `mapstructure:"max_models"`
	// MaxFeatures is how many features and attributions a model may have beside those of its profile.
	MaxFeatures int `mapstructure:"max_features"`
	// MaxCategories is how many categories a feature may have that is not in a profile, and how many classes a model.
	MaxCategories int `mapstructure:"max_categories"`
	// MaxConfusions is how many pairs of different predicted and true classes a model may have.
	MaxConfusions int `mapstructure:"max_confusions"`
	// MaxSegments is how many slices a model may have, all of segments together.
	MaxSegments int `mapstructure:"max_segments"`
	// MaxExperiments is how many arms of experiments a model may have.
	MaxExperiments int `mapstructure:"max_experiments"`
	// MaxMemoryMiB is how many MiB of counts may wait for a flush; more are sent at once.
	MaxMemoryMiB int `mapstructure:"max_memory_mib"`
}

// maxRanks bounds the lists of k, maxRank each k.
const (
	maxRanks = 8
	maxRank  = 1000
)

// maxSegmentLists bounds the work that an event makes.
const maxSegmentLists = 16

func createDefaultConfig() component.Config {
	return &Config{
		Pane:          time.Minute,
		FlushInterval: 10 * time.Second,
		TopK:          []int{3},
		RankingK:      []int{10},
		Limits: Limits{
			MaxModels:      500,
			MaxFeatures:    500,
			MaxCategories:  100,
			MaxConfusions:  1000,
			MaxSegments:    100,
			MaxExperiments: 20,
			MaxMemoryMiB:   128,
		},
	}
}

// Unmarshal reads the configuration. Its errors name key and value, and what would be right.
func (c *Config) Unmarshal(conf *confmap.Conf) error { return configread.Into(c, conf) }

// Validate names every key that is wrong, and what would be right.
func (c *Config) Validate() error {
	var errs error
	if c.Pane < time.Second || time.Hour%c.Pane != 0 {
		errs = errors.Join(errs, fmt.Errorf("pane: %v must divide an hour and be at least 1s, as in 10s, 1m or 5m", c.Pane))
	}
	if c.FlushInterval < 0 {
		errs = errors.Join(errs, fmt.Errorf("flush_interval: %v must not be negative; 0s summarises each batch by itself", c.FlushInterval))
	}
	errs = errors.Join(errs, c.validateSegments(), validateRanks("top_k", c.TopK), validateRanks("ranking_k", c.RankingK), c.Limits.validate())
	if _, err := c.Fields.Compile(component.TelemetrySettings{Logger: zap.NewNop()}); err != nil {
		errs = errors.Join(errs, fmt.Errorf("fields: %w", err))
	}
	return errs
}

func (c *Config) validateSegments() error {
	if len(c.Segments) > maxSegmentLists {
		return fmt.Errorf("segments: %d lists, but every event is counted once for each; at most %d", len(c.Segments), maxSegmentLists)
	}
	var errs error
	seen := map[string]int{}
	for i, keys := range c.Segments {
		if len(keys) == 0 {
			errs = errors.Join(errs, fmt.Errorf("segments[%d]: empty; name the attributes of the slice, as in [country, device]", i))
			continue
		}
		sorted := slices.Sorted(slices.Values(keys))
		for j, key := range sorted {
			if key == "" {
				errs = errors.Join(errs, fmt.Errorf("segments[%d]: an empty key; name an attribute of the event, or an input", i))
			}
			if key == semconv.AttrPredictionID {
				errs = errors.Join(errs, fmt.Errorf("segments[%d]: %s differs in every event", i, key))
			}
			if j > 0 && key == sorted[j-1] {
				errs = errors.Join(errs, fmt.Errorf("segments[%d]: %q occurs twice; remove one", i, key))
			}
		}
		joined := strings.Join(sorted, "\x00")
		if first, ok := seen[joined]; ok {
			errs = errors.Join(errs, fmt.Errorf("segments[%d]: the same slice as segments[%d]; remove one", i, first))
		}
		seen[joined] = i
	}
	return errs
}

// validateRanks checks a list of k.
func validateRanks(key string, ks []int) error {
	if len(ks) > maxRanks {
		return fmt.Errorf("%s: %d numbers, and each is a series of every model; at most %d", key, len(ks), maxRanks)
	}
	var errs error
	for i, k := range ks {
		if k < 1 || k > maxRank {
			errs = errors.Join(errs, fmt.Errorf("%s[%d]: %d must be from 1 to %d", key, i, k, maxRank))
		}
		if slices.Contains(ks[:i], k) {
			errs = errors.Join(errs, fmt.Errorf("%s[%d]: %d occurs twice; remove one", key, i, k))
		}
	}
	return errs
}

func (l Limits) validate() error {
	var errs error
	for _, limit := range []struct {
		key          string
		value, least int
	}{
		{"max_models", l.MaxModels, 1},
		{"max_features", l.MaxFeatures, 0},
		{"max_categories", l.MaxCategories, 1},
		{"max_confusions", l.MaxConfusions, 0},
		{"max_segments", l.MaxSegments, 1},
		{"max_experiments", l.MaxExperiments, 1},
		{"max_memory_mib", l.MaxMemoryMiB, 1},
	} {
		if limit.value < limit.least {
			errs = errors.Join(errs, fmt.Errorf("limits::%s: %d must be at least %d", limit.key, limit.value, limit.least))
		}
	}
	return errs
}
