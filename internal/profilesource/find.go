// Package profilesource finds the extension that serves profiles, for the components that ask it.
package profilesource

import (
	"fmt"
	"sort"
	"strings"

	"go.opentelemetry.io/collector/component"

	"github.com/leeway-ml/leeway/profile"
)

// Find returns the profile provider among the host's extensions: the one of that ID, or, where id is nil, the only one
// there is. It returns nil and no error where id is nil and no extension serves profiles: everything works without, only
// without a reference.
func Find(host component.Host, id *component.ID) (profile.Provider, error) {
	extensions := host.GetExtensions()
	if id != nil {
		extension, ok := extensions[*id]
		if !ok {
			return nil, fmt.Errorf("profiles: no extension %q is running; define it under extensions and name it in service::extensions", id)
		}
		provider, ok := extension.(profile.Provider)
		if !ok {
			return nil, fmt.Errorf("profiles: extension %q serves no profiles; name one of type \"profiles\"", id)
		}
		return provider, nil
	}
	var found profile.Provider
	var names []string
	for id, extension := range extensions {
		if provider, ok := extension.(profile.Provider); ok {
			found = provider
			names = append(names, id.String())
		}
	}
	if len(names) > 1 {
		sort.Strings(names)
		return nil, fmt.Errorf("profiles: %s all serve profiles; set profiles to the one to use", strings.Join(names, ", "))
	}
	return found, nil
}
