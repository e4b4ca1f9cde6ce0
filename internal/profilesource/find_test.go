package profilesource

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"

	"github.com/leeway-ml/leeway/profile"
)

type host map[component.ID]component.Component

func (h host) GetExtensions() map[component.ID]component.Component { return h }

type provider struct {
	component.StartFunc
	component.ShutdownFunc
}

func (*provider) Profile(string, string) *profile.Profile { return nil }
func (*provider) Generation() uint64                      { return 0 }
func (*provider) Learner() profile.Learner                { return nil }

type other struct {
	component.StartFunc
	component.ShutdownFunc
}

func TestFind(t *testing.T) {
	profiles, second := component.MustNewID("profiles"), component.MustNewIDWithName("profiles", "second")
	health := component.MustNewID("health_check")
	one, two := &provider{}, &provider{}

	found, err := Find(host{health: &other{}}, nil)
	require.NoError(t, err)
	assert.Nil(t, found)

	found, err = Find(host{health: &other{}, profiles: one}, nil)
	require.NoError(t, err)
	assert.Same(t, one, found)

	both := host{profiles: one, second: two}
	_, err = Find(both, nil)
	require.ErrorContains(t, err, "profiles, profiles/second all serve profiles")
	found, err = Find(both, &second)
	require.NoError(t, err)
	assert.Same(t, two, found)

	_, err = Find(host{}, &second)
	require.ErrorContains(t, err, `no extension "profiles/second" is running`)
	_, err = Find(host{health: &other{}}, &health)
	require.ErrorContains(t, err, `extension "health_check" serves no profiles`)
}
