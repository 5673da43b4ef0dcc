package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// page is a page of the documentation as a session at a terminal.
type page struct {
	path  string
	text  string
	steps []step
}

// step is one thing that a reader does: write a file, or run a command and
// look at its output.
type step struct {
	line int
	// file and content are of a block under a line that is just "`path`:".
	file, content string
	// command follows "$ " in a console block; shown is the output under it.
	command string
	shown   []string
}

var (
	fence    = regexp.MustCompile("^```(.*)$")
	fileLine = regexp.MustCompile("^`([^`]+)`:$")
	hidden   = regexp.MustCompile(`^<!-- \$ (.*) -->$`)
)

// pages are README.md and what is in docs, in order: those with sessions.
func pages(t *testing.T) []page {
	t.Helper()
	return append(readPages(t, "../../README.md"), readPages(t, "../../docs/*.md")...)
}

// everyPage are those, and what the examples say of themselves.
func everyPage(t *testing.T) []page {
	t.Helper()
	return append(append(pages(t), readPages(t, "../../examples/*.md")...), readPages(t, "../../examples/*/*.md")...)
}

func readPages(t *testing.T, pattern string) []page {
	t.Helper()
	paths, err := filepath.Glob(pattern)
	if err != nil || len(paths) == 0 {
		t.Fatalf("no pages %s: %v", pattern, err)
	}
	var all []page
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, readPage(t, path, string(text)))
	}
	return all
}

func readPage(t *testing.T, path, text string) page {
	t.Helper()
	p := page{path: path, text: text}
	lines := strings.Split(text, "\n")
	before := ""
	for i := 0; i < len(lines); i++ {
		if setup := hidden.FindStringSubmatch(lines[i]); setup != nil {
			p.steps = append(p.steps, step{line: i + 1, command: setup[1]})
		}
		opens := fence.FindStringSubmatch(lines[i])
		if opens == nil {
			if lines[i] != "" {
				before = lines[i]
			}
			continue
		}
		start := i + 1
		for i++; i < len(lines) && lines[i] != "```"; i++ {
		}
		if i == len(lines) {
			t.Fatalf("%s:%d: a block that does not end", path, start)
		}
		p.block(t, opens[1], before, start, lines[start:i])
		before = ""
	}
	return p
}

// block reads one fenced block.
func (p *page) block(t *testing.T, language, before string, line int, content []string) {
	t.Helper()
	switch file := fileLine.FindStringSubmatch(before); {
	case language == "console":
		p.console(t, line, content)
	case language == "sh" || language == "bash" || language == "shell":
		t.Errorf("%s:%d: write commands in a console block, with \"$ \" before each, so that they are tested", p.path, line)
	case file != nil:
		p.steps = append(p.steps, step{line: line, file: file[1], content: strings.Join(content, "\n") + "\n"})
	}
}

func (p *page) console(t *testing.T, line int, content []string) {
	t.Helper()
	open := false // the command goes on in the next line
	for i, text := range content {
		last := len(p.steps) - 1
		command, isCommand := strings.CutPrefix(text, "$ ")
		switch {
		case isCommand:
			p.steps = append(p.steps, step{line: line + i + 1, command: command})
			open = strings.HasSuffix(command, `\`)
		case open:
			p.steps[last].command += "\n" + text
			open = strings.HasSuffix(text, `\`)
		case i == 0:
			t.Fatalf("%s:%d: a console block begins with a command", p.path, line)
		case strings.TrimSpace(text) != "" && text != "...":
			p.steps[last].shown = append(p.steps[last].shown, text)
		}
	}
}
