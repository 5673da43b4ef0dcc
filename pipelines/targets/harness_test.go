package targets

import (
	"context"
	"testing"

	"git.example/slipway/internal/projecttest"
	"git.example/slipway/pipelines/config"
	"git.example/slipway/pipelines/published"
	"git.example/slipway/pipelines/report"
)

// openWith opens the project in dir, of a commit that need not exist.
func openWith(t *testing.T, dir string, env map[string]string, reporter report.Reporter) *Environments {
	t.Helper()
	w := projecttest.Open(t, dir, env, reporter)
	named := func(context.Context) (config.Map[config.Image], error) { return w.Config.Images.Named, nil }
	e := New(w, published.New(w, false, named))
	t.Cleanup(func() { _ = e.Close() })
	return e
}

// prod is the environment called prod, with its targets.
func (e *Environments) prod(t *testing.T) *Environment {
	t.Helper()
	environment, err := e.workspace.Environment("prod")
	if err != nil {
		t.Fatal(err)
	}
	opened, err := e.Open(t.Context(), environment, nil)
	if err != nil {
		t.Fatal(err)
	}
	return opened
}

// notices keeps what a user is told.
type notices []string

func (n *notices) Report(e report.Event) {
	if notice, ok := e.(report.Notice); ok {
		*n = append(*n, notice.Text)
	}
}
