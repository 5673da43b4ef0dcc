package ssh_test

import (
	"bytes"
	"strings"
	"testing"

	"git.example/slipway/internal/sshtest"
	"git.example/slipway/pipelines/command"
)

// Words and values reach a program as they are.
func FuzzWords(f *testing.F) {
	for _, word := range []string{
		"", " ", "a b", "'", `"`, `\`, `\\'`, "$(touch x)", "`id`", "$HOME", "a\nb", "\n", "\n\n", "'\n'", "\t", "\r\n", "-n", "--", "*", "~", "#", "!", ";", "&", "|",
		"näme 漢字 🚀", "\x01\x7f\x80\x81\x82\x83\x88\xff", "%s%n", "{a,b}", "=", "a=b", strings.Repeat("'\n ", 1000), "$slipway", "${slipway_line}", "'\"'\"'",
	} {
		f.Add(word)
	}
	s := sshtest.Start(f, sshtest.Config{})
	h := hostOf(f, s.Options())
	f.Fuzz(func(t *testing.T, word string) {
		if strings.Contains(word, "\x00") {
			t.Skip("no program can get it")
		}
		var out, env bytes.Buffer
		if err := h.Run(t.Context(), command.Command{Args: []string{"printf", "%s|%s", word, word}}, &out, nil); err != nil {
			t.Fatal(err)
		}
		if out.String() != word+"|"+word {
			t.Errorf("%q became %q", word, &out)
		}
		c := command.Command{Args: []string{"sh", "-c", `printf %s "$VALUE"; cat`}, Env: []string{"VALUE=" + word}, Stdin: strings.NewReader(word)}
		if err := h.Run(t.Context(), c, &env, nil); err != nil {
			t.Fatal(err)
		}
		if env.String() != word+word {
			t.Errorf("%q became %q", word, &env)
		}
	})
}
