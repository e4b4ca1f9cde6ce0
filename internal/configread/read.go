// Package configread reads the configuration of a component, and says of what can't be read where it stands, what it is, and
// what would be right.
package configread

import (
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"go.opentelemetry.io/collector/confmap"
)

// Into fills in a component's configuration, a pointer to a struct. It is meant for Unmarshal methods:
//
//	func (c *Config) Unmarshal(conf *confmap.Conf) error { return configread.Into(c, conf) }
//
// The Collector's own errors name no value, since it might be a secret. Here, single values are named, unless their type is
// that of secrets (configopaque).
func Into(config any, conf *confmap.Conf) error {
	t, settings := reflect.TypeOf(config).Elem(), conf.ToStringMap()
	err := conf.Unmarshal(config)
	if err == nil {
		return errors.Join(withoutUnit("", t, settings)...)
	}
	if faults := faultsOf("", t, settings); len(faults) > 0 {
		return errors.Join(faults...)
	}
	return err
}

// faultsOf looks at the settings one by one, each under its path.
func faultsOf(path string, in reflect.Type, settings map[string]any) []error {
	fields := fieldsOf(in)
	var faults []error
	for _, key := range slices.Sorted(maps.Keys(settings)) {
		at, value := path+key, settings[key]
		field, known := fields[key]
		if !known {
			faults = append(faults, fmt.Errorf("%s: unknown key; %s", at, suggest(key, slices.Sorted(maps.Keys(fields)))))
			continue
		}
		err := confmap.NewFromStringMap(map[string]any{key: value}).Unmarshal(alone(field))
		if err == nil {
			continue
		}
		if inner := innerFaults(at, field.Type, value); len(inner) > 0 {
			faults = append(faults, inner...)
			continue
		}
		faults = append(faults, wrong(at, field.Type, value, err))
	}
	return faults
}

// innerFaults looks into structs, and lists and maps of them.
func innerFaults(path string, in reflect.Type, value any) []error {
	in = bare(in)
	var faults []error
	switch value := value.(type) {
	case map[string]any:
		switch {
		case in.Kind() == reflect.Struct:
			return faultsOf(path+"::", in, value)
		case in.Kind() == reflect.Map:
			for _, key := range slices.Sorted(maps.Keys(value)) {
				faults = append(faults, elementFaults(path+"::"+key, in.Elem(), value[key])...)
			}
		}
	case []any:
		if in.Kind() == reflect.Slice {
			for i, element := range value {
				faults = append(faults, elementFaults(fmt.Sprintf("%s[%d]", path, i), in.Elem(), element)...)
			}
		}
	}
	return faults
}

func elementFaults(path string, in reflect.Type, value any) []error {
	if _, isMap := value.(map[string]any); !isMap && bare(in).Kind() == reflect.Struct {
		return []error{wrong(path, in, value, nil)}
	}
	return innerFaults(path, in, value)
}

// wrong is the error of one value.
func wrong(path string, in reflect.Type, value any, err error) error {
	if form := formOf(in); form != "" {
		return fmt.Errorf("%s: %s must be %s", path, show(in, value), form)
	}
	return fmt.Errorf("%s: %s can't be read: %w", path, show(in, value), err)
}

func show(in reflect.Type, value any) string {
	text := fmt.Sprintf("%v", value)
	switch value := value.(type) {
	case map[string]any:
		return "a map"
	case []any:
		return "a list"
	case nil:
		return "nothing"
	case string:
		text = fmt.Sprintf("%q", value)
	}
	if strings.HasSuffix(bare(in).PkgPath(), "/configopaque") {
		return "the value"
	}
	if len(text) > 100 {
		text = strings.ToValidUTF8(text[:100], "") + "..."
	}
	return text
}

// alone is a pointer to a struct that has only this field.
func alone(field reflect.StructField) any {
	field.Index, field.Offset, field.Anonymous = nil, 0, false
	return reflect.New(reflect.StructOf([]reflect.StructField{field})).Interface()
}

// fieldsOf are the fields of a struct by their keys, those of squashed ones among them.
func fieldsOf(t reflect.Type) map[string]reflect.StructField {
	fields := map[string]reflect.StructField{}
	for i := range t.NumField() {
		field := t.Field(i)
		name, options, _ := strings.Cut(field.Tag.Get("mapstructure"), ",")
		switch {
		case strings.Contains(options, "squash"):
			maps.Copy(fields, fieldsOf(bare(field.Type)))
		case field.IsExported() && name != "-" && name != "":
			fields[name] = field
		}
	}
	return fields
}

// bare is the type behind pointers and optional settings.
func bare(t reflect.Type) reflect.Type {
	for {
		if t.Kind() == reflect.Pointer {
			t = t.Elem()
			continue
		}
		get, ok := reflect.PointerTo(t).MethodByName("GetOrInsertDefault")
		if !ok || get.Type.NumOut() != 1 {
			return t
		}
		t = get.Type.Out(0)
	}
}
