package ssh

import (
	"path"
	"strings"

	"git.example/slipway/pipelines/lazy"
)

var (
	// forPeople is how a startup file asks whether there is somebody at a terminal.
	forPeople = lazy.Regexp(`\$-|\$\{?PS1|is-interactive|\$\?prompt|tty -s|-t [012]\b`)
	// leaves is how it goes no further.
	leaves = lazy.Regexp(`(^|[;&|)({\s])(return|exit)(\s|;|$)`)
	// reads is how it reads another one.
	reads = lazy.Regexp(`(?:^|[;&|({\s])(?:\.|source)\s+["']?(~|\$HOME|\$\{HOME\})?(/[A-Za-z0-9_./-]+)`)
)

// mostGuard is how many lines a guard may have.
const mostGuard = 5

// forPrograms is the part of a startup file that is run when there is nobody at a
// terminal: many have a guard, after which they are for people only.
func forPrograms(content string) string {
	lines := strings.SplitAfter(content, "\n")
	for i, line := range lines {
		if !forPeople().MatchString(code(line)) {
			continue
		}
		for j := i; j < len(lines) && j < i+mostGuard; j++ {
			if leaves().MatchString(code(lines[j])) {
				return strings.Join(lines[:i], "")
			}
		}
	}
	return content
}

// sourced are the files that a startup file reads, where their names are plain.
func sourced(content, home string) []string {
	var all []string
	for line := range strings.Lines(content) {
		for _, match := range reads().FindAllStringSubmatch(code(line), -1) {
			file := match[2]
			if match[1] != "" {
				file = path.Join(home, file)
			}
			all = append(all, file)
		}
	}
	return all
}

// code is a line without its comment. What has no space before is none, as in $#.
func code(line string) string {
	if strings.HasPrefix(line, "#") {
		return ""
	}
	before, _, _ := strings.Cut(line, " #")
	return before
}
