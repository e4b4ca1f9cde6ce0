package configread

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
)

// withoutUnit finds durations that are plain numbers: they would be read as nanoseconds, which nobody means. 0 needs no unit.
func withoutUnit(path string, in reflect.Type, value any) []error {
	in = bare(in)
	var faults []error
	switch value := value.(type) {
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(value)) {
			switch in.Kind() {
			case reflect.Struct:
				if field, ok := fieldsOf(in)[key]; ok {
					faults = append(faults, withoutUnit(join(path, key), field.Type, value[key])...)
				}
			case reflect.Map:
				faults = append(faults, withoutUnit(join(path, key), in.Elem(), value[key])...)
			}
		}
	case []any:
		for i, element := range value {
			if in.Kind() == reflect.Slice {
				faults = append(faults, withoutUnit(fmt.Sprintf("%s[%d]", path, i), in.Elem(), element)...)
			}
		}
	case int, int64, uint64, float64:
		if in == duration && !reflect.ValueOf(value).IsZero() {
			faults = append(faults, wrong(path, in, value, nil))
		}
	}
	return faults
}

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "::" + key
}
