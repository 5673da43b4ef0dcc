package cli

import (
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"text/tabwriter"
	"time"
)

// table writes rows in aligned columns under their headings.
func table(out io.Writer, heading []string, rows [][]string) {
	w := tabwriter.NewWriter(out, 0, 0, 3, ' ', 0)
	fmt.Fprintln(w, strings.Join(heading, "\t"))
	for _, row := range rows {
		fmt.Fprintln(w, strings.Join(row, "\t"))
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

var longHex = regexp.MustCompile(`^([a-z0-9]+:)?([0-9a-f]{12})[0-9a-f]{28,}$`)

// short is a digest or commit as people read it. Any other text stays as it is.
func short(id string) string { return longHex.ReplaceAllString(id, "$1$2") }

func seconds(s float64) string { return fmt.Sprintf("%.1fs", s) }

// moment is a time as people compare it.
func moment(t time.Time) string {
	if t.IsZero() {
		return "-"
	}
	return t.UTC().Format("2006-01-02 15:04:05Z")
}

// orEmpty is a list that JSON shows as [] and not as null.
func orEmpty[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

func orDash(text string) string {
	if text == "" {
		return "-"
	}
	return text
}
