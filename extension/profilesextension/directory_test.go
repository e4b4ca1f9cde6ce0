package profilesextension

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const (
	patience = 10 * time.Second
	pace     = 5 * time.Millisecond
)

func TestDirectoryIsReloaded(t *testing.T) {
	folder := t.TempDir()
	put(t, folder, "fraud.json", text(t, example("fraud", "", 10)))
	put(t, folder, "notes.txt", []byte("not a profile, and not asked"))
	r := newRig(t, func(c *Config) { c.Directory = folder }).start(nil)
	assert.Equal(t, uint64(10), r.rows("fraud", "3"))
	assert.Nil(t, r.Profile("churn", "3"))

	before := r.Generation()
	put(t, folder, "fraud.json", text(t, example("fraud", "", 20)))
	put(t, folder, "fraud3.json", text(t, example("fraud", "3", 30)))
	require.Eventually(t, func() bool { return r.rows("fraud", "3") == 30 && r.rows("fraud", "4") == 20 }, patience, pace)
	assert.Greater(t, r.Generation(), before)
	assert.Equal(t, int64(3), r.counter("otelcol_profiles_loaded"))
	assert.Equal(t, int64(2), r.counter("otelcol_profiles_in_force"))

	require.NoError(t, os.Remove(filepath.Join(folder, "fraud3.json")))
	require.Eventually(t, func() bool { return r.rows("fraud", "3") == 20 }, patience, pace)
	assert.Zero(t, r.counter("otelcol_profiles_rejected"))
}

func TestDirectoryThatAppearsLater(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "profiles")
	r := newRig(t, func(c *Config) { c.Directory = folder }).start(nil)
	require.Len(t, r.said("directory can't be read"), 1)
	r.rescan(nil)
	require.Len(t, r.said("directory can't be read"), 1, "said once")

	require.NoError(t, os.Mkdir(folder, 0o700))
	put(t, folder, "fraud.json", text(t, example("fraud", "", 10)))
	r.rescan(nil) // what the ticker does
	assert.Equal(t, uint64(10), r.rows("fraud", "1"))

	require.NoError(t, os.RemoveAll(folder))
	r.rescan(nil)
	assert.Equal(t, uint64(10), r.rows("fraud", "1"), "a folder that is away takes nothing with it")
}

func TestBadFilesKeepTheLastGoodCopy(t *testing.T) {
	folder := t.TempDir()
	put(t, folder, "fraud.json", text(t, example("fraud", "", 10)))
	d := newRig(t, func(c *Config) { c.Directory, c.MaxProfileSize = folder, 4096 })
	d.start(nil)

	wrong := example("fraud", "", 20)
	content := string(text(t, wrong))
	for i, test := range []struct{ content, says string }{
		{content[:len(content)/2], "not a whole profile"},
		{"", "not a whole profile"},
		{`{"schema": "leeway.profile/v9", "model": "fraud"}`, `schema is "leeway.profile/v9"; must be "leeway.profile/v1"`},
		{`{"schema": "leeway.profile/v1", "model": "fraud", "rhythm": {"cycle": "none"}, "features": [{"name": "amount", "type": "numeric", "bounds": [2, 1], "counts": [1, 2, 3], "rollup": [0], "deciles": [0]}]}`,
			"features[0] (amount).bounds[1]"},
		{content + string(make([]byte, 5000)), "max_profile_size"},
	} {
		put(t, folder, "fraud.json", []byte(test.content))
		d.rescan(map[string]bool{"fraud.json": true})
		assert.Equal(t, uint64(10), d.rows("fraud", "1"), test.says)
		lines := d.said("the last good copy stays in force")
		require.Len(t, lines, i+1, test.says)
		fields := lines[i].ContextMap()
		assert.Equal(t, filepath.Join(folder, "fraud.json"), fields["file"])
		assert.Contains(t, fields["error"], test.says)
		d.rescan(map[string]bool{"fraud.json": true})
		assert.Len(t, d.said("the last good copy stays in force"), i+1, "the same fault is said once")
	}
	assert.Equal(t, int64(5), d.counter("otelcol_profiles_rejected"))

	put(t, folder, "fraud.json", []byte(content))
	d.rescan(nil)
	assert.Equal(t, uint64(20), d.rows("fraud", "1"))
}

func TestTwoFilesForOneModel(t *testing.T) {
	folder := t.TempDir()
	put(t, folder, "b.json", text(t, example("fraud", "3", 20)))
	put(t, folder, "a.json", text(t, example("fraud", "3", 10)))
	r := newRig(t, func(c *Config) { c.Directory = folder }).start(nil)
	assert.Equal(t, uint64(10), r.rows("fraud", "3"))
	lines := r.said("Two profile files are for the same model and version")
	require.Len(t, lines, 1)
	assert.Equal(t, "a.json", lines[0].ContextMap()["in_force"])
	assert.Equal(t, "b.json", lines[0].ContextMap()["refused"])
	r.rescan(nil)
	assert.Equal(t, int64(1), r.counter("otelcol_profiles_rejected"))

	require.NoError(t, os.Remove(filepath.Join(folder, "a.json")))
	r.rescan(nil)
	assert.Equal(t, uint64(20), r.rows("fraud", "3"))
}

func TestMoreProfilesThanAllowed(t *testing.T) {
	folder := t.TempDir()
	for _, name := range []string{"a", "b", "c"} {
		put(t, folder, name+".json", text(t, example(name, "", 10)))
	}
	r := newRig(t, func(c *Config) { c.Directory, c.MaxProfiles = folder, 2 }).start(nil)
	assert.NotNil(t, r.Profile("b", ""))
	assert.Nil(t, r.Profile("c", ""))
	require.Len(t, r.said("More profiles than max_profiles"), 1)
	assert.Equal(t, "c", r.said("More profiles than max_profiles")[0].ContextMap()["model"])
	r.rescan(nil)
	assert.Equal(t, int64(1), r.counter("otelcol_profiles_rejected"))
}

func TestShutdownWithoutStartAndTwice(t *testing.T) {
	r := newRig(t, func(*Config) {})
	require.NoError(t, r.Shutdown(context.Background()))
	require.NoError(t, r.Shutdown(context.Background()))
}

// Mounted Kubernetes ConfigMaps are links to a folder that is swapped.
func TestConfigMapSwap(t *testing.T) {
	folder := t.TempDir()
	for i, name := range []string{"..one", "..two"} {
		require.NoError(t, os.Mkdir(filepath.Join(folder, name), 0o700))
		require.NoError(t, os.WriteFile(filepath.Join(folder, name, "fraud.json"), text(t, example("fraud", "", uint64(i+1))), 0o600))
	}
	require.NoError(t, os.Symlink("..one", filepath.Join(folder, "..data")))
	require.NoError(t, os.Symlink("..data/fraud.json", filepath.Join(folder, "fraud.json")))
	r := newRig(t, func(c *Config) { c.Directory = folder }).start(nil)
	assert.Equal(t, uint64(1), r.rows("fraud", "1"))

	require.NoError(t, os.Symlink("..two", filepath.Join(folder, "..data_tmp")))
	require.NoError(t, os.Rename(filepath.Join(folder, "..data_tmp"), filepath.Join(folder, "..data")))
	require.Eventually(t, func() bool { return r.rows("fraud", "1") == 2 }, patience, pace)
}
