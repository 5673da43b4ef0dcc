package terraform

import (
	"errors"
	"fmt"
	"strings"

	"git.example/slipway/pipelines/lazy"
)

// failure is a command that failed, by what it printed: the first error's summary
// on the first line, then all of them.
func (p *program) failure(verb, printed string) error {
	text := p.secrets.String(plain(printed))
	if lock := readLock(text); lock != nil {
		return p.locked(*lock)
	}
	summary, details := "", text
	if i := strings.Index("\n"+text, "\nError: "); i >= 0 {
		details = text[i:]
		summary, _, _ = strings.Cut(strings.TrimPrefix(details, "Error: "), "\n")
	}
	if n := strings.Count("\n"+details, "\nError: "); n > 1 {
		summary += fmt.Sprintf(" (and %d more)", n-1)
	}
	if details = strings.TrimSpace(details); len(details) > shownBytes {
		details = strings.ToValidUTF8(details[:shownBytes], "") + "\n..."
	}
	switch {
	case details == "":
		return fmt.Errorf("%s %s failed and did not say why", p.name, verb)
	case summary == "":
		return fmt.Errorf("%s %s failed\n  %s", p.name, verb, indented(details))
	}
	return fmt.Errorf("%s %s: %s\n  %s", p.name, verb, summary, indented(details))
}

func indented(text string) string { return strings.ReplaceAll(text, "\n", "\n  ") }

// boxes are what Terraform draws around its errors.
var boxes = lazy.Regexp(`(?m)^[╷│╵] ?`)

// shownBytes is how much of an error's text is shown.
const shownBytes = 4 << 10

// plain is a program's output without boxes and trailing space.
func plain(printed string) string {
	lines := strings.Split(boxes().ReplaceAllString(printed, ""), "\n")
	for i, line := range lines {
		lines[i] = strings.TrimRight(line, " \t\r")
	}
	return strings.TrimSpace(strings.Join(lines, "\n"))
}

// stateLock is who holds the lock of a state.
type stateLock struct{ id, who, operation, created string }

var lockField = lazy.Regexp(`(?m)^\s*(ID|Who|Operation|Created):\s+(.*?)\s*$`)

// readLock finds the lock that a command did not get; nil when that is not why it
// failed.
func readLock(text string) *stateLock {
	_, after, found := strings.Cut(text, "Error acquiring the state lock")
	if !found {
		return nil
	}
	l := &stateLock{}
	into := map[string]*string{"ID": &l.id, "Who": &l.who, "Operation": &l.operation, "Created": &l.created}
	for _, m := range lockField().FindAllStringSubmatch(after, -1) {
		if at := into[m[1]]; *at == "" {
			*at = m[2]
		}
	}
	if l.id == "" {
		return nil // it failed for another reason, such as no access
	}
	return l
}

// locked is the error of a state that somebody else has locked. No lock is ever
// broken here: only a person can know that its holder is gone.
func (p *program) locked(l stateLock) error {
	holder := ""
	if l.who != "" {
		holder = " by " + l.who
	}
	if l.created != "" {
		holder += " since " + l.created
	}
	if l.operation != "" {
		holder += " (" + l.operation + ")"
	}
	return fmt.Errorf("%w%s, lock %s: wait for that run, or give lock-timeout in slipway.yaml; when its process is gone for sure, run `%s -chdir=%s force-unlock %s`",
		ErrStateLocked, holder, l.id, p.name, p.module.config.Dir, l.id)
}

// ErrStateLocked is wrapped by the error of a state that somebody else has locked.
var ErrStateLocked = errors.New("the state of Terraform is locked")
