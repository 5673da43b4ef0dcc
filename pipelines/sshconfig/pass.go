package sshconfig

import (
	"fmt"
	"strings"
)

// Query is which host is asked for, and what is decided already: an empty user and
// port 0 are for the configuration to say.
type Query struct {
	Host string
	User string
	Port int
}

// Directive is a line of a file.
type Directive struct {
	// Keyword as ssh's manual spells it, and its value.
	Keyword, Value string
	At             Position

	words []string // of a list
}

// state says whether lines apply to the host.
type state int

const (
	inactive  state = iota
	undecided       // ssh would run a program to know
	active
)

// pass is one reading of all lines for a host: ssh makes a second one when there
// is a "Match final", with the name that the first one found.
type pass struct {
	machine Machine
	query   Query
	// host is what Host patterns are compared with.
	host  string
	final bool
	// wantsFinal is set by a "Match final".
	wantsFinal bool
	// found are the values by keyword, the first one, or each for those of several.
	found map[string][]Directive
	// maybe are the lines below a Match that is not decided, by keyword.
	maybe map[string]Undecided
	err   error
}

// Undecided is a line below a Match that ssh would run a program for.
type Undecided struct {
	Directive
	// Match is the line that it depends on.
	Match Directive
}

// run goes through lines, of which none is more active than ceiling; on is the
// Match that makes ceiling undecided.
func (p *pass) run(lines []line, ceiling state, on Directive) {
	now, match := ceiling, on
	for _, l := range lines {
		switch l.keyword {
		case "host":
			if len(l.words) == 0 {
				p.err = fmt.Errorf("%s: Host names no host", l.at)
				return
			}
			now, match = inactive, on
			if p.matchesHost(l.words) {
				now = ceiling
			}
		case "match":
			now, match = min(p.match(l), ceiling), on
			if ceiling == active {
				match = Directive{Keyword: "Match", Value: l.rest, At: l.at}
			}
		case "include":
			for _, included := range l.included {
				p.run(included, now, match)
			}
		default:
			p.take(l, now, match)
		}
		if p.err != nil {
			return
		}
	}
}

// matchesHost is Host: one pattern matches, and none with a ! in front.
func (p *pass) matchesHost(patterns []string) bool { return matchesAny(patterns, p.host) }

// take keeps what a line says, unless an earlier one said it.
func (p *pass) take(l line, now state, match Directive) {
	keyword, known := keywords[l.keyword]
	if !known || now == inactive {
		return
	}
	value := Directive{Keyword: keyword.name, Value: l.rest, At: l.at}
	if !keyword.raw {
		if len(l.words) == 0 || l.words[0] == "" {
			p.err = fmt.Errorf("%s: %s has no value", l.at, keyword.name)
			return
		}
		if len(l.words) > 1 && !keyword.list {
			p.err = fmt.Errorf("%s: %s has more than one value; one with blanks needs quotation marks", l.at, keyword.name)
			return
		}
		value.Value, value.words = l.words[0], l.words
	}
	slot := strings.ToLower(keyword.name)
	switch {
	case l.keyword == "user" && p.query.User != "", l.keyword == "port" && p.query.Port != 0:
		return
	case !keyword.adds && p.decided(slot):
		return
	case now == undecided:
		if _, ok := p.maybe[slot]; !ok && keyword.moment == "" {
			p.maybe[slot] = Undecided{value, match}
		}
		return
	}
	p.found[slot] = append(p.found[slot], value)
}

// decided says whether a line before has the say. ProxyJump and ProxyCommand are
// two ways of one thing, but "ProxyJump none" leaves a ProxyCommand its turn.
func (p *pass) decided(keyword string) bool {
	switch keyword {
	case "proxyjump":
		return len(p.found["proxyjump"])+len(p.found["proxycommand"]) > 0
	case "proxycommand":
		jump := p.value("proxyjump")
		return len(p.found["proxycommand"]) > 0 || jump != "" && !isNone(jump)
	}
	return len(p.found[keyword]) > 0
}

func isNone(value string) bool { return strings.EqualFold(strings.TrimSpace(value), None) }

// value is the first value of a keyword.
func (p *pass) value(keyword string) string {
	for _, d := range p.found[keyword] {
		return d.Value
	}
	return ""
}
