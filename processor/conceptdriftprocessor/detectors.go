package conceptdriftprocessor

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/leeway-ml/leeway/stats/conceptdrift"
)

// DetectorConfig is one detector. Everything but the signal has a default.
type DetectorConfig struct {
	// Name of the detector in events and metrics. Default: <signal>/<method>.
	Name string `mapstructure:"name"`
	// Signal is what it watches: error, absolute_error, squared_error, log_loss, brier, score, value, input/<feature>, feedback/<name>.
	Signal string `mapstructure:"signal"`
	// Method is how it watches. Default: the recommended one, an ADWIN that knows no unit.
	Method string `mapstructure:"method"`

	// Options of the methods; each has only some of them, see package stats/conceptdrift.
	Delta      *float64 `mapstructure:"delta"`
	Threshold  *float64 `mapstructure:"threshold"`
	Alpha      *float64 `mapstructure:"alpha"`
	Lambda     *float64 `mapstructure:"lambda"`
	Warning    *float64 `mapstructure:"warning"`
	Drift      *float64 `mapstructure:"drift"`
	WarmUp     *int     `mapstructure:"warm_up"`
	Clock      *int     `mapstructure:"clock"`
	MaxBuckets *int     `mapstructure:"max_buckets"`
	MinWindow  *int     `mapstructure:"min_window"`
	Grace      *int     `mapstructure:"grace"`
	Window     *int     `mapstructure:"window"`
	Recent     *int     `mapstructure:"recent"`
	Seed       *uint64  `mapstructure:"seed"`
	ScaleFree  *bool    `mapstructure:"scale_free"`
	FromFirst  *bool    `mapstructure:"from_first"`
	// Direction of the changes that are looked for: increase, decrease or both.
	Direction *string `mapstructure:"direction"`
}

// detection is a detector as configured, worked out.
type detection struct {
	name   string
	method conceptdrift.Method
	signal signal
	// at is the index of the signal among those of its kind.
	at   int
	make func() (conceptdrift.Detector, error)
}

// new makes the detector at its beginning.
func (d *detection) new() conceptdrift.Detector {
	made, err := d.make()
	if err != nil {
		panic(err) // it was made once, as the configuration was read
	}
	return made
}

var options = map[conceptdrift.Method][]string{
	conceptdrift.MethodPageHinkley: {"warm_up", "delta", "threshold", "alpha", "direction"},
	conceptdrift.MethodCUSUM:       {"warm_up", "delta", "threshold", "direction"},
	conceptdrift.MethodDDM:         {"warm_up", "warning", "drift"},
	conceptdrift.MethodEDDM:        {"warm_up", "warning", "drift"},
	conceptdrift.MethodADWIN:       {"delta", "clock", "max_buckets", "min_window", "grace", "scale_free", "direction"},
	conceptdrift.MethodSTEPD:       {"window", "warning", "drift", "direction"},
	conceptdrift.MethodHDDMA:       {"warning", "drift", "direction"},
	conceptdrift.MethodHDDMW:       {"warning", "drift", "lambda", "from_first", "direction"},
	conceptdrift.MethodKSWIN:       {"alpha", "window", "recent", "seed"},
}

// read works the configuration of a detector out.
func (c *DetectorConfig) read() (*detection, error) {
	if c.Signal == "" {
		return nil, fmt.Errorf("signal: missing; what is it to watch? One of %s", allSignals)
	}
	s, err := parseSignal(c.Signal)
	if err != nil {
		return nil, fmt.Errorf("signal: %w", err)
	}
	d := &detection{name: c.Name, signal: s, method: conceptdrift.MethodADWIN}
	if c.Method != "" {
		methods := conceptdrift.Methods()
		i := slices.IndexFunc(methods, func(m conceptdrift.Method) bool { return m.String() == c.Method })
		if i < 0 {
			var names []string
			for _, m := range methods {
				names = append(names, m.String())
			}
			return nil, fmt.Errorf("method: %q must be one of %s; without, it is the recommended one", c.Method, strings.Join(names, ", "))
		}
		d.method = methods[i]
	}
	if err := s.suits(d.method); err != nil {
		return nil, fmt.Errorf("method: %w", err)
	}
	if d.name == "" {
		d.name = s.name + "/" + d.method.String()
	}
	if err := c.known(d.method); err != nil {
		return nil, err
	}
	direction, err := c.direction()
	if err != nil {
		return nil, err
	}
	d.make = c.maker(d.method, s.recommended(), direction)
	if _, err := d.make(); err != nil {
		return nil, wording(err)
	}
	return d, nil
}

// known refuses options that the method does not have.
func (c *DetectorConfig) known(m conceptdrift.Method) error {
	v := reflect.ValueOf(c).Elem()
	for i := range v.NumField() {
		field, value := v.Type().Field(i), v.Field(i)
		if key := field.Tag.Get("mapstructure"); value.Kind() == reflect.Pointer && !value.IsNil() && !slices.Contains(options[m], key) {
			return fmt.Errorf("%s: %v is no option of %s; it has %s", key, value.Elem().Interface(), m, strings.Join(options[m], ", "))
		}
	}
	return nil
}

func (c *DetectorConfig) direction() (*conceptdrift.Direction, error) {
	if c.Direction == nil {
		return nil, nil
	}
	for _, d := range []conceptdrift.Direction{conceptdrift.Increase, conceptdrift.Decrease, conceptdrift.Both} {
		if *c.Direction == d.String() {
			return &d, nil
		}
	}
	return nil, fmt.Errorf("direction: %q must be increase, decrease or both", *c.Direction)
}

// maker puts the options over the method's defaults.
func (c *DetectorConfig) maker(m conceptdrift.Method, kind conceptdrift.Signal, direction *conceptdrift.Direction) func() (conceptdrift.Detector, error) {
	switch m {
	case conceptdrift.MethodPageHinkley:
		o := conceptdrift.DefaultPageHinkley()
		set(&o.WarmUp, c.WarmUp)
		set(&o.Delta, c.Delta)
		set(&o.Threshold, c.Threshold)
		set(&o.Alpha, c.Alpha)
		set(&o.Direction, direction)
		return made(conceptdrift.NewPageHinkley, o)
	case conceptdrift.MethodCUSUM:
		o := conceptdrift.DefaultCUSUM()
		set(&o.WarmUp, c.WarmUp)
		set(&o.Delta, c.Delta)
		set(&o.Threshold, c.Threshold)
		set(&o.Direction, direction)
		return made(conceptdrift.NewCUSUM, o)
	case conceptdrift.MethodDDM:
		o := conceptdrift.DefaultDDM()
		set(&o.WarmUp, c.WarmUp)
		set(&o.Warning, c.Warning)
		set(&o.Drift, c.Drift)
		return made(conceptdrift.NewDDM, o)
	case conceptdrift.MethodEDDM:
		o := conceptdrift.DefaultEDDM()
		set(&o.WarmUp, c.WarmUp)
		set(&o.Warning, c.Warning)
		set(&o.Drift, c.Drift)
		return made(conceptdrift.NewEDDM, o)
	case conceptdrift.MethodSTEPD:
		o := conceptdrift.DefaultSTEPD()
		set(&o.Window, c.Window)
		set(&o.Warning, c.Warning)
		set(&o.Drift, c.Drift)
		set(&o.Direction, direction)
		return made(conceptdrift.NewSTEPD, o)
	case conceptdrift.MethodHDDMA:
		return made(conceptdrift.NewHDDMA, c.hddm(conceptdrift.DefaultHDDMA(), direction))
	case conceptdrift.MethodHDDMW:
		o := conceptdrift.DefaultHDDMW()
		o.HDDMConfig = c.hddm(o.HDDMConfig, direction)
		set(&o.Lambda, c.Lambda)
		set(&o.FromFirst, c.FromFirst)
		return made(conceptdrift.NewHDDMW, o)
	case conceptdrift.MethodKSWIN:
		o := conceptdrift.DefaultKSWIN()
		set(&o.Alpha, c.Alpha)
		set(&o.Window, c.Window)
		set(&o.Recent, c.Recent)
		set(&o.Seed, c.Seed)
		return made(conceptdrift.NewKSWIN, o)
	}
	o := conceptdrift.DefaultADWIN()
	if c.Method == "" {
		o = conceptdrift.RecommendedADWIN(kind)
	}
	set(&o.Delta, c.Delta)
	set(&o.Clock, c.Clock)
	set(&o.MaxBuckets, c.MaxBuckets)
	set(&o.MinWindow, c.MinWindow)
	set(&o.Grace, c.Grace)
	set(&o.ScaleFree, c.ScaleFree)
	set(&o.Direction, direction)
	return made(conceptdrift.NewADWIN, o)
}

func (c *DetectorConfig) hddm(o conceptdrift.HDDMConfig, direction *conceptdrift.Direction) conceptdrift.HDDMConfig {
	set(&o.Warning, c.Warning)
	set(&o.Drift, c.Drift)
	set(&o.Direction, direction)
	return o
}

func set[T any](to, from *T) {
	if from != nil {
		*to = *from
	}
}

func made[C any, D conceptdrift.Detector](make func(C) (D, error), c C) func() (conceptdrift.Detector, error) {
	return func() (conceptdrift.Detector, error) { return make(c) }
}

var keysOfOptions = strings.NewReplacer("warm-up", "warm_up", "max buckets", "max_buckets", "min window", "min_window")

// wording turns what a detector says of its options into keys: "conceptdrift: ADWIN: max buckets 1: must be ..." into
// "max_buckets: 1 must be ...".
func wording(err error) error {
	text := err.Error()
	parts := strings.SplitN(text, ": ", 4)
	if len(parts) < 4 {
		return err
	}
	key, value, ok := strings.Cut(keysOfOptions.Replace(parts[2]), " ")
	if !ok {
		return err
	}
	return fmt.Errorf("%s: %s %s", key, value, parts[3])
}
