package cli

import (
	"fmt"
	"io"
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

// short is a digest or commit as people read it.
func short(id string) string {
	algorithm, hex, ok := strings.Cut(id, ":")
	if !ok {
		algorithm, hex = "", id
	} else {
		algorithm += ":"
	}
	if len(hex) > 12 {
		hex = hex[:12]
	}
	return algorithm + hex
}

func seconds(s float64) string { return fmt.Sprintf("%.1fs", s) }

// moment is a time as people compare it.
func moment(t time.Time) string {
	if t.IsZero() {
		return "-"
	}
	return t.UTC().Format("2006-01-02 15:04:05Z")
}

func orDash(text string) string {
	if text == "" {
		return "-"
	}
	return text
}
