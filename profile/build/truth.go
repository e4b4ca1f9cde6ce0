package build

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/leeway-ml/leeway/internal/table"
)

// maxLabels bounds what a file of labels may cost: about 100 bytes a label, its id included.
const maxLabels = 50_000_000

// truth is a file of labels, joined to the rows by the prediction's id. It is kept in memory, ids and labels only.
type truth struct {
	path, column string
	labels       map[string]table.Cell
	joined       uint64 // rows of the present pass that found their label
}

// TruthFile is a file of ground truth that came later than the predictions: one row a label, in any order.
type TruthFile struct {
	// Path of the file; empty: labels are in the files of predictions.
	Path string
	// IDColumn holds the prediction's id; empty: as Options.IDColumn.
	IDColumn string
}

// readTruth reads the labels of o.Truth. The column of the labels becomes one of the rows' columns.
func readTruth(ctx context.Context, o *Options) (*truth, error) {
	t := &truth{path: o.Truth.Path, column: o.LabelColumn, labels: map[string]table.Cell{}}
	idColumn := o.Truth.IDColumn
	if idColumn == "" {
		idColumn = o.IDColumn
	}
	file, err := os.Open(t.path)
	if err != nil {
		return nil, fmt.Errorf("--truth: %w", err)
	}
	defer file.Close()
	s := &source{schema: table.NewSchema(), missing: map[string]bool{"": true}}
	for _, m := range o.Missing {
		s.missing[m] = true
	}
	in, err := table.NewReader(file, s.schema, table.Options{})
	if err != nil {
		return nil, fmt.Errorf("--truth: %w", err)
	}
	defer in.Close()
	id, label := -1, -1
	same := map[string]string{} // each label's text is kept once
	n := 0
	err = s.rowsOf(in, func(r *table.Row) error {
		if n++; n&1023 == 0 {
			if err := ctx.Err(); err != nil {
				return err
			}
		}
		if id < 0 || label < 0 {
			if id, label, err = truthColumns(s.schema, idColumn, t.column, o); err != nil {
				return err
			}
		}
		key, value := r.At(id).Label(), r.At(label)
		if key == "" || value.Kind == table.Absent {
			return nil
		}
		if len(t.labels) >= maxLabels {
			return fmt.Errorf("more than %d labels; make the profile of fewer rows", maxLabels)
		}
		if _, ok := same[value.Text]; !ok && len(same) < 1<<16 {
			text := strings.Clone(value.Text)
			same[text] = text
		}
		if text, ok := same[value.Text]; ok {
			value.Text = text
		} else {
			value.Text = strings.Clone(value.Text)
		}
		t.labels[strings.Clone(key)] = value
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("--truth: %w", err)
	}
	if len(t.labels) == 0 {
		return nil, fmt.Errorf("--truth %s: no row has both an id in column %q and a label in column %q", t.path, idColumn, t.column)
	}
	return t, nil
}

func truthColumns(s *table.Schema, idColumn, labelColumn string, o *Options) (id, label int, err error) {
	if !s.Has(idColumn) {
		option := "--truth-id-column"
		if o.Truth.IDColumn == "" {
			option = "--id-column"
		}
		return 0, 0, fmt.Errorf("%s: there is no column %q (%s); there are %s; name the one that holds the prediction's id with --truth-id-column",
			o.Truth.Path, idColumn, option, strings.Join(s.Names, ", "))
	}
	if !s.Has(labelColumn) {
		return 0, 0, fmt.Errorf("%s: there is no column %q; there are %s; name the one that holds the label with --label-column",
			o.Truth.Path, labelColumn, strings.Join(s.Names, ", "))
	}
	return s.Find(idColumn), s.Find(labelColumn), nil
}

// join gives the row its label. The label's column comes after all that the files have.
func (t *truth) join(s *table.Schema, idColumn string, r *table.Row) error {
	column, err := s.Column(t.column)
	if err != nil {
		return err
	}
	for len(r.Cells) <= column {
		r.Cells = append(r.Cells, table.Cell{})
	}
	r.Cells[column] = table.Cell{}
	id := s.Find(idColumn)
	if id < 0 {
		return nil // require says so, with the option
	}
	if value, ok := t.labels[r.At(id).Label()]; ok {
		r.Cells[column] = value
		t.joined++
	}
	return nil
}

// check returns an error where no row found its label.
func (t *truth) check(idColumn string, rows uint64) error {
	if t.joined > 0 {
		return nil
	}
	return fmt.Errorf("--truth %s: none of its %d ids is among those of %d rows, in column %q; are --id-column and --truth-id-column right?", t.path, len(t.labels), rows, idColumn)
}

// digest adds the file's bytes.
func (t *truth) digest(to io.Writer) error {
	file, err := os.Open(t.path)
	if err != nil {
		return err
	}
	_, err = io.Copy(to, file)
	return errors.Join(err, file.Close())
}
