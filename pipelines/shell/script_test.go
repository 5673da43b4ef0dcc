package shell

import (
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"git.example/slipway/pipelines/command"
)

// hostile words must never become shell code.
var hostile = []string{
	"", "plain", "two words", "it's", `"double"`, "$(touch /tmp/slipway-was-here)", "`id`", "$HOME", "a\nb\n", "\\", `\'`,
	"*", "~", "-n", "ünïcödé ☃", "a;b|c&d>e<f", "!x", "# no comment", "{ }", "tab\there", "\x7f\x01",
}

// shells are what a host's sh may be; those that are not here are left out.
func shells(t *testing.T) map[string][]string {
	found := map[string][]string{}
	for name, words := range map[string][]string{"sh": {"sh"}, "dash": {"dash"}, "bash": {"bash", "--posix"}, "busybox": {"busybox", "sh"}} {
		if _, err := exec.LookPath(words[0]); err == nil {
			found[name] = words
		}
	}
	if len(found) == 0 {
		t.Fatal("no shell is here")
	}
	return found
}

// in has another shell run a command that is for sh.
func in(c command.Command, shell []string) command.Command {
	c.Args = append(append([]string{}, shell...), c.Args[1:]...)
	return c
}

func TestWordsOfAScript(t *testing.T) {
	for name, sh := range shells(t) {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			s := &Script{}
			s.Export(map[string]string{"EXPORTED": hostile[12]})
			for i, word := range hostile {
				file := filepath.Join(dir, "it's a $(dir)", string(rune('a'+i)))
				s.Set("variable", word)
				s.Raw(`printf '%s\0' "$variable"`)
				s.Line("printf", `%s\0`, word)
				s.File(file, word)
				s.Raw("cat " + Quote(file) + "; printf '\\0'")
			}
			s.Raw("sh -c 'printf %s \"$EXPORTED\"'; printf '\\0'")
			got, err := in(s.Command(), sh).Output(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			var want []string
			for _, word := range hostile {
				want = append(want, word, word, strings.TrimSuffix(word, "\n")+"\n")
			}
			want = append(want, hostile[12], "")
			if diff := cmp.Diff(want, strings.Split(string(got), "\x00")); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// FuzzQuote reads words back through a real shell.
func FuzzQuote(f *testing.F) {
	for _, word := range hostile {
		f.Add(word)
	}
	f.Fuzz(func(t *testing.T, word string) {
		if strings.ContainsRune(word, 0) {
			t.Skip("no program can get a NUL byte")
		}
		s := &Script{}
		s.Line("printf", "%s", word)
		got, err := s.Command().Output(t.Context())
		if err != nil || string(got) != word {
			t.Errorf("%q came as %q, %v", word, got, err)
		}
	})
}

func TestExitCode(t *testing.T) {
	for text, want := range map[string]int{"true": 0, "false": 1, "(exit 7)": 7, "exit 3\ntrue": 3, "set -e\nfalse\ntrue": 1} {
		s := &Script{}
		s.Raw(text)
		err := s.Command().Run(t.Context(), nil, nil)
		if got := max(command.ExitCode(err), 0); got != want {
			t.Errorf("%q ended with %d, %v; want %d", text, got, err, want)
		}
	}
}

// What a script runs does not read the rest of it.
func TestNothingReadsTheScript(t *testing.T) {
	s := &Script{}
	s.Raw("cat")
	s.Raw("echo end")
	if got, err := s.Command().Output(t.Context()); err != nil || string(got) != "end\n" {
		t.Errorf("%q, %v", got, err)
	}
}

// Wherever the script is cut, nothing of it runs: a half file would be written,
// a half list of containers removed.
func TestHalfAScriptRunsNothing(t *testing.T) {
	for name, sh := range shells(t) {
		t.Run(name, func(t *testing.T) {
			ran := filepath.Join(t.TempDir(), "ran")
			s := &Script{}
			s.Line("touch", ran)
			s.File(ran+".file", "one\ntwo\n")
			s.Raw("if true; then")
			s.Line("touch", ran+" too")
			s.Raw("fi")
			whole, err := io.ReadAll(s.Command().Stdin)
			if err != nil {
				t.Fatal(err)
			}
			for end := range len(whole) - len("} </dev/null\n") + 1 {
				c := in(s.Command(), sh)
				c.Stdin = strings.NewReader(string(whole[:end]))
				_ = c.Run(t.Context(), nil, nil) // a syntax error, mostly
				if found, _ := filepath.Glob(ran + "*"); len(found) > 0 {
					t.Fatalf("cut after %q it ran: %q", whole[:end], found)
				}
			}
			if err := in(s.Command(), sh).Run(t.Context(), nil, nil); err != nil {
				t.Error(err)
			}
			if _, err := os.Stat(ran + " too"); err != nil {
				t.Error(err)
			}
		})
	}
}

// A script that is started again while it still runs has another directory.
func TestTemporaryOfEachRun(t *testing.T) {
	inner, s := &Script{}, &Script{}
	dir := inner.Temporary()
	inner.File(dir+"/file", "x")
	inner.Raw("sleep 1; cat " + dir + "/file; echo " + dir)
	s.Append(inner)
	outputs := make(chan string, 2)
	for range 2 {
		go func() {
			out, err := s.Command().Output(t.Context())
			if err != nil {
				t.Error(err)
			}
			outputs <- string(out)
		}()
	}
	one, two := <-outputs, <-outputs
	if one == two || !strings.HasPrefix(one, "x\n/tmp/slipway-") || !strings.HasPrefix(two, "x\n/tmp/slipway-") {
		t.Errorf("%q and %q", one, two)
	}
}

// A connection that is gone is a pipe that nobody reads.
func TestTemporaryIsGoneWithTheReader(t *testing.T) {
	for name, sh := range shells(t) {
		t.Run(name, func(t *testing.T) {
			read, write, err := os.Pipe()
			if err != nil {
				t.Fatal(err)
			}
			s := &Script{}
			dir := s.Temporary()
			said := filepath.Join(t.TempDir(), "said")
			s.Raw("echo " + dir + " >" + Quote(said))
			s.Raw("echo one; echo two; echo three")
			read.Close()
			if err := in(s.Command(), sh).Run(t.Context(), write, nil); err == nil {
				t.Error("it did not notice")
			}
			write.Close()
			where, err := os.ReadFile(said)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := os.Stat(strings.TrimSpace(string(where))); !errors.Is(err, os.ErrNotExist) {
				t.Errorf("%s is still there: %v", where, err)
			}
		})
	}
}

func TestTemporaryIsGone(t *testing.T) {
	for text, fails := range map[string]bool{"true": false, "exit 4": true} {
		s := &Script{}
		dir := s.Temporary()
		s.File(dir+"/secret", "x")
		s.Raw("ls -ld " + dir)
		s.Raw(text)
		out, err := s.Command().Output(t.Context())
		if (err != nil) != fails || !strings.HasPrefix(string(out), "drwx------") {
			t.Errorf("%s, %v", out, err)
		}
		fields := strings.Fields(string(out))
		if _, err := os.Stat(fields[len(fields)-1]); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("%s is still there: %v", fields[len(fields)-1], err)
		}
	}
}
