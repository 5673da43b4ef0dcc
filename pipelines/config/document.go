package config

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// document is a file under examination: where its values are, and what is wrong.
type document struct {
	name     string
	lines    []string
	values   map[string]*node    // by path
	keys     map[string]position // of the key that leads to a path
	hidden   []*node             // secrets that no message may show
	problems []Problem
}

func newDocument(name string, data []byte) *document {
	return &document{
		name:   name,
		lines:  strings.Split(strings.ReplaceAll(string(data), "\r\n", "\n"), "\n"),
		values: map[string]*node{},
		keys:   map[string]position{},
	}
}

// report notes a problem at a place.
func (d *document) report(at position, path, suggestion, format string, args ...any) {
	at.line, at.column = max(at.line, 1), max(at.column, 1)
	p := Problem{File: d.name, Line: at.line, Column: at.column, Path: path,
		Message: fmt.Sprintf(format, args...), Suggestion: suggestion}
	if at.line <= len(d.lines) {
		p.Source = strings.TrimRight(d.lines[at.line-1], " \t\r")
	}
	d.problems = append(d.problems, p)
}

// wrong notes a problem with the value at path.
func (d *document) wrong(path, format string, args ...any) {
	d.report(d.position(path), path, "", format, args...)
}

// position is where the value at path is, or the nearest value around it.
func (d *document) position(path string) position {
	for {
		if n, ok := d.values[path]; ok {
			return n.at
		}
		cut := strings.LastIndexAny(path, ".[")
		if cut < 0 {
			return position{}
		}
		path = path[:cut]
	}
}

// keyOf is where the key is that leads to the value n at path.
func (d *document) keyOf(path string, n *node) position {
	if at, ok := d.keys[path]; ok {
		return at
	}
	return n.at
}

// columnOf is the column of the first word in a line, or 1.
func (d *document) columnOf(word string, line int) int {
	if line < 1 || line > len(d.lines) {
		return 1
	}
	before, _, found := strings.Cut(d.lines[line-1], word)
	if !found {
		return 1
	}
	return utf8.RuneCountInString(before) + 1
}

// err is an *Error of all problems in the order of the file, or nil.
func (d *document) err() error {
	if len(d.problems) == 0 {
		return nil
	}
	for i := range d.problems {
		for _, secret := range d.hidden {
			d.problems[i].mask(secret)
		}
	}
	slices.SortStableFunc(d.problems, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column), cmp.Compare(a.Path, b.Path))
	})
	return &Error{Problems: d.problems}
}
