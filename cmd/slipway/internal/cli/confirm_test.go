package cli

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"

	"git.example/slipway/pipelines"
)

func TestConfirm(t *testing.T) {
	for answer, want := range map[string]bool{"y\n": true, " YES\n": true, "n\n": false, "\n": false, "": false} {
		t.Run(answer, func(t *testing.T) {
			var shown strings.Builder
			g := &globals{env: Environment{Lookup: func(name string) (string, bool) { return "1", name == "NO_COLOR" }, In: strings.NewReader(answer), Err: &shown, InTerminal: true, ErrTerminal: true}}
			err := g.confirm(false)(t.Context(), pipelines.Question{Text: "Deploy it?", Planned: pipelines.Planned{Environment: "prod", Tag: "7_abcdef0", Published: true}})
			if (err == nil) != want || !strings.Contains(shown.String(), "Environment prod, release 7_abcdef0") || !strings.HasSuffix(strings.TrimSpace(shown.String()), "Deploy it? [y/N]") {
				t.Errorf("asked %q, got %v", shown.String(), err)
			}
		})
	}
}

func TestConfirmCanBeInterrupted(t *testing.T) {
	nobody, _ := io.Pipe()
	ctx, interrupt := context.WithCancelCause(t.Context())
	cause := errors.New("interrupt")
	asked := writerFunc(func(p []byte) (int, error) { interrupt(cause); return len(p), nil })
	g := &globals{env: Environment{Lookup: func(name string) (string, bool) { return "1", name == "NO_COLOR" }, In: nobody, Err: asked, InTerminal: true, ErrTerminal: true}}
	if err := g.confirm(false)(ctx, pipelines.Question{Text: "Deploy it?"}); !errors.Is(err, cause) {
		t.Errorf("got %v", err)
	}
}

// writerFunc is told what is written.
type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(p []byte) (int, error) { return f(p) }

func TestConfirmAsksNobody(t *testing.T) {
	terminal := Environment{InTerminal: true, ErrTerminal: true}
	for name, test := range map[string]struct {
		env Environment
		yes bool
	}{
		"--yes":              {terminal, true},
		"no input":           {Environment{ErrTerminal: true}, false},
		"output into a file": {Environment{InTerminal: true}, false},
	} {
		t.Run(name, func(t *testing.T) {
			if g := (&globals{env: test.env}); g.confirm(test.yes) != nil {
				t.Error("it asks")
			}
		})
	}
}
