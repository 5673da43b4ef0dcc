package secrets

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func resolver(t *testing.T) Resolver {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{
		"token": "canary-1\n", "crlf": "canary-2\r\n", "two": "canary\n3\n\n", "empty": "\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	vars := map[string]string{"TOKEN": "canary-4", "SPACED": " canary-5 \n", "EMPTY": ""}
	return Resolver{Dir: dir, Lookup: func(name string) (string, bool) { v, ok := vars[name]; return v, ok }}
}

func TestResolve(t *testing.T) {
	r := resolver(t)
	for ref, want := range map[string]string{
		"env://TOKEN": "canary-4", "env://SPACED": " canary-5 \n",
		"file://token": "canary-1", "file://./token": "canary-1", "file://crlf": "canary-2", "file://two": "canary\n3\n",
		"file://" + filepath.Join(r.Dir, "token"): "canary-1",
	} {
		t.Run(ref, func(t *testing.T) {
			got, err := r.Resolve(t.Context(), ref)
			if err != nil {
				t.Fatal(err)
			}
			if got.Reveal() != want {
				t.Errorf("got %q, want %q", got.Reveal(), want)
			}
		})
	}
}

func TestResolveRefuses(t *testing.T) {
	r := resolver(t)
	for ref, want := range map[string]string{
		"env://NOBODY":  `"env://NOBODY": the variable NOBODY is not set; set it`,
		"env://EMPTY":   `"env://EMPTY": the variable EMPTY is empty; set it`,
		"env://":        `"env://": "" is no variable name`,
		"env://A B":     `"A B" is no variable name`,
		"file://gone":   `"file://gone": there is no file ` + r.Dir + "/gone; create it",
		"file://empty":  "/empty is empty",
		"file://.":      "is a directory",
		"file://":       "names no file",
		"canary-secret": "not a reference; write env://NAME or file://PATH",
	} {
		t.Run(ref, func(t *testing.T) {
			_, err := r.Resolve(t.Context(), ref)
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Fatalf("error is %v, want %q", err, want)
			}
			if strings.Contains(err.Error(), "canary") {
				t.Errorf("error shows the value: %v", err)
			}
		})
	}
}

func TestResolveAllNamesEverythingThatIsMissing(t *testing.T) {
	r := resolver(t)
	_, err := r.ResolveAll(t.Context(), map[string]string{"C": "file://gone", "A": "env://NOBODY", "B": "env://TOKEN", "D": "plain"})
	if err == nil {
		t.Fatal("no error")
	}
	lines := strings.Split(err.Error(), "\n")
	if len(lines) != 2 || !strings.HasPrefix(lines[0], "A: ") || !strings.HasPrefix(lines[1], "C: ") {
		t.Errorf("error is %v", err)
	}
}

func TestResolveAllLeavesPlainValuesOut(t *testing.T) {
	got, err := resolver(t).ResolveAll(t.Context(), map[string]string{"A": "env://TOKEN", "B": "plain"})
	if err != nil {
		t.Fatal(err)
	}
	if len(got) != 1 || got["A"].Reveal() != "canary-4" {
		t.Errorf("got %d values", len(got))
	}
}

func TestResolveGivesTheCallsContextToAWS(t *testing.T) {
	type key struct{}
	var got []any
	r := Resolver{AWS: func(ctx context.Context, ref string) (Value, error) {
		got = append(got, ctx.Value(key{}))
		return NewValue(ref), ctx.Err()
	}}
	for _, call := range []string{"first", "second"} {
		ctx := context.WithValue(t.Context(), key{}, call)
		if _, err := r.ResolveAll(ctx, map[string]string{"A": "aws-sm://shop"}); err != nil {
			t.Fatal(err)
		}
	}
	if len(got) != 2 || got[0] != "first" || got[1] != "second" {
		t.Errorf("got the contexts of %v", got)
	}
	ended, end := context.WithCancel(t.Context())
	end()
	if _, err := r.Resolve(ended, "aws-ssm:///shop"); !errors.Is(err, context.Canceled) {
		t.Errorf("with an ended context: %v", err)
	}
}
