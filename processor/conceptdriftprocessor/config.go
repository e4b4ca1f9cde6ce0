package conceptdriftprocessor

import (
	"errors"
	"fmt"
	"reflect"
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

// Config of the processor. Everything has a default.
type Config struct {
	// Detectors are what is watched, and how.
	Detectors []DetectorConfig `mapstructure:"detectors"`
	// Segments are the slices to watch beside the whole traffic, each a list of keys: attributes of the event, or inputs. As in
	// model_summary.
	Segments [][]string `mapstructure:"segments"`
	// Profiles is the ID of the extension that serves the reference profiles: they say what is the positive class. Default: the
	// only one there is, if any.
	Profiles *component.ID `mapstructure:"profiles"`
	// AllowedLateness is how much event time an event may be behind the latest one of its model and still be taken in its order.
	AllowedLateness time.Duration `mapstructure:"allowed_lateness"`
	// IdleTimeout is how long nothing may come of a model before its event time goes on with the wall clock.
	IdleTimeout time.Duration `mapstructure:"idle_timeout"`
	// MaxFuture is how far ahead of the wall clock an event may be.
	MaxFuture time.Duration `mapstructure:"max_future"`
	// Storage is the ID of the storage extension that keeps the detectors. Default: memory.
	Storage *component.ID `mapstructure:"storage"`
	// CheckpointInterval is how often they are written; 0s: before a batch is acknowledged.
	CheckpointInterval time.Duration `mapstructure:"checkpoint_interval"`
	Limits             Limits        `mapstructure:"limits"`
	// Fields says where telemetry that is not by our names keeps what an event must carry.
	Fields event.FieldsConfig `mapstructure:"fields"`
}

// Limits bound what is held.
type Limits struct {
	// MaxModels is how many model versions are watched.
	MaxModels int `mapstructure:"max_models"`
	// MaxSegments is how many slices a model version may have for each kind of event, all of segments together.
	MaxSegments int `mapstructure:"max_segments"`
	// MaxBuffered is how many events may wait for those before them; beyond, the oldest wait no longer.
	MaxBuffered int `mapstructure:"max_buffered"`
	// MaxBufferMiB is how much memory they may take.
	MaxBufferMiB int `mapstructure:"max_buffer_mib"`
}

const (
	// maxDetectors bounds the work that an event makes, maxSegmentLists too.
	maxDetectors    = 32
	maxSegmentLists = 16
	// maxLateness keeps sums of times within 63 bits.
	maxLateness = 366 * 24 * time.Hour
)

func defaultDetectors() []DetectorConfig {
	return []DetectorConfig{{Signal: "error"}, {Signal: "absolute_error"}}
}

func createDefaultConfig() component.Config {
	return &Config{
		Detectors:          defaultDetectors(),
		AllowedLateness:    2 * time.Minute,
		IdleTimeout:        time.Minute,
		MaxFuture:          time.Minute,
		CheckpointInterval: 10 * time.Second,
		Limits:             Limits{MaxModels: 500, MaxSegments: 100, MaxBuffered: 1_000_000, MaxBufferMiB: 256},
	}
}

// Unmarshal reads the configuration. Its errors name key and value, and what would be right.
func (c *Config) Unmarshal(conf *confmap.Conf) error { return configread.Into(c, conf) }

// Validate names every key that is wrong, and what would be right.
func (c *Config) Validate() error {
	var errs error
	bad := func(format string, args ...any) { errs = errors.Join(errs, fmt.Errorf(format, args...)) }
	_, err := c.plan()
	errs = errors.Join(errs, err, c.validateSegments())
	for _, d := range []struct {
		key   string
		value time.Duration
	}{
		{"allowed_lateness", c.AllowedLateness}, {"idle_timeout", c.IdleTimeout}, {"max_future", c.MaxFuture},
		{"checkpoint_interval", c.CheckpointInterval},
	} {
		if d.value < 0 || d.value > maxLateness {
			bad("%s: %v must be from 0s to %v", d.key, d.value, maxLateness)
		}
	}
	for _, limit := range []struct {
		key          string
		value, least int
	}{
		{"max_models", c.Limits.MaxModels, 1},
		{"max_segments", c.Limits.MaxSegments, 1},
		{"max_buffered", c.Limits.MaxBuffered, 1},
		{"max_buffer_mib", c.Limits.MaxBufferMiB, 1},
	} {
		if limit.value < limit.least {
			bad("limits::%s: %d must be at least %d", limit.key, limit.value, limit.least)
		}
	}
	if _, err := c.Fields.Compile(component.TelemetrySettings{Logger: zap.NewNop()}); err != nil {
		bad("fields: %w", err)
	}
	return errs
}

func (c *Config) validateSegments() error {
	if len(c.Segments) > maxSegmentLists {
		return fmt.Errorf("segments: %d lists, but every event is looked at once for each; at most %d", len(c.Segments), maxSegmentLists)
	}
	var errs error
	seen := map[string]int{}
	for i, keys := range c.Segments {
		bad := func(format string, args ...any) {
			errs = errors.Join(errs, fmt.Errorf("segments[%d]: "+format, append([]any{i}, args...)...))
		}
		if len(keys) == 0 {
			bad("empty; name the attributes of the slice, as in [country, device]")
			continue
		}
		sorted := slices.Sorted(slices.Values(keys))
		for j, key := range sorted {
			switch {
			case key == "":
				bad("an empty key; name an attribute of the event, or an input")
			case key == semconv.AttrPredictionID:
				bad("%s differs in every event", key)
			case j > 0 && key == sorted[j-1]:
				bad("%q occurs twice; remove one", key)
			}
		}
		joined := strings.Join(sorted, "\x00")
		if first, ok := seen[joined]; ok {
			bad("the same slice as segments[%d]; remove one", first)
		}
		seen[joined] = i
	}
	return errs
}

// plan is the configuration worked out.
type plan struct {
	lanes [kinds]lanePlan
	// keys are all keys of slices, as the decoder is to look for them; lists are the slices, as indices of keys, sorted by key.
	keys  []string
	lists [][]int
	// chosen tells that the detectors were configured: each is expected to have a signal.
	chosen bool
}

// lanePlan is what is watched of one kind of event.
type lanePlan struct {
	signals    []signal
	detections []*detection
	// classes, probabilities and values tell what is asked of outcomes.
	classes, probabilities, values bool
}

func (l *lanePlan) signal(s signal) int {
	if i := slices.Index(l.signals, s); i >= 0 {
		return i
	}
	l.signals = append(l.signals, s)
	switch s.source {
	case errorSource:
		l.classes = true
	case logLossSource, brierSource:
		l.classes, l.probabilities = true, true
	case absoluteErrorSource, squaredErrorSource:
		l.values = true
	}
	return len(l.signals) - 1
}

func (c *Config) plan() (*plan, error) {
	if len(c.Detectors) == 0 {
		return nil, errors.New("detectors: empty; name what to watch, as in [{signal: error}], or leave the key out for error and absolute_error")
	}
	if len(c.Detectors) > maxDetectors {
		return nil, fmt.Errorf("detectors: %d, but each takes every event; at most %d", len(c.Detectors), maxDetectors)
	}
	var errs error
	p := &plan{chosen: !reflect.DeepEqual(c.Detectors, defaultDetectors())}
	names := map[string]int{}
	for i := range c.Detectors {
		d, err := c.Detectors[i].read()
		if err != nil {
			errs = errors.Join(errs, fmt.Errorf("detectors[%d]::%w", i, err))
			continue
		}
		if first, ok := names[d.name]; ok {
			errs = errors.Join(errs, fmt.Errorf("detectors[%d]::name: %q is the name of detectors[%d], too; give one of them another", i, d.name, first))
		}
		names[d.name] = i
		lane := &p.lanes[d.signal.kind()]
		d.at = lane.signal(d.signal)
		lane.detections = append(lane.detections, d)
	}
	for _, list := range c.Segments {
		var indices []int
		for _, key := range slices.Sorted(slices.Values(list)) {
			i := slices.Index(p.keys, key)
			if i < 0 {
				i = len(p.keys)
				p.keys = append(p.keys, key)
			}
			indices = append(indices, i)
		}
		p.lists = append(p.lists, indices)
	}
	return p, errs
}

// events are the names of those that are watched.
func (p *plan) events() (names []string) {
	for k, l := range p.lanes {
		if len(l.signals) > 0 {
			names = append(names, kindEvents[k])
		}
	}
	return names
}
