package main

import (
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// named is where a text names a repository or an image that is called like Slipway:
// a host, and a path with a part that begins so.
var named = regexp.MustCompile(`(?i)([a-z0-9][a-z0-9-]*(?:\.[a-z0-9-]+)+)(?::[0-9]+)?[:/]((?:[\w.~-]+/)*slipway[\w-]*)`)

// before is the owner of an address that this repository had, and somebody else has.
const before = "slipway" + "hq"

// foreign are the mentions in a text of a home that moving would leave behind: of
// ours in another form, or of a repository or image that somebody else has or could
// take.
func foreign(text, home string) []string {
	var problems []string
	problem := func(at int, format string, args ...any) {
		problems = append(problems, fmt.Sprintf("%d: ", line(text, at))+fmt.Sprintf(format, args...))
	}
	ours := slices.Collect(mentions(text, home))
	isOurs := func(at int) bool {
		return slices.ContainsFunc(ours, func(start int) bool { return start <= at && at < start+len(home) })
	}
	homeHost, _, _ := strings.Cut(home, "/")
	for _, m := range named.FindAllStringSubmatchIndex(text, -1) {
		switch host := text[m[2]:m[3]]; {
		case isOurs(m[0]):
		case strings.EqualFold(host, homeHost):
			problem(m[0], "%s is not %s, so that make home leaves it", text[m[0]:m[1]], home)
		case !nobodys(host):
			problem(m[0], "%s is not ours", text[m[0]:m[1]])
		}
	}
	for _, form := range []string{regexp.QuoteMeta(home), url.PathEscape(home), url.QueryEscape(home)} {
		if form == home {
			continue
		}
		if at := strings.Index(text, form); at >= 0 {
			problem(at, "make home does not move %s", form)
		}
	}
	if at := strings.Index(strings.ToLower(text), before); at >= 0 {
		problem(at, "%s is somebody else", before)
	}
	return problems
}

// nobodys says that a host is one that is kept for examples, or this machine.
func nobodys(host string) bool {
	host = strings.ToLower(host)
	for _, domain := range []string{"example", "example.com", "example.net", "example.org", "test", "localhost"} {
		if host == domain || strings.HasSuffix(host, "."+domain) {
			return true
		}
	}
	return strings.HasPrefix(host, "127.")
}
