package main

import (
	"bytes"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"git.example/slipway/cmd/slipway/internal/cli"
)

// TestIndentedCommands: commands that pages show without a session, for hosts
// that no test has, exist with just these flags.
func TestIndentedCommands(t *testing.T) {
	for _, p := range everyPage(t) {
		for line := range strings.Lines(p.text) {
			command, ok := strings.CutPrefix(strings.TrimRight(line, "\n"), "    slipway ")
			if !ok {
				continue
			}
			for _, end := range []string{" #", " >", " |", " &&"} {
				command, _, _ = strings.Cut(command, end)
			}
			split, err := exec.Command("sh", "-c", `printf '%s\n' `+command).Output()
			if err != nil {
				t.Errorf("%s: %s: %v", filepath.Base(p.path), command, err)
				continue
			}
			words := strings.Split(strings.TrimSpace(string(split)), "\n")
			var out bytes.Buffer
			env := cli.Environment{Out: &out, Err: &out, Lookup: func(string) (string, bool) { return "", false }}
			if code := cli.Main(append([]string{words[0], "--help"}, words[1:]...), env); code != 0 {
				t.Errorf("%s: slipway %s: exit code %d\n%s", filepath.Base(p.path), command, code, out.String())
			}
		}
	}
}
