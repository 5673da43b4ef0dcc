package sshconfig

import (
	"fmt"
	"strings"
)

// match says whether a Match line applies. What only a program could tell leaves
// it undecided, unless something else on the line does not apply.
func (p *pass) match(l line) state {
	result, rest := active, l.rest
	for first := true; ; first = false {
		criterion, after := splitCriterion(rest)
		if criterion == "" || criterion[0] == '#' {
			if first {
				p.err = fmt.Errorf("%s: Match has no condition", l.at)
			}
			return result
		}
		name, negated := strings.CutPrefix(strings.ToLower(criterion), "!")
		var value string
		applies := active
		switch name {
		case "all":
		case "canonical", "final":
			p.wantsFinal = p.wantsFinal || name == "final"
			if !p.final {
				applies = inactive
			}
		default:
			if value, after = splitCriterion(after); value == "" {
				p.err = fmt.Errorf("%s: Match %s has no value", l.at, name)
				return inactive
			}
			applies = p.criterion(name, value)
		}
		if negated {
			applies = active - applies
		}
		result, rest = min(result, applies), after
	}
}

// criterion says whether one condition of a Match with a value holds.
func (p *pass) criterion(name, value string) state {
	var text string
	switch name {
	case "host":
		text = strings.ToLower(p.hostName())
		value = strings.ToLower(value)
	case "originalhost":
		text = strings.ToLower(p.query.Host)
		value = strings.ToLower(value)
	case "user":
		text = p.user()
	case "localuser":
		text = p.machine.User
	case "tagged":
		text = p.value("tag")
	default: // exec, localnetwork, and what newer ones have
		return undecided
	}
	if matchesAny(strings.Split(value, ","), text) {
		return active
	}
	return inactive
}

// splitCriterion takes the next word of a Match line, in quotation marks or not;
// an = separates like a blank.
func splitCriterion(text string) (word, rest string) {
	text = strings.TrimLeft(text, blank)
	if quoted, ok := strings.CutPrefix(text, `"`); ok {
		word, rest, _ = strings.Cut(quoted, `"`)
		return word, rest
	}
	end := strings.IndexAny(text, blank+"=")
	if end < 0 {
		return text, ""
	}
	word, rest = text[:end], strings.TrimLeft(text[end:], blank)
	return word, strings.TrimPrefix(rest, "=")
}
