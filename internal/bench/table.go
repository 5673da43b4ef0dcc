package main

import (
	"fmt"
	"io"
	"text/tabwriter"
)

// table prints the results.
func table(out io.Writer, runs int, results []result) {
	fmt.Fprintf(out, "Slipway and the plain tool in turns: medians of %d runs, the best one where the goal is a time.\n\n", runs)
	w := tabwriter.NewWriter(out, 0, 0, 3, ' ', 0)
	fmt.Fprintln(w, "WHAT\tSLIPWAY\tPLAIN TOOL\t\tRATIO\tGOAL")
	for _, r := range results {
		plain, took, ratio := "-", "", "-"
		if r.Plain != "" {
			plain, took, ratio = r.Plain, r.value(r.PlainSeconds), fmt.Sprintf("%.2fx", r.Ratio)
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\n", r.What, r.value(r.Ours), plain, took, ratio, r.goal())
	}
	_ = w.Flush() // to a terminal or a file that the caller watches
}
