package build

import "fmt"

// row is one row of a file. Cells lie at the schema's indexes; columns that the row lacks may lie beyond its end.
type row struct {
	cells []cell
	file  string
	line  int    // 1 = the first
	unit  string // what line counts: "line" or "row"
}

// at is the cell of a column, absent where the row has none.
func (r *row) at(column int) cell {
	if column < 0 || column >= len(r.cells) {
		return cell{}
	}
	return r.cells[column]
}

// place is where a cell stands, for errors.
func (r *row) place(column string) string {
	return fmt.Sprintf("%s, %s %d, column %s", r.file, r.unit, r.line, column)
}

// schema is the list of columns, in order of their first appearance; it is the same for all files and passes.
type schema struct {
	names []string
	index map[string]int
	// joined is a column that the files must not have: it comes from elsewhere, after theirs.
	joined string
}

// maxColumns bounds what JSON lines with invented names can cost.
const maxColumns = 10000

// column is the index of the column of that name, which is added if it is new.
func (s *schema) column(name string) (int, error) {
	if i, ok := s.index[name]; ok {
		return i, nil
	}
	if len(s.names) == maxColumns {
		return 0, fmt.Errorf("more than %d columns; is a value used as a name?", maxColumns)
	}
	s.index[name] = len(s.names)
	s.names = append(s.names, name)
	return len(s.names) - 1, nil
}

func (s *schema) has(name string) bool {
	_, ok := s.index[name]
	return ok
}
