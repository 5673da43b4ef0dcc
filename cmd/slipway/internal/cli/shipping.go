package cli

import (
	"fmt"
	"strings"
	"time"

	"github.com/charmbracelet/x/ansi"

	"git.example/slipway/pipelines"
	"git.example/slipway/pipelines/deploy"
	"git.example/slipway/pipelines/git"
	"git.example/slipway/pipelines/report"
)

// shownHere is how many commits are listed on a screen.
const shownHere = 10

// printShipping prints what comes with a release.
func printShipping(g *globals, s *pipelines.Shipping) {
	if s == nil || s.From == "" || s.From == s.To {
		return
	}
	printShippingOf(g, s, "live")
	for _, f := range s.Files {
		fmt.Fprintf(g.env.Out, "%s (%s)\n", screenOf(g).bold(f.Name), f.Change)
		printFileDiff(g, f, shownLines)
		fmt.Fprintln(g.env.Out)
	}
}

// shownLines is how many lines of a file's difference a plan shows.
const shownLines = 20

// printShippingOf prints commits and images; of says what the release that comes is
// compared with, as "live" or "in" another one.
func printShippingOf(g *globals, s *pipelines.Shipping, of string) {
	out := g.env.Out
	from := s.From
	if of == "live" {
		from += ", which is live,"
	}
	switch {
	case s.Unknown != "":
		printLine(g, 0, fmt.Sprintf("Which commits it brings is not known: %s.", s.Unknown))
	case s.Count == 0 && s.RemovedCount == 0:
		fmt.Fprintf(out, "No commit that %s does not have.\n", strings.TrimSuffix(from, ","))
	}
	if s.Count > 0 {
		fmt.Fprintf(out, "%s that %s does not have:\n", report.Count(s.Count, "commit"), from)
		printCommits(g, s.Commits, s.Count, "+")
	}
	if s.RemovedCount > 0 {
		fmt.Fprintf(out, "%s of %s %s not in it:\n", report.Count(s.RemovedCount, "commit"), from, isOrAre(s.RemovedCount))
		printCommits(g, s.Removed, s.RemovedCount, "-")
	}
	for _, image := range s.Images {
		if image.Change != "same" {
			printLine(g, 0, screenOf(g).imageChange(image))
		}
	}
	fmt.Fprintln(out)
}

func isOrAre(n int) string {
	if n == 1 {
		return "is"
	}
	return "are"
}

func printCommits(g *globals, commits []git.Commit, all int, sign string) {
	width := g.env.width()
	for _, c := range commits[:min(len(commits), shownHere)] {
		line := fmt.Sprintf("  %s %s %s  %s", sign, screenOf(g).yellow(c.Hash[:7]), c.Subject, screenOf(g).dim(c.Author+", "+c.Time.Format(time.DateOnly)))
		if width > 0 {
			line = ansi.Truncate(line, width, "…")
		}
		fmt.Fprintln(g.env.Out, line)
	}
	if more := all - min(len(commits), shownHere); more > 0 {
		fmt.Fprintf(g.env.Out, "    and %d more\n", more)
	}
}

// imageChange reads as "image web: sha256:12… -> sha256:34…".
func (s screen) imageChange(i pipelines.ImageChange) string {
	switch i.Change {
	case "new":
		return s.green("new image "+i.Name) + orNothing(" ", short(i.After))
	case "removed":
		return s.red("image "+i.Name+" goes") + orNothing(", it was ", short(i.Before))
	}
	after := short(i.After)
	if after == "" {
		after = "built at publish"
	}
	return fmt.Sprintf("image %s: %s -> %s", i.Name, short(i.Before), after)
}

func orNothing(before, text string) string {
	if text == "" {
		return ""
	}
	return before + text
}

// change colours a line of a plan: what comes, what goes, what is done anew.
func (s screen) change(kind deploy.Kind, line string) string {
	word := strings.TrimRight(line[:min(len(line), 8)], " ")
	word, _, _ = strings.Cut(word, " ")
	rest := strings.TrimPrefix(line, word)
	switch kind {
	case deploy.Start, deploy.Create, deploy.AddEnv, deploy.AddFile, deploy.AdoptStack:
		return s.green(word) + rest
	case deploy.Remove, deploy.Stop, deploy.Destroy, deploy.RemoveEnv, deploy.RemoveFile:
		return s.red(word) + rest
	}
	return s.yellow(word) + rest
}
