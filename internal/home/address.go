package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"iter"
	"regexp"
	"strings"
)

// current is the address in a go.mod.
func current(goMod []byte) (string, error) {
	lines := bufio.NewScanner(bytes.NewReader(goMod))
	for lines.Scan() {
		if address, ok := strings.CutPrefix(lines.Text(), "module "); ok {
			return strings.TrimSpace(address), nil
		}
	}
	return "", errors.New("go.mod has no module line")
}

// addresses are those that a Go module can have, and git and Dagger find.
var addresses = regexp.MustCompile(`^[a-z0-9-]+(\.[a-z0-9-]+)+(/[A-Za-z0-9~][A-Za-z0-9._~-]*)+$`)

func checkAddress(address string) error {
	if !addresses.MatchString(address) {
		return fmt.Errorf("%q is no address of a module: want host/path, without https://", address)
	}
	return nil
}

// mentions are the places in a text where an address begins: not those of a longer
// name, such as one that has it as its beginning, or of a host that ends alike.
func mentions(text, address string) iter.Seq[int] {
	return func(yield func(int) bool) {
		for from := 0; ; {
			at := strings.Index(text[from:], address)
			if at < 0 {
				return
			}
			at += from
			from = at + len(address)
			if at > 0 && (isName(text[at-1]) || text[at-1] == '.') || from < len(text) && isName(text[from]) {
				continue
			}
			if !yield(at) {
				return
			}
		}
	}
}

// isName says that a name goes on with that byte.
func isName(b byte) bool {
	return b == '-' || b == '_' || '0' <= b && b <= '9' || 'a' <= b && b <= 'z' || 'A' <= b && b <= 'Z'
}

// moved is the text with an address in the place of another.
func moved(text, from, to string) string {
	var b strings.Builder
	done := 0
	for at := range mentions(text, from) {
		b.WriteString(text[done:at] + to)
		done = at + len(from)
	}
	b.WriteString(text[done:])
	return b.String()
}
