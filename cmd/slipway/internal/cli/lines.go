package cli

import (
	"fmt"
	"strings"

	"github.com/charmbracelet/x/ansi"
)

// printLine prints a line of a result, indented; at a terminal that is too narrow it is
// broken between words, and what follows is indented a little more.
func printLine(g *globals, indent int, text string) {
	const more = 2
	margin := strings.Repeat(" ", indent)
	if width := g.env.width(); width > 0 && indent+ansi.StringWidth(text) > width {
		text = ansi.Wrap(text, max(width-indent-more, 20), " ")
		text = strings.ReplaceAll(text, "\n", "\n"+margin+strings.Repeat(" ", more))
	}
	fmt.Fprintln(g.env.Out, margin+text)
}
