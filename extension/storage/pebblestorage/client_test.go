package pebblestorage

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/extension/xextension/storage"
	"pgregory.net/rapid"
)

func TestClientIsLikeAMap(t *testing.T) {
	ctx := context.Background()
	c := clientOf(t, open(t, configured(t.TempDir(), nil)), component.KindProcessor, owner, "")

	value, err := c.Get(ctx, "nothing")
	require.NoError(t, err)
	require.Nil(t, value)
	require.NoError(t, c.Delete(ctx, "nothing"))

	require.NoError(t, c.Set(ctx, "a", []byte("1")))
	require.NoError(t, c.Set(ctx, "a", []byte("2")))
	value, err = c.Get(ctx, "a")
	require.NoError(t, err)
	require.Equal(t, []byte("2"), value)

	require.NoError(t, c.Set(ctx, "empty", nil))
	value, err = c.Get(ctx, "empty")
	require.NoError(t, err)
	require.NotNil(t, value, "an empty value is there")
	require.Empty(t, value)

	require.NoError(t, c.Delete(ctx, "a"))
	value, err = c.Get(ctx, "a")
	require.NoError(t, err)
	require.Nil(t, value)
}

func TestBatchReadsWhatItWrote(t *testing.T) {
	ctx := context.Background()
	c := clientOf(t, open(t, configured(t.TempDir(), nil)), component.KindProcessor, owner, "")
	require.NoError(t, c.Set(ctx, "a", []byte("old")))
	before, after, gone := storage.GetOperation("a"), storage.GetOperation("a"), storage.GetOperation("a")
	require.NoError(t, c.Batch(ctx, before, storage.SetOperation("a", []byte("new")), after, storage.DeleteOperation("a"), gone))
	require.Equal(t, []byte("old"), before.Value)
	require.Equal(t, []byte("new"), after.Value)
	require.Nil(t, gone.Value)
}

func TestBatchOfAnUnknownTypeDoesNothing(t *testing.T) {
	ctx := context.Background()
	c := clientOf(t, open(t, configured(t.TempDir(), nil)), component.KindProcessor, owner, "")
	err := c.Batch(ctx, storage.SetOperation("a", []byte("1")), &storage.Operation{Key: "b", Type: 7})
	require.ErrorContains(t, err, `unknown type 7 on "b"`)
	value, err := c.Get(ctx, "a")
	require.NoError(t, err)
	require.Nil(t, value)
}

func TestValuesMayBeChangedAfterwards(t *testing.T) {
	ctx := context.Background()
	c := clientOf(t, open(t, configured(t.TempDir(), nil)), component.KindProcessor, owner, "")
	value := []byte("as written")
	require.NoError(t, c.Set(ctx, "a", value))
	value[0] = 'X'
	read, err := c.Get(ctx, "a")
	require.NoError(t, err)
	require.Equal(t, "as written", string(read))
	read[0] = 'Y'
	again, err := c.Get(ctx, "a")
	require.NoError(t, err)
	require.Equal(t, "as written", string(again))
}

func TestWalk(t *testing.T) {
	ctx := context.Background()
	s := open(t, configured(t.TempDir(), nil))
	c := clientOf(t, s, component.KindProcessor, owner, "")
	other := clientOf(t, s, component.KindProcessor, owner, "other")
	for _, k := range []string{"b", "a", "c", "\xff\xff"} {
		require.NoError(t, c.Set(ctx, k, []byte("of "+k)))
		require.NoError(t, other.Set(ctx, "other "+k, nil))
	}
	w := c.(storage.Walker)

	var seen []string
	require.NoError(t, w.Walk(ctx, func(key string, value []byte) ([]*storage.Operation, error) {
		seen = append(seen, key+": "+string(value))
		return []*storage.Operation{storage.DeleteOperation(key), storage.SetOperation("new", value)}, nil
	}))
	require.Equal(t, []string{"a: of a", "b: of b", "c: of c", "\xff\xff: of \xff\xff"}, seen, "what is written meanwhile is not walked over")

	seen = nil
	require.NoError(t, w.Walk(ctx, func(key string, _ []byte) ([]*storage.Operation, error) {
		seen = append(seen, key)
		return []*storage.Operation{storage.SetOperation("a", nil), storage.SetOperation("b", nil)}, storage.SkipAll
	}))
	require.Equal(t, []string{"new"}, seen)

	broke := errors.New("broke")
	n := 0
	require.ErrorIs(t, w.Walk(ctx, func(key string, _ []byte) ([]*storage.Operation, error) {
		n++
		return []*storage.Operation{storage.DeleteOperation(key)}, broke
	}), broke)
	require.Equal(t, 1, n)
	value, err := c.Get(ctx, "a")
	require.NoError(t, err)
	require.NotNil(t, value, "nothing is done where the walk fails")
}

func TestClosedClient(t *testing.T) {
	ctx := context.Background()
	s := open(t, configured(t.TempDir(), nil))
	c, same := clientOf(t, s, component.KindProcessor, owner, ""), clientOf(t, s, component.KindProcessor, owner, "")
	require.NoError(t, c.Close(ctx))
	require.NoError(t, c.Close(ctx))
	require.ErrorIs(t, c.Set(ctx, "a", nil), errClosed)
	require.NoError(t, same.Set(ctx, "a", nil), "others go on")
	require.NoError(t, s.Shutdown(ctx))
	require.ErrorIs(t, same.Set(ctx, "a", nil), errNotRunning)
	_, err := s.GetClient(ctx, component.KindProcessor, owner, "")
	require.ErrorIs(t, err, errNotRunning)
}

func TestCancelledContext(t *testing.T) {
	c := clientOf(t, open(t, configured(t.TempDir(), nil)), component.KindProcessor, owner, "")
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	require.ErrorIs(t, c.Set(ctx, "a", nil), context.Canceled)
}

// TestPrefixesAreApart: no client's prefix begins with another one's, so that no client sees another one's keys.
func TestPrefixesAreApart(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		draw := func(label string) (string, [3]string) {
			kind := rapid.SampledFrom([]component.Kind{component.KindProcessor, component.KindExporter, component.KindReceiver, component.KindExtension}).Draw(t, label+"kind")
			id := component.MustNewIDWithName(rapid.SampledFrom([]string{"a", "ab", "b"}).Draw(t, label+"type"), rapid.SampledFrom([]string{"", "a", "a_b", "x/y"}).Draw(t, label+"id"))
			name := rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{"", "/", "a/", "%2F", "\xff"})).Draw(t, label+"name")
			return prefixOf(kind, id, name), [3]string{kind.String(), id.String(), name}
		}
		a, ofA := draw("a ")
		b, ofB := draw("b ")
		if ofA == ofB {
			return
		}
		if len(a) <= len(b) && b[:len(a)] == a {
			t.Fatalf("%q begins with %q", b, a)
		}
	})
}

// TestAgainstAMap does whatever comes, over restarts, in two clients, and compares with maps.
func TestAgainstAMap(t *testing.T) {
	directory := t.TempDir()
	runs := 0
	rapid.Check(t, func(rt *rapid.T) {
		runs++
		ctx := context.Background()
		cfg := configured(directory, func(c *Config) { c.Sync = false })
		s := open(t, cfg)
		// Each run has clients of its own in the same directory.
		name := string(rune('A'+runs%26)) + string(rune('A'+runs/26))
		names := [2]string{name, name + "/"}
		maps := [2]map[string]string{{}, {}}
		keys := rapid.OneOf(rapid.SampledFrom([]string{"", "a", "a/", "/", "\x00", "\xff"}), rapid.StringN(0, 3, 8))
		rt.Repeat(map[string]func(*rapid.T){
			"batch": func(t *rapid.T) {
				i := rapid.IntRange(0, 1).Draw(t, "client")
				var ops []*storage.Operation
				var want []string
				for range rapid.IntRange(1, 8).Draw(t, "operations") {
					key := keys.Draw(t, "key")
					switch rapid.IntRange(0, 2).Draw(t, "type") {
					case 0:
						ops = append(ops, storage.GetOperation(key))
						v, ok := maps[i][key]
						if !ok {
							v = "nothing"
						}
						want = append(want, v)
						continue
					case 1:
						value := rapid.String().Draw(t, "value")
						ops = append(ops, storage.SetOperation(key, []byte(value)))
						maps[i][key] = value
					case 2:
						ops = append(ops, storage.DeleteOperation(key))
						delete(maps[i], key)
					}
					want = append(want, "")
				}
				c, err := s.GetClient(ctx, component.KindProcessor, owner, names[i])
				require.NoError(t, err)
				require.NoError(t, c.Batch(ctx, ops...))
				for j, op := range ops {
					if op.Type != storage.Get {
						continue
					}
					got := "nothing"
					if op.Value != nil {
						got = string(op.Value)
					}
					require.Equal(t, want[j], got)
				}
			},
			"walk": func(t *rapid.T) {
				i := rapid.IntRange(0, 1).Draw(t, "client")
				c, err := s.GetClient(ctx, component.KindProcessor, owner, names[i])
				require.NoError(t, err)
				got := map[string]string{}
				require.NoError(t, c.(storage.Walker).Walk(ctx, func(key string, value []byte) ([]*storage.Operation, error) {
					got[key] = string(value)
					return nil, nil
				}))
				require.Equal(t, maps[i], got)
			},
			"restart": func(*rapid.T) {
				if rapid.IntRange(0, 9).Draw(rt, "seldom") == 0 {
					require.NoError(t, s.Shutdown(ctx))
					s = open(t, cfg)
				}
			},
		})
		require.NoError(t, s.Shutdown(ctx))
	})
}

func FuzzKeys(f *testing.F) {
	for _, key := range []string{"", "a", "processor/owner//", "\x00", "\xff\xff", "é", "a\nb"} {
		f.Add(key, key)
	}
	s := open(f, configured(f.TempDir(), func(c *Config) { c.Sync = false }))
	c, other := clientOf(f, s, component.KindProcessor, owner, ""), clientOf(f, s, component.KindProcessor, owner, "other")
	f.Fuzz(func(t *testing.T, key, value string) {
		ctx := context.Background()
		require.NoError(t, c.Set(ctx, key, []byte(value)))
		got, err := c.Get(ctx, key)
		require.NoError(t, err)
		require.Equal(t, value, string(got))
		got, err = other.Get(ctx, key)
		require.NoError(t, err)
		require.Nil(t, got)
		require.NoError(t, c.Delete(ctx, key))
	})
}
