package state

import (
	"os"
	"path/filepath"
	"testing"

	"git.example/slipway/pipelines/deploy"
	"git.example/slipway/pipelines/deploy/compose/stack"
)

// What is kept on hosts is a format: other versions read it.
func TestStateFileKeepsItsFormat(t *testing.T) {
	const kept = `{
  "project": "shop",
  "services": [
    "db",
    "web"
  ],
  "tag": "7_abc",
  "steps": [
    "before 0: migrate up"
  ]
}
`
	s := stack.Stack{Host: deploy.LocalHost{}, StateDir: t.TempDir()}
	file := filepath.Join(s.StateDir, "state.json")
	if err := os.WriteFile(file, []byte(kept), 0o644); err != nil {
		t.Fatal(err)
	}
	read, err := Read(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	if err := Write(t.Context(), s, read); err != nil {
		t.Fatal(err)
	}
	if got, err := os.ReadFile(file); err != nil || string(got) != kept {
		t.Errorf("written again: %s (%v)", got, err)
	}
}

// A step counts for the release that is worked on, and once.
func TestStepDone(t *testing.T) {
	s := stack.Stack{Host: deploy.LocalHost{}, StateDir: t.TempDir()}
	if err := Write(t.Context(), s, State{Project: "shop"}.Started("2", []string{"web"})); err != nil {
		t.Fatal(err)
	}
	for _, tag := range []string{"1", "2", "2"} {
		if err := StepDone(t.Context(), s, tag, "of "+tag); err != nil {
			t.Fatal(err)
		}
	}
	got, err := Read(t.Context(), s)
	if err != nil || len(got.Steps) != 1 || got.Steps[0] != "of 2" {
		t.Errorf("steps %q, %v", got.Steps, err)
	}
	if next := got.Started("3", []string{"db", "web"}); len(next.Steps) != 0 || len(next.Services) != 2 {
		t.Errorf("with the next release: %+v", next)
	}
}
