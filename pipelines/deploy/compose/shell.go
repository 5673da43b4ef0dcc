package compose

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/slipwayhq/slipway/pipelines/command"
	"github.com/slipwayhq/slipway/pipelines/deploy"
)

// script is a POSIX shell script, given to the host's shell as standard input:
// what it holds is in no process list.
type script struct{ text strings.Builder }

// line adds a command; its words are quoted.
func (s *script) line(words ...string) { fmt.Fprintln(&s.text, shellWords(words)) }

// raw adds a line as it is.
func (s *script) raw(line string) { fmt.Fprintln(&s.text, line) }

// stopContainers stops containers as gracefully as they ask for, and removes
// them; some may be gone already.
func (s *script) stopContainers(ids []string) {
	s.raw(shellWords(append([]string{"docker", "stop"}, ids...)) + " || true")
	s.raw(shellWords(append([]string{"docker", "rm", "-f"}, ids...)))
}

// export sets environment variables.
func (s *script) export(variables map[string]string) {
	for _, name := range slices.Sorted(maps.Keys(variables)) {
		fmt.Fprintf(&s.text, "export %s=%s\n", name, quote(variables[name]))
	}
}

// file writes content to a file, which ends with a line end afterwards.
func (s *script) file(name, content string) {
	end := "SLIPWAY_" + rand.Text()
	s.line("mkdir", "-p", path.Dir(name))
	fmt.Fprintf(&s.text, "cat >%s <<'%s'\n%s", quote(name), end, content)
	if !strings.HasSuffix(content, "\n") {
		s.raw("")
	}
	s.raw(end)
}

// temporary makes a directory that only the user can read, and that is gone
// when the script ends.
func (s *script) temporary() (dir string) {
	dir = "/tmp/slipway-" + rand.Text()
	s.line("mkdir", "-m", "700", dir)
	s.raw("umask 077")
	s.raw("trap 'rm -rf " + dir + "' EXIT")
	s.raw("trap 'exit 1' HUP INT TERM")
	return dir
}

// run runs the script. It is in a session of its own, so that it cleans up
// also when this process's group is killed.
func (t *Target) run(ctx context.Context, s *script, stdout, stderr io.Writer) error {
	c := command.Command{
		Args:     []string{"sh", "-s"},
		Stdin:    strings.NewReader(s.text.String()),
		Detached: true,
	}
	return t.Host.Run(ctx, c, stdout, stderr)
}

// output is what a script prints that changes nothing: it may run twice.
func (t *Target) output(ctx context.Context, s *script) ([]byte, error) {
	var out bytes.Buffer
	err := deploy.Again(ctx, func() error {
		out.Reset()
		return t.run(ctx, s, &out, nil)
	})
	return out.Bytes(), err
}

func shellWords(words []string) string {
	quoted := make([]string, len(words))
	for i, w := range words {
		quoted[i] = quote(w)
	}
	return strings.Join(quoted, " ")
}

// quote makes text one word of a shell.
func quote(text string) string {
	return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'"
}

// scriptError leaves the script out of a failed script's error: what compose
// said is what matters.
func scriptError(err error) error {
	var failed *command.Error
	if !errors.As(err, &failed) || failed.Stderr == "" || failed.ExitCode < 0 {
		return err
	}
	if strings.Contains(failed.Stderr, "unknown flag: --project-directory") {
		return errors.New("docker has no compose plugin there; install it (Debian and Ubuntu: package docker-compose-plugin or docker-compose-v2)")
	}
	return errors.New(failed.Stderr)
}
