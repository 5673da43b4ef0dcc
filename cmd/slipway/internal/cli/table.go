package cli

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"

	"git.example/slipway/pipelines/foreign"
)

// table writes rows in aligned columns under their headings.
func table(out io.Writer, heading []string, rows [][]string) {
	w := tabwriter.NewWriter(out, 0, 0, 3, ' ', 0)
	fmt.Fprintln(w, strings.Join(heading, "\t"))
	for _, row := range rows {
		cells := make([]string, len(row))
		for i, cell := range row {
			cells[i] = strings.ReplaceAll(foreign.Line(cell), "\t", " ")
		}
		fmt.Fprintln(w, strings.Join(cells, "\t"))
	}
	_ = w.Flush() // a closed standard output is no failure of the command
}

// hostTable is a table whose first column is HOST, unless no row names one.
func hostTable(out io.Writer, heading []string, rows [][]string) {
	if !slices.ContainsFunc(rows, func(row []string) bool { return row[0] != "" }) {
		for i, row := range rows {
			rows[i] = row[1:]
		}
		table(out, heading, rows)
		return
	}
	for _, row := range rows {
		row[0] = orDash(row[0])
	}
	table(out, append([]string{"HOST"}, heading...), rows)
}
