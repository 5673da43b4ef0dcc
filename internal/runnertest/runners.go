// Package runnertest reads a log as the runners of CI services do, and finds what
// they would take for a command: to set a variable, to hide text, to mark a step as
// failed, to upload a file.
package runnertest

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Lines are what a runner sees of the output: it reads up to \n, \r or both, as
// .NET's StreamReader.ReadLine does.
func Lines(log string) []string {
	log = strings.ReplaceAll(log, "\r\n", "\n")
	return strings.FieldsFunc(log, func(r rune) bool { return r == '\n' || r == '\r' })
}

// Commands are the lines of a log that a runner would act on, with whose rule it is.
// Allowed are commands that we write ourselves.
func Commands(log string, allowed ...string) []string {
	var found []string
	for _, line := range Lines(log) {
		if rule := command(line); rule != "" && !isAllowed(line, allowed) {
			found = append(found, fmt.Sprintf("%s: %q", rule, line))
		}
	}
	return found
}

func isAllowed(line string, allowed []string) bool {
	for _, own := range allowed {
		if rest, ok := strings.CutPrefix(line, own); ok && command(rest) == "" {
			return true
		}
	}
	return false
}

// command is whose command a line is, or "".
//
//   - GitHub: "::name properties::message" after any white space (ActionCommand.cs,
//     TryParseV2: TrimStart, then StartsWith), and "##[name]" anywhere in a line
//     (TryParse: IndexOf). Both compare as the machine's culture does, which ignores
//     characters that have no weight: they are left out here before. Whether the name
//     is one that is known is not asked: tomorrow it may be.
//   - Azure: "##vso[area.action]" anywhere, and "##[section]" formats.
//   - TeamCity: "##teamcity[name ...]" anywhere.
func command(line string) string {
	line = weighty(line)
	trimmed := strings.TrimLeftFunc(line, unicode.IsSpace)
	if rest, ok := strings.CutPrefix(trimmed, "::"); ok && strings.Contains(rest, "::") {
		return "GitHub"
	}
	lower := strings.ToLower(line)
	switch {
	case strings.Contains(lower, "##vso["):
		return "Azure"
	case strings.Contains(lower, "##teamcity["):
		return "TeamCity"
	case strings.Contains(lower, "##["):
		return "GitHub"
	}
	return ""
}

var colours = regexp.MustCompile("\x1b\\[[0-9;:]*m")

// weighty is a line without what no reader sees: colours, which some runners take
// away first, controls, and characters without weight.
func weighty(line string) string {
	return strings.Map(func(r rune) rune {
		if r != '\t' && r != '\v' && r != '\f' && r != '\u0085' && unicode.IsControl(r) ||
			unicode.In(r, unicode.Cf, unicode.Variation_Selector, unicode.Other_Default_Ignorable_Code_Point) {
			return -1
		}
		return r
	}, colours.ReplaceAllString(line, ""))
}

// Unfit are the lines of a log that should not reach a terminal as they are: with a
// control character, an escape sequence that is no colour, a carriage return, bytes
// that are no UTF-8, or characters that change how others are shown.
func Unfit(log string) []string {
	var found []string
	for _, line := range strings.Split(colours.ReplaceAllString(log, ""), "\n") {
		if !utf8.ValidString(line) {
			found = append(found, fmt.Sprintf("no UTF-8: %q", line))
			continue
		}
		for _, r := range line {
			if r != '\t' && unicode.IsControl(r) || r != '\u200d' && unicode.In(r, unicode.Cf, unicode.Zl, unicode.Zp) {
				found = append(found, fmt.Sprintf("%U: %q", r, line))
				break
			}
		}
	}
	return found
}

// Hostile are lines that somebody who is not us writes, to be taken for a runner's
// command or to change what a terminal shows.
func Hostile() []string {
	lines := []string{
		"::error::owned", "::add-mask::e", "::stop-commands::owned", "##[error]owned", "text ##[add-mask]e",
		"##vso[task.setvariable variable=PATH]/owned", "text ##VSO[task.complete result=Succeeded]",
		"##teamcity[buildStatus status='SUCCESS']", "text ##teamcity[publishArtifacts '/']",
		"fine\r::warning::owned", "fine\r\n::warning::owned", "###[error]owned", "#\u200d#[error]owned", "\ufe0f::error::owned",
		"\x1b[31m::error::owned", "#\x1b[0m#[error]owned", ":\x1b[1m:error::owned", "\x1b]0;owned\a", "\x1b]8;;http://owned.example\a text \x1b]8;;\a",
		"\x1b[2J\x1b[1;1Howned", "\x1b[8mhidden\x1b[0m", "\x1bPq owned\x1b\\", "\u009b2Jowned", "\x9b2Jowned", "\xff\xfe::error::owned",
		"left\u202eright", "tag\U000e0041\U000e0042", "bell\a", "back\b\b\bspace", "nul\x00::error::x", "\x1b]0;never ends", "\x1b[31munclosed",
		"\x1b[?1049h", "\x1b_bk;t=1\a", "section_start:1:owned\r\x1b[0Kowned", "\x1b[6n", "\u2066hidden\u2069",
	}
	for _, space := range "\t\v\f \u0085\u00a0\u1680\u2000\u2009\u200a\u2028\u2029\u202f\u205f\u3000\u200b\ufeff\u00ad" {
		lines = append(lines, string(space)+"::set-output name=owned::1")
	}
	return lines
}
