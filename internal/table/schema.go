package table

import "fmt"

// Schema is the list of columns, in order of their first appearance; it is the same for all files and passes.
type Schema struct {
	Names []string
	index map[string]int
	// Joined is a column that the files must not have: it comes from elsewhere, after theirs.
	Joined string
}

// NewSchema is a schema without columns.
func NewSchema() *Schema { return &Schema{index: map[string]int{}} }

// maxColumns bounds what JSON lines with invented names can cost.
const maxColumns = 10000

// Column is the index of the column of that name, which is added if it is new.
func (s *Schema) Column(name string) (int, error) {
	if i, ok := s.index[name]; ok {
		return i, nil
	}
	if len(s.Names) == maxColumns {
		return 0, fmt.Errorf("more than %d columns; is a value used as a name?", maxColumns)
	}
	s.index[name] = len(s.Names)
	s.Names = append(s.Names, name)
	return len(s.Names) - 1, nil
}

// Has reports whether there is a column of that name.
func (s *Schema) Has(name string) bool {
	_, ok := s.index[name]
	return ok
}

// Find is the index of a column, -1 where there is none.
func (s *Schema) Find(name string) int {
	if i, ok := s.index[name]; ok {
		return i
	}
	return -1
}
