package build

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/leeway-ml/leeway/profile"
)

// maxImportances is the size in bytes of the largest file of importances that is read.
const maxImportances = 16 << 20

// importances are how much each feature matters to the model, from a file.
type importances struct {
	file string // its name, for errors
	of   map[string]float64
}

// readImportances reads a JSON object of features and numbers, or a CSV with the columns feature and importance, among others.
func readImportances(path string) (*importances, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("--importances: %w", err)
	}
	defer file.Close()
	text, err := io.ReadAll(io.LimitReader(file, maxImportances+1))
	if err != nil {
		return nil, fmt.Errorf("--importances: %w", err)
	}
	im := &importances{file: filepath.Base(path), of: map[string]float64{}}
	text = bytes.TrimSpace(bytes.TrimPrefix(text, []byte("\xef\xbb\xbf")))
	switch {
	case len(text) > maxImportances:
		err = fmt.Errorf("more than %d MiB; must have a number a feature", maxImportances>>20)
	case bytes.HasPrefix(text, []byte("{")):
		err = im.readJSON(text)
	default:
		err = im.readCSV(text)
	}
	if err == nil {
		err = im.check()
	}
	if err != nil {
		return nil, fmt.Errorf("--importances %s: %w", im.file, err)
	}
	return im, nil
}

func (im *importances) readJSON(text []byte) error {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	broken := func(err error) error {
		line := 1 + bytes.Count(text[:min(int64(len(text)), decoder.InputOffset())], []byte("\n"))
		return fmt.Errorf("line %d: %w; must be a JSON object of features and numbers, and JSON has no NaN", line, err)
	}
	if _, err := decoder.Token(); err != nil { // the opening brace
		return broken(err)
	}
	for decoder.More() {
		key, err := decoder.Token()
		if err != nil {
			return broken(err)
		}
		value, err := decoder.Token()
		if err != nil {
			return broken(err)
		}
		name, _ := key.(string)
		number, ok := value.(json.Number)
		if !ok {
			return fmt.Errorf("%q: must be a number, 0 or more", name)
		}
		if err := im.add(name, number.String()); err != nil {
			return err
		}
	}
	if _, err := decoder.Token(); err != nil {
		return broken(err)
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return errors.New("there is something after the end of the object; must be one JSON object")
	}
	return nil
}

func (im *importances) readCSV(text []byte) error {
	in := csv.NewReader(bytes.NewReader(text))
	in.TrimLeadingSpace = true
	header, err := in.Read()
	if err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	name, value := slices.Index(header, "feature"), slices.Index(header, "importance")
	if name < 0 || value < 0 {
		return fmt.Errorf("begins with %s; must be a JSON object of features and numbers, or a CSV whose first line has the columns feature and importance",
			quote(strings.Join(header, ",")))
	}
	for {
		row, err := in.Read()
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err
		}
		if err := im.add(row[name], row[value]); err != nil {
			line, _ := in.FieldPos(value)
			return fmt.Errorf("line %d: %w", line, err)
		}
	}
}

func (im *importances) add(name, text string) error {
	x, err := strconv.ParseFloat(strings.TrimSpace(text), 64)
	switch {
	case err != nil || !finite(x):
		return fmt.Errorf("%q: is %s; must be a finite number, 0 or more", name, quote(text))
	case x < 0:
		return fmt.Errorf("%q: is %s; must be 0 or more (a permutation importance below 0 is chance: write 0)", name, text)
	}
	if _, ok := im.of[name]; ok {
		return fmt.Errorf("%q: given twice; each feature has one importance", name)
	}
	im.of[name] = x
	return nil
}

func (im *importances) check() error {
	for _, x := range im.of {
		if x > 0 {
			return nil
		}
	}
	return errors.New("no feature has an importance above 0")
}

// apply gives the features their importances. A name of what is no feature is an error; one of a column that was left out is
// not, as the training job could not know.
func (im *importances) apply(p *profile.Profile, s *survey, warn func(string, ...any)) error {
	for _, name := range slices.Sorted(maps.Keys(im.of)) {
		switch i := s.schema.Find(name); {
		case p.Feature(name) != nil:
		case i >= 0 && s.columns[i].role == feature:
			warn("--importances %s: column %s is not among the features that are judged one by one; its importance of %v is not used", im.file, name, im.of[name])
		default:
			var names []string
			for _, v := range p.Features {
				names = append(names, v.Name)
			}
			return fmt.Errorf("--importances %s: %q (%v) is no feature; there are %s", im.file, name, im.of[name], list(names))
		}
	}
	var none []string
	for _, v := range p.Features {
		x, ok := im.of[v.Name]
		if !ok {
			none = append(none, v.Name)
		}
		v.Importance = &x
	}
	if len(none) > 0 {
		warn("--importances %s: has nothing for %s; they count as 0, as if the model did not look at them", im.file, list(none))
	}
	return nil
}
