package cli

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestInitModule: a slipway whose home nobody has asks for the address of its module,
// and one that was built from a public repository knows it.
func TestInitModule(t *testing.T) {
	tests := map[string]struct {
		options initOptions
		want    string
		asks    bool
	}{
		"of nobody": {options: initOptions{own: "any.example/slipway"}, asks: true},
		"unknown":   {asks: true},
		"its own":   {options: initOptions{own: "code.example.net/acme/slipway"}, want: "SLIPWAY: code.example.net/acme/slipway@main\n"},
		"the flag":  {options: initOptions{own: "any.example/slipway", module: "code.example.net/acme/slipway@v2"}, want: "SLIPWAY: code.example.net/acme/slipway@v2\n"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			t.Chdir(dir)
			if err := os.WriteFile("slipway.yaml", []byte("version: 1\nproject: shop\nimages: {app: {context: .}}\nregistries: {local: {embedded: {}}}\n"), 0o644); err != nil {
				t.Fatal(err)
			}
			var said bytes.Buffer
			g := &globals{env: Environment{Err: &said, Out: &said}}
			test.options.ci = []string{"github"}
			err := g.initProject(t.Context(), test.options)
			text, readErr := os.ReadFile(filepath.Join(dir, ".github/workflows/slipway.yml"))
			if test.asks {
				var flag flagError
				if !errors.As(err, &flag) || !strings.Contains(err.Error(), "--module") || !strings.Contains(err.Error(), "dagger init --blueprint=") {
					t.Errorf("%v, want an error that says how to give the address", err)
				}
				if !errors.Is(readErr, os.ErrNotExist) {
					t.Errorf("a file was written: %s", text)
				}
				return
			}
			if err != nil || readErr != nil || !strings.Contains(string(text), test.want) {
				t.Errorf("%v, %v, want %q in:\n%s", err, readErr, test.want, text)
			}
		})
	}
}
