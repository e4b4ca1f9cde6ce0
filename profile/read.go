package profile

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
)

// MaxSize is the size in bytes of the largest profile that is read. A profile of 100 features has 1 to 2 MB.
const MaxSize = 64 << 20

// ReadFile reads the profile in that file; see Read.
func ReadFile(path string) (*Profile, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	p, err := Read(file)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return p, nil
}

// Read reads a profile and validates it. It refuses what is larger than MaxSize, fields that the format does not have, and
// everything that Validate refuses; its errors name the place.
func Read(r io.Reader) (*Profile, error) {
	text, err := io.ReadAll(io.LimitReader(r, MaxSize+1))
	if err != nil {
		return nil, err
	}
	if len(text) > MaxSize {
		return nil, fmt.Errorf("more than %d MiB; a profile has 10 to 20 kB a feature", MaxSize>>20)
	}
	if err := checkFields(text); err != nil {
		return nil, err
	}
	p := &Profile{}
	if err := json.Unmarshal(text, p); err != nil {
		return nil, syntaxError(text, err)
	}
	if err := p.Validate(); err != nil {
		return nil, err
	}
	return p, nil
}

// syntaxError adds the line to an error of the JSON decoder.
func syntaxError(text []byte, err error) error {
	offset := int64(-1)
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	switch {
	case errors.As(err, &syntax):
		offset = syntax.Offset
	case errors.As(err, &kind):
		offset = kind.Offset
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return errors.New("not a whole profile: the JSON ends too early")
	}
	if offset < 0 || offset > int64(len(text)) {
		return fmt.Errorf("not a profile: %w", err)
	}
	return fmt.Errorf("not a profile: line %d: %w", 1+bytes.Count(text[:offset], []byte("\n")), err)
}
