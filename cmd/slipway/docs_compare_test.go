package main

import (
	"regexp"
	"strings"
	"testing"
)

// masks are what differs from run to run, and what it reads as then.
var masks = []struct {
	pattern *regexp.Regexp
	mask    string
}{
	{regexp.MustCompile(`\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d)?`), "TIME"},
	{regexp.MustCompile(`\d+ (s|min|h|days) ago`), "AGO"},
	{regexp.MustCompile(`[0-9a-f]{7,64}`), "HEX"},
	{regexp.MustCompile(`\b(\d+m)?\d+(\.\d+)?s\b`), "SECONDS"},
	{regexp.MustCompile(`"seconds": [0-9.e-]+`), "SECONDS"},
	{regexp.MustCompile(`\s+`), " "},
}

func mask(line string) string {
	for _, m := range masks {
		line = m.pattern.ReplaceAllString(line, m.mask)
	}
	return strings.TrimSpace(line)
}

// missing are the lines of shown that are not in output. Order does not count:
// much runs in parallel, and pages leave lines out.
func missing(shown []string, output string) []string {
	printed := map[string]int{}
	for line := range strings.Lines(output) {
		printed[mask(line)]++
	}
	var gone []string
	for _, line := range shown {
		if printed[mask(line)] == 0 {
			gone = append(gone, line)
			continue
		}
		printed[mask(line)]--
	}
	return gone
}

func TestMissing(t *testing.T) {
	tests := map[string]struct {
		shown, output string
		want          int
	}{
		"the same":         {shown: "a\nb", output: "a\nb\n"},
		"another order":    {shown: "b\na", output: "a\nb\n"},
		"lines left out":   {shown: "b", output: "a\nb\nc\n"},
		"a digest":         {shown: "web sha256:0123456789ab", output: "web   sha256:ba9876543210\n"},
		"a tag":            {shown: "1_db4b44b built 1.4s", output: "1_0c4b44b built 12.0s\n"},
		"a time":           {shown: "2026-01-02 03:04:05Z ana", output: "2027-11-12 13:14:15Z ana\n"},
		"another word":     {shown: "web built", output: "web unchanged\n", want: 1},
		"shown once more":  {shown: "a\na", output: "a\n", want: 1},
		"a part of a line": {shown: "a", output: "a b\n", want: 1},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if gone := missing(strings.Split(test.shown, "\n"), test.output); len(gone) != test.want {
				t.Errorf("missing %q, want %d lines", gone, test.want)
			}
		})
	}
}
