package pebblestorage

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/extension/extensiontest"
	"go.opentelemetry.io/collector/extension/xextension/storage"

	"github.com/leeway-ml/leeway/extension/storage/pebblestorage/internal/metadata"
)

// configured is the default configuration in a directory, small.
func configured(directory string, change func(*Config)) *Config {
	cfg := createDefaultConfig().(*Config)
	cfg.Directory, cfg.MinFreeMiB = directory, 0
	cfg.CacheSizeMiB, cfg.MemtableSizeMiB = 1, 1
	if change != nil {
		change(cfg)
	}
	return cfg
}

func open(t testing.TB, cfg *Config) *store {
	t.Helper()
	require.NoError(t, cfg.Validate())
	s, err := newStore(extensiontest.NewNopSettings(metadata.Type), cfg)
	require.NoError(t, err)
	require.NoError(t, s.Start(context.Background(), componenttest.NewNopHost()))
	t.Cleanup(func() { require.NoError(t, s.Shutdown(context.Background())) })
	return s
}

var owner = component.MustNewID("owner")

func clientOf(t testing.TB, s *store, kind component.Kind, id component.ID, name string) storage.Client {
	t.Helper()
	c, err := s.GetClient(context.Background(), kind, id, name)
	require.NoError(t, err)
	return c
}
