package profile

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"sort"
	"strconv"
	"strings"
	"time"
)

// checkFields walks JSON beside the types that it is to be decoded into, and refuses unknown and repeated fields and values
// of another kind, with the path. encoding/json alone lets repeated and differently spelled fields pass and names no index.
func checkFields(text []byte) error {
	w := &walker{decoder: json.NewDecoder(bytes.NewReader(text)), text: text}
	w.decoder.UseNumber()
	if err := w.value(reflect.TypeFor[Profile](), ""); err != nil {
		return err
	}
	if _, err := w.decoder.Token(); !errors.Is(err, io.EOF) {
		return errors.New("there is something after the end of the profile; a file holds one profile")
	}
	return nil
}

type walker struct {
	decoder *json.Decoder
	text    []byte
}

func (w *walker) value(t reflect.Type, path string) error {
	token, err := w.decoder.Token()
	if err != nil {
		return syntaxError(w.text, err)
	}
	if token == nil {
		return nil // null leaves the zero value; Validate says whether that will do
	}
	if t == reflect.TypeFor[time.Time]() {
		if s, ok := token.(string); ok {
			if _, err := time.Parse(time.RFC3339, s); err == nil {
				return nil
			}
		}
		return fmt.Errorf("%s: must be a time like 2026-01-31T12:00:00Z", path)
	}
	switch t.Kind() {
	case reflect.Pointer:
		return w.inside(t.Elem(), token, path)
	default:
		return w.inside(t, token, path)
	}
}

// inside checks the value that begins with the token.
func (w *walker) inside(t reflect.Type, token json.Token, path string) error {
	switch t.Kind() {
	case reflect.Struct:
		return w.object(token, path, fieldsOf(t))
	case reflect.Map:
		return w.object(token, path, anyField(t.Elem()))
	case reflect.Slice:
		if token != json.Delim('[') {
			return mistyped(path, "an array")
		}
		for i := 0; w.decoder.More(); i++ {
			if err := w.value(t.Elem(), path+"["+strconv.Itoa(i)+"]"); err != nil {
				return err
			}
		}
		_, err := w.decoder.Token()
		if err != nil {
			return syntaxError(w.text, err)
		}
		return nil
	case reflect.String:
		if _, ok := token.(string); !ok {
			return mistyped(path, "a text")
		}
	case reflect.Bool:
		if _, ok := token.(bool); !ok {
			return mistyped(path, "true or false")
		}
	case reflect.Float64:
		n, ok := token.(json.Number)
		if !ok {
			return mistyped(path, "a number")
		}
		if _, err := n.Float64(); err != nil {
			return fmt.Errorf("%s: %s is not a finite number", path, n)
		}
	case reflect.Uint64:
		n, ok := token.(json.Number)
		if !ok {
			return mistyped(path, "a count")
		}
		if _, err := strconv.ParseUint(n.String(), 10, 64); err != nil {
			return fmt.Errorf("%s: %s is no count; must be a whole number, 0 or more", path, n)
		}
	case reflect.Int:
		n, ok := token.(json.Number)
		if !ok {
			return mistyped(path, "a whole number")
		}
		if _, err := strconv.Atoi(n.String()); err != nil {
			return fmt.Errorf("%s: %s is not a whole number", path, n)
		}
	}
	return nil
}

// object checks an object whose fields' types field knows.
func (w *walker) object(token json.Token, path string, field func(name string) (reflect.Type, error)) error {
	if token != json.Delim('{') {
		return mistyped(path, "an object")
	}
	seen := map[string]bool{}
	for w.decoder.More() {
		key, err := w.decoder.Token()
		if err != nil {
			return syntaxError(w.text, err)
		}
		name, _ := key.(string)
		at := name
		if path != "" {
			at = path + "." + name
		}
		t, err := field(name)
		if err != nil {
			return fmt.Errorf("%s: %w", at, err)
		}
		if seen[name] {
			return fmt.Errorf("%s: given twice", at)
		}
		seen[name] = true
		if err := w.value(t, at); err != nil {
			return err
		}
	}
	if _, err := w.decoder.Token(); err != nil {
		return syntaxError(w.text, err)
	}
	return nil
}

func anyField(t reflect.Type) func(string) (reflect.Type, error) {
	return func(string) (reflect.Type, error) { return t, nil }
}

func fieldsOf(t reflect.Type) func(string) (reflect.Type, error) {
	types := make(map[string]reflect.Type, t.NumField())
	names := make([]string, 0, t.NumField())
	for i := range t.NumField() {
		name, _, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
		types[name] = t.Field(i).Type
		names = append(names, name)
	}
	return func(name string) (reflect.Type, error) {
		if t, ok := types[name]; ok {
			return t, nil
		}
		sort.Strings(names)
		return nil, fmt.Errorf("there is no such field; there are %s", strings.Join(names, ", "))
	}
}

func mistyped(path, want string) error {
	if path == "" {
		return fmt.Errorf("not a profile: must be %s", want)
	}
	return fmt.Errorf("%s: must be %s", path, want)
}
