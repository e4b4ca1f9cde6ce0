package table

import "fmt"

// Row is one row of a file. Cells lie at the Schema's indexes; columns that the row lacks may lie beyond its end.
type Row struct {
	Cells []Cell
	File  string
	Line  int    // 1 = the first
	Unit  string // what line counts: "line" or "row"
}

// At is the cell of a column, absent where the row has none.
func (r *Row) At(column int) Cell {
	if column < 0 || column >= len(r.Cells) {
		return Cell{}
	}
	return r.Cells[column]
}

// Place is where a cell stands, for errors.
func (r *Row) Place(column string) string {
	return fmt.Sprintf("%s, %s %d, column %s", r.File, r.Unit, r.Line, column)
}
