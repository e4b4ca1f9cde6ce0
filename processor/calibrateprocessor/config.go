package calibrateprocessor

import (
	"fmt"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/confmap"
	"go.uber.org/zap"

	"github.com/leeway-ml/leeway/internal/configread"
	"github.com/leeway-ml/leeway/internal/event"
)

// Config of the processor. Everything has a default.
type Config struct {
	// Profiles is the ID of the extension that has the calibrators. Default: the only one there is.
	Profiles *component.ID `mapstructure:"profiles"`
	// Fields says where telemetry that is not by our names keeps model, version and score.
	Fields event.FieldsConfig `mapstructure:"fields"`
}

func createDefaultConfig() component.Config { return &Config{} }

// Unmarshal reads the configuration. Its errors name key and value, and what would be right.
func (c *Config) Unmarshal(conf *confmap.Conf) error { return configread.Into(c, conf) }

// Validate names every key that is wrong, and what would be right.
func (c *Config) Validate() error {
	if _, err := c.Fields.Compile(component.TelemetrySettings{Logger: zap.NewNop()}); err != nil {
		return fmt.Errorf("fields: %w", err)
	}
	return nil
}
