package pebblestorage

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"

	"github.com/cockroachdb/pebble/v2"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/confmap"

	"github.com/leeway-ml/leeway/internal/configread"
)

// Config of the extension. Everything has a default.
type Config struct {
	// Directory of the store. It is made if it is not there. No other extension, and no other process, may use it.
	Directory string `mapstructure:"directory"`
	// Sync waits for the disk before a write is acknowledged: it then survives a power failure. Without, it survives the end of the
	// process, even by kill -9, but the last writes may be lost where the machine stops.
	Sync bool `mapstructure:"sync"`
	// Compression of blocks: none, fast or good.
	Compression string `mapstructure:"compression"`
	// CacheSizeMiB is how much memory blocks that were read may take.
	CacheSizeMiB int `mapstructure:"cache_size_mib"`
	// MemtableSizeMiB is how much is written before it is sorted out to disk; up to three of them are in memory.
	MemtableSizeMiB int `mapstructure:"memtable_size_mib"`
	// MinFreeMiB is how much room there must be on the disk; with less, writes are refused and nothing breaks.
	MinFreeMiB int `mapstructure:"min_free_mib"`
}

// compressions by name.
var compressions = map[string]func() pebble.DBCompressionSettings{
	"none": func() pebble.DBCompressionSettings { return pebble.DBCompressionNone },
	"fast": func() pebble.DBCompressionSettings { return pebble.DBCompressionFastest },
	"good": func() pebble.DBCompressionSettings { return pebble.DBCompressionGood },
}

func createDefaultConfig() component.Config {
	return &Config{
		Directory:       "./data/pebble",
		Sync:            true,
		Compression:     "fast",
		CacheSizeMiB:    64,
		MemtableSizeMiB: 16,
		MinFreeMiB:      256,
	}
}

// Unmarshal reads the configuration. Its errors name key and value, and what would be right.
func (c *Config) Unmarshal(conf *confmap.Conf) error { return configread.Into(c, conf) }

// Validate names every key that is wrong, and what would be right.
func (c *Config) Validate() error {
	var errs error
	bad := func(format string, args ...any) { errs = errors.Join(errs, fmt.Errorf(format, args...)) }
	if c.Directory == "" {
		bad("directory: empty; name the directory of the store, as in /var/lib/leeway/pebble")
	} else if info, err := os.Stat(c.Directory); err == nil && !info.IsDir() {
		bad("directory: %q is a file; name a directory", c.Directory)
	}
	if compressions[c.Compression] == nil {
		bad("compression: %q must be one of %v", c.Compression, slices.Sorted(maps.Keys(compressions)))
	}
	for _, limit := range []struct {
		key               string
		value, least, max int
	}{
		{"cache_size_mib", c.CacheSizeMiB, 1, 1 << 20},
		{"memtable_size_mib", c.MemtableSizeMiB, 1, 1024},
		{"min_free_mib", c.MinFreeMiB, 0, 1 << 30},
	} {
		if limit.value < limit.least || limit.value > limit.max {
			bad("%s: %d must be from %d to %d", limit.key, limit.value, limit.least, limit.max)
		}
	}
	return errs
}
