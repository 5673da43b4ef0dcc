package cli

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"git.example/slipway/pipelines/foreign"
)

// gap is how many spaces part two columns.
const gap = 3

// printTable writes rows in aligned columns under their headings. At a terminal that is too
// narrow the widest columns are broken between words.
func printTable(g *globals, heading []string, rows [][]string) {
	writeTable(g.env.Out, g.env.width(), screenOf(g), heading, rows)
}

// writeTable is printTable on a screen so many columns wide; 0 for any width.
func writeTable(out io.Writer, width int, s screen, heading []string, rows [][]string) {
	for i, row := range rows {
		rows[i] = slices.Clone(row)
		for j, cell := range row {
			rows[i][j] = strings.ReplaceAll(foreign.Line(cell), "\t", " ")
		}
	}
	widths := columnWidths(append([][]string{heading}, rows...))
	fit(widths, leastWidths(append([][]string{heading}, rows...)), width)
	bold := make([]string, len(heading))
	for i, text := range heading {
		bold[i] = s.bold(text)
	}
	for _, row := range append([][]string{bold}, rows...) {
		writeRow(out, widths, row)
	}
}

// columnWidths are those that every cell has room in.
func columnWidths(rows [][]string) []int {
	var widths []int
	for _, row := range rows {
		for i, cell := range row {
			if i == len(widths) {
				widths = append(widths, 0)
			}
			widths[i] = max(widths[i], ansi.StringWidth(cell))
		}
	}
	return widths
}

// Columns that are broken keep leastColumn, and room for their longest word unless it
// is longer than longWord.
const (
	leastColumn = 8
	longWord    = 30
)

// leastWidths are how narrow columns may become.
func leastWidths(rows [][]string) []int {
	least := make([]int, len(columnWidths(rows)))
	for _, row := range rows {
		for i, cell := range row {
			for _, word := range strings.Fields(cell) {
				least[i] = max(least[i], min(ansi.StringWidth(word), longWord))
			}
			least[i] = max(least[i], min(ansi.StringWidth(cell), leastColumn))
		}
	}
	return least
}

// fit narrows the widest columns until all fit, or none can be narrower.
func fit(widths, least []int, width int) {
	total := gap * (len(widths) - 1)
	for _, w := range widths {
		total += w
	}
	for width > 0 && total > width {
		widest := -1
		for i, w := range widths {
			if w > least[i] && (widest < 0 || w > widths[widest]) {
				widest = i
			}
		}
		if widest < 0 {
			return
		}
		widths[widest]--
		total--
	}
}

func writeRow(out io.Writer, widths []int, row []string) {
	cells := make([][]string, len(row))
	height := 1
	for i, cell := range row {
		if ansi.StringWidth(cell) > widths[i] {
			cell = ansi.Wrap(cell, widths[i], " -/,")
		}
		cells[i] = strings.Split(cell, "\n")
		height = max(height, len(cells[i]))
	}
	for line := range height {
		var b strings.Builder
		for i := range cells {
			text := ""
			if line < len(cells[i]) {
				text = strings.TrimRight(cells[i][line], " ")
			}
			b.WriteString(text)
			if i < len(cells)-1 {
				b.WriteString(strings.Repeat(" ", max(0, widths[i]-ansi.StringWidth(text))+gap))
			}
		}
		fmt.Fprintln(out, strings.TrimRight(b.String(), " ")) // a closed standard output is no failure of the command
	}
}

// hostTable is a table whose first column is HOST, unless no row names one.
func hostTable(g *globals, heading []string, rows [][]string) {
	if !slices.ContainsFunc(rows, func(row []string) bool { return row[0] != "" }) {
		for i, row := range rows {
			rows[i] = row[1:]
		}
		printTable(g, heading, rows)
		return
	}
	for _, row := range rows {
		row[0] = orDash(row[0])
	}
	printTable(g, append([]string{"HOST"}, heading...), rows)
}
