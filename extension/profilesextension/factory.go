package profilesextension

import (
	"context"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/extension"

	"github.com/leeway-ml/leeway/extension/profilesextension/internal/metadata"
)

// NewFactory makes the factory of the extension.
func NewFactory() extension.Factory {
	return extension.NewFactory(metadata.Type, createDefaultConfig, create, metadata.ExtensionStability)
}

func create(_ context.Context, settings extension.Settings, config component.Config) (extension.Extension, error) {
	return newProfiles(settings, config.(*Config))
}
