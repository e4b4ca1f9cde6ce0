package configread

import (
	"maps"
	"reflect"
	"slices"
	"strings"
	"time"

	"go.opentelemetry.io/collector/component"
)

var (
	duration = reflect.TypeFor[time.Duration]()
	id       = reflect.TypeFor[component.ID]()
)

// formOf says how a value of the type is written; "" where that is not known.
func formOf(t reflect.Type) string {
	t = bare(t)
	switch t {
	case duration:
		return "a duration with its unit, as in 10s, 5m or 24h"
	case id:
		return "the ID of a component, as in file_storage or file_storage/windows"
	}
	switch t.Kind() {
	case reflect.Bool:
		return "true or false"
	case reflect.Int, reflect.Int64, reflect.Int32:
		return "a whole number"
	case reflect.Uint, reflect.Uint64, reflect.Uint32:
		return "a whole number, 0 or more"
	case reflect.Float64:
		return "a number"
	case reflect.String:
		return "a text"
	case reflect.Struct:
		return "written as " + example(t)
	case reflect.Slice, reflect.Map:
		return "written as " + example(t)
	}
	return ""
}

// example is a value of the type in YAML, with its keys.
func example(t reflect.Type) string {
	t = bare(t)
	switch {
	case t == duration:
		return "1h"
	case t.Kind() == reflect.Struct:
		var parts []string
		for _, key := range slices.Sorted(maps.Keys(fieldsOf(t))) {
			parts = append(parts, key+": ...")
		}
		return "{" + strings.Join(parts, ", ") + "}"
	case t.Kind() == reflect.Slice && t.Elem().Kind() == reflect.Slice:
		return "[[a], [a, b]]"
	case t.Kind() == reflect.Slice:
		return "[" + example(t.Elem()) + ", ...]"
	case t.Kind() == reflect.Map:
		return "{name: " + example(t.Elem()) + ", ...}"
	}
	return "..."
}
