package config

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// Error is everything that is wrong with a configuration file, in the order of
// the file.
type Error struct {
	Problems []Problem
}

// Error is one paragraph a problem: position and message, the line with a caret
// under the column, and a suggestion.
func (e *Error) Error() string {
	texts := make([]string, len(e.Problems))
	for i, p := range e.Problems {
		texts[i] = p.String()
	}
	return strings.Join(texts, "\n")
}

// Problem is one thing that is wrong.
type Problem struct {
	// File as it was given to Load or Parse.
	File string `json:"file"`
	// Line and Column count from 1; columns are characters.
	Line   int `json:"line"`
	Column int `json:"column"`
	// Path of the value, such as environments.prod.registry. Empty for the
	// document itself.
	Path string `json:"path,omitempty"`
	// Message says what is wrong, and what to do where that is not plain.
	Message string `json:"message"`
	// Source is the line, with secrets replaced by asterisks.
	Source string `json:"source,omitempty"`
	// Suggestion is the word that was probably meant.
	Suggestion string `json:"suggestion,omitempty"`
}

// String is the problem as a user reads it.
func (p Problem) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s:%d:%d: ", p.File, p.Line, p.Column)
	if p.Path != "" {
		fmt.Fprintf(&b, "%s: ", p.Path)
	}
	b.WriteString(p.Message)
	if p.Source != "" {
		line, caret := excerpt(p.Source, p.Column)
		margin := fmt.Sprintf("%4d | ", p.Line)
		fmt.Fprintf(&b, "\n%s%s\n%s| %s^", margin, line, strings.Repeat(" ", len(margin)-2), caret)
	}
	if p.Suggestion != "" {
		fmt.Fprintf(&b, "\ndid you mean %q?", p.Suggestion)
	}
	return b.String()
}

// excerptWidth is how many characters of a line are shown.
const excerptWidth = 120

// excerpt is the part of line around column, and the white space that puts a
// caret under that column.
func excerpt(line string, column int) (text, indent string) {
	runes := []rune(line)
	at := min(max(column-1, 0), len(runes))
	from := 0
	if at >= excerptWidth-20 {
		from = at - excerptWidth/2
	}
	to := min(len(runes), from+excerptWidth)
	indent = strings.Map(func(r rune) rune {
		if r == '\t' {
			return r
		}
		return ' '
	}, string(runes[from:at]))
	return string(runes[from:to]), indent
}

// mask puts asterisks over a secret in the source line. One that is written
// with escapes takes the rest of the line with it.
func (p *Problem) mask(secret *node) {
	runes := []rune(p.Source)
	if p.Line != secret.at.line || secret.at.column > len(runes) {
		return
	}
	before, after := string(runes[:secret.at.column-1]), string(runes[secret.at.column-1:])
	hidden := secret.text
	if !strings.Contains(after, hidden) {
		hidden = after
	}
	p.Source = before + strings.Replace(after, hidden, strings.Repeat("*", utf8.RuneCountInString(hidden)), 1)
}
