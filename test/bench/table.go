package main

import (
	"fmt"
	"io"
	"slices"
	"strings"
)

// table is written as Markdown.
type table struct {
	columns []string
	rows    [][]string
}

func (t *table) add(cells ...string) { t.rows = append(t.rows, cells) }

func (t *table) print(w io.Writer, title string) {
	fmt.Fprintf(w, "\n%s\n\n| %s |\n|%s\n", title, strings.Join(t.columns, " | "), strings.Repeat("---|", len(t.columns)))
	for _, row := range t.rows {
		fmt.Fprintf(w, "| %s |\n", strings.Join(row, " | "))
	}
}

// medianOf is the median of n numbers.
func medianOf(n int, of func(int) float64) float64 {
	numbers := make([]float64, n)
	for i := range numbers {
		numbers[i] = of(i)
	}
	slices.Sort(numbers)
	return (numbers[(n-1)/2] + numbers[n/2]) / 2
}

// median of what of tells of the results.
func median(results []result, of func(result) float64) float64 {
	return medianOf(len(results), func(i int) float64 { return of(results[i]) })
}

// perRecord is the collector's processor time for a record, in nanoseconds.
func perRecord(r result) float64 { return float64(r.perRecord) }
