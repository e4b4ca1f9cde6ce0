package profilesextension

import (
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func layer(from origin, keys ...key) map[key]*entry {
	entries := map[key]*entry{}
	for i, k := range keys {
		entries[k] = newEntry(example(k.model, k.version, uint64(100*int(from)+i)), from, "test")
	}
	return entries
}

func TestPrecedence(t *testing.T) {
	c := newCatalog(100)
	c.set(fromLearning, layer(fromLearning, key{"m", "1"}, key{"m", "2"}, key{"m", "9"}))
	c.set(fromSource, layer(fromSource, key{"m", ""}, key{"m", "2"}, key{"n", "1"}))
	c.set(fromDirectory, layer(fromDirectory, key{"m", "3"}, key{"n", ""}))
	v := c.view.Load()
	for _, test := range []struct {
		model, version string
		from           origin
		named          string
	}{
		{"m", "3", fromDirectory, "3"},
		{"m", "2", fromSource, "2"},
		{"m", "1", fromSource, ""}, // the source speaks for every version, and comes before learning
		{"m", "unknown", fromSource, ""},
		{"n", "1", fromDirectory, ""},
	} {
		e := v.lookup(test.model, test.version)
		require.NotNil(t, e, test)
		assert.Equal(t, test.from, e.origin, test)
		assert.Equal(t, test.named, e.profile.Version, test)
	}
	assert.Nil(t, v.lookup("o", "1"))
	var listed []key
	for _, e := range v.entries {
		listed = append(listed, keyOf(e.profile))
	}
	assert.Equal(t, []key{{"m", ""}, {"m", "2"}, {"m", "3"}, {"n", ""}}, listed, "only what is in force")
	assert.Equal(t, [origins]int64{2, 2, 0}, v.counts())
}

func TestGenerationGrowsWithChangesOnly(t *testing.T) {
	c := newCatalog(100)
	same := layer(fromDirectory, key{"m", "1"})
	c.set(fromDirectory, same)
	first := c.view.Load().generation
	c.set(fromDirectory, same)
	assert.Equal(t, first, c.view.Load().generation)
	c.add(newEntry(example("m", "2", 7), fromLearning, "learned"))
	assert.Equal(t, first+1, c.view.Load().generation)
	c.set(fromDirectory, nil)
	assert.Equal(t, first+2, c.view.Load().generation)
	assert.NotNil(t, c.view.Load().lookup("m", "2"))
}

func BenchmarkProfile(b *testing.B) {
	var keys []key
	for i := range 100 {
		keys = append(keys, key{"model-" + strconv.Itoa(i), ""}, key{"model-" + strconv.Itoa(i), "3"})
	}
	p := &profiles{catalog: newCatalog(1000)}
	p.catalog.set(fromDirectory, layer(fromDirectory, keys...))
	for _, version := range []string{"3", "unknown"} {
		b.Run(version, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if p.Profile("model-42", version) == nil {
					b.Fatal("no profile")
				}
			}
		})
	}
}
