package cli

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"git.example/slipway/pipelines/deploy"
)

// Columns of what setup prints. Its lines are as wide as a terminal usually is.
const (
	setupWidth = 80
	stepWidth  = 13
	stateWidth = 7
)

// manyHosts is the number of hosts from which on those where all is well take a line
// each.
const manyHosts = 4

// printSetup prints the steps of each host, and then what to do.
func printSetup(g *globals, findings []deploy.Finding) {
	out := g.env.Out
	hosts, of := findingsByHost(findings)
	for i, host := range hosts {
		if all := of[host]; len(hosts) >= manyHosts && host != thisMachine && !slices.ContainsFunc(all, noteworthy) {
			fmt.Fprintf(out, "%s: all %d steps are ok\n", host, len(all))
			continue
		}
		if i > 0 {
			fmt.Fprintln(out)
		}
		printSteps(out, host, of[host])
	}
	if todo := whatToDo(findings); len(todo) > 0 {
		fmt.Fprintln(out, "\nTo do:")
		for _, text := range todo {
			fmt.Fprintln(out, wrapped("- "+text, 2))
		}
	}
	if !slices.ContainsFunc(findings, func(f deploy.Finding) bool { return !f.OK }) {
		fmt.Fprintln(out, "\nReady to deploy to.")
	}
}

// thisMachine is what a host without a name is called.
const thisMachine = "this machine"

func hostOf(f deploy.Finding) string {
	if f.Host == "" {
		return thisMachine
	}
	return f.Host
}

func noteworthy(f deploy.Finding) bool { return !f.OK || f.Advice != "" }

// findingsByHost keeps the order of both.
func findingsByHost(findings []deploy.Finding) (hosts []string, of map[string][]deploy.Finding) {
	of = map[string][]deploy.Finding{}
	for _, f := range findings {
		host := hostOf(f)
		if of[host] == nil {
			hosts = append(hosts, host)
		}
		of[host] = append(of[host], f)
	}
	return hosts, of
}

// printSteps prints a line for each step of a host, under the target that it is for.
func printSteps(out io.Writer, host string, findings []deploy.Finding) {
	fmt.Fprintln(out, host)
	target, indent := "", "  "
	for _, f := range findings {
		if f.Target != target {
			target, indent = f.Target, "  "
			if target != "" {
				fmt.Fprintln(out, "  "+target+":")
				indent = "    "
			}
		}
		state := "ok"
		if !f.OK {
			state = "fails"
		}
		line := fmt.Sprintf("%s%-*s%-*s", indent, stepWidth-len(indent)+4, f.Subject, stateWidth, state)
		fmt.Fprintln(out, line+cut(f.Found, setupWidth-utf8.RuneCountInString(line)))
	}
}

// whatToDo has a text for each cause. Several targets of a host may have the same.
func whatToDo(findings []deploy.Finding) []string {
	var all []string
	targets := map[string][]string{}
	for _, f := range findings {
		text := hostOf(f) + ", %s" + f.Subject + ": " + strings.ReplaceAll(toDo(f), "%", "%%")
		if !noteworthy(f) {
			continue
		}
		if targets[text] == nil {
			all = append(all, text)
		}
		targets[text] = append(targets[text], f.Target)
	}
	for i, text := range all {
		of := strings.Join(targets[text], " and ")
		if of != "" {
			of += ", "
		}
		all[i] = fmt.Sprintf(text, of)
	}
	return all
}

// toDo is what is wrong with a step, and what to do about it.
func toDo(f deploy.Finding) string {
	switch {
	case f.OK:
		return f.Advice
	case f.Advice == "":
		return f.Found
	}
	return f.Found + "; " + f.Advice
}

// cut is a text that fits into a width; the whole of it is in what is to do.
func cut(text string, width int) string {
	if all := []rune(text); len(all) > width {
		return strings.TrimRight(string(all[:width-1]), " ") + "…"
	}
	return text
}

// wrapped breaks a text between words, and indents all lines but the first. What is
// between two backquotes stays in one piece, to be copied.
func wrapped(text string, indent int) string {
	var b strings.Builder
	column := 0
	for i, word := range words(text) {
		width := utf8.RuneCountInString(word)
		switch {
		case i == 0:
		case column+1+width > setupWidth:
			b.WriteString("\n" + strings.Repeat(" ", indent))
			column = indent
		default:
			b.WriteString(" ")
			column++
		}
		b.WriteString(word)
		column += width
	}
	return b.String()
}

// words are those of a text.
func words(text string) []string {
	var all []string
	open := false
	for _, word := range strings.Fields(text) {
		if open {
			all[len(all)-1] += " " + word
		} else {
			all = append(all, word)
		}
		open = open != (strings.Count(word, "`")%2 == 1)
	}
	return all
}
