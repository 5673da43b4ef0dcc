// Package shell writes scripts for the POSIX shell of a host.
package shell

import (
	"crypto/rand"
	"crypto/sha256"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"git.example/slipway/pipelines/command"
)

// Script is a POSIX shell script. The zero value is an empty one.
type Script struct {
	text strings.Builder
	// temporary are directories that have another name whenever the script runs.
	temporary []string
}

// Line adds a command; its words are quoted.
func (s *Script) Line(words ...string) { s.Raw(Words(words...)) }

// Raw adds text as it is; it ends with one line end afterwards.
func (s *Script) Raw(text string) { s.text.WriteString(strings.TrimRight(text, "\n") + "\n") }

// Append adds another script.
func (s *Script) Append(other *Script) {
	s.text.WriteString(other.text.String())
	s.temporary = append(s.temporary, other.temporary...)
}

// Set sets a variable of the shell.
func (s *Script) Set(name, value string) { s.Raw(name + "=" + Quote(value)) }

// Export sets environment variables.
func (s *Script) Export(variables map[string]string) {
	for _, name := range slices.Sorted(maps.Keys(variables)) {
		s.Raw("export " + name + "=" + Quote(variables[name]))
	}
}

// File writes content to a file, which ends with a line end afterwards. Its
// directory is made.
func (s *Script) File(name, content string) {
	// No content has its own digest in it.
	end := fmt.Sprintf("SLIPWAY_%.16x", sha256.Sum256([]byte(content)))
	if !slices.Contains(s.temporary, path.Dir(name)) {
		s.Line("mkdir", "-p", path.Dir(name))
	}
	fmt.Fprintf(&s.text, "cat >%s <<'%s'\n%s", Quote(name), end, content)
	if !strings.HasSuffix(content, "\n") {
		s.text.WriteByte('\n')
	}
	s.Raw(end)
}

// Temporary makes a directory that only the user can read, and that is gone
// when the script ends, also when nobody reads what it prints any more. Each run
// of the script has one of its own, which dir stands for.
func (s *Script) Temporary() (dir string) {
	dir = temporaryName()
	s.temporary = append(s.temporary, dir)
	s.Line("mkdir", "-m", "700", dir)
	s.Raw("umask 077")
	s.Raw("trap 'rm -rf " + dir + "' EXIT")
	s.Raw("trap 'exit 1' HUP INT TERM PIPE")
	return dir
}

func temporaryName() string { return "/tmp/slipway-" + rand.Text() }

// Empty says that nothing was added yet.
func (s *Script) Empty() bool { return s.text.Len() == 0 }

// String is the script's text.
func (s *Script) String() string { return s.text.String() }

// Command runs the script; its exit code is that of the last command. The
// script is given as standard input, so what it holds is in no process list; a
// shell has to read all of it before it runs any, so a connection that is cut
// in the middle of it runs nothing. What it runs reads nothing, and is in a
// session of its own, so that it cleans up also when this process's group is
// killed.
func (s *Script) Command() command.Command {
	text := s.text.String()
	for _, dir := range s.temporary {
		text = strings.ReplaceAll(text, dir, temporaryName())
	}
	return command.Command{
		Args:     []string{"sh", "-s"},
		Stdin:    strings.NewReader("{\n" + text + "exit\n} </dev/null\n"),
		Detached: true,
	}
}
