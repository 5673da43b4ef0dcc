package cli

import (
	"fmt"
	"strings"

	"github.com/charmbracelet/x/ansi"
)

// printMarkdown prints the Markdown of a failure for a screen: headings bold, blocks
// indented.
func printMarkdown(g *globals, text string) {
	s := screenOf(g)
	fence := ""
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\n")
		switch {
		case fence == "" && strings.HasPrefix(line, "```"):
			fence = line
		case fence != "" && line == fence:
			fence = ""
		case fence != "":
			fmt.Fprintln(g.env.Out, s.dim("  │ ")+line)
		case strings.HasPrefix(line, "#"):
			fmt.Fprintln(g.env.Out, s.bold(strings.TrimLeft(line, "# ")))
		default:
			printLine(g, 0, line)
		}
	}
}

// cutLine is a line that fits the screen.
func cutLine(line string, width int) string { return ansi.Truncate(line, width, "…") }
