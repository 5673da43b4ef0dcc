package enginetest

import (
	"context"
	"path/filepath"
	"strings"
	"testing"

	"git.example/slipway/pipelines/engine"
)

var refusalCases = []testCase{
	refusal("empty dockerfile", "-- Dockerfile --\n\n", "empty", nil),
	refusal("no dockerfile", "-- README --\n", "Dockerfile", nil),
	refusal("malformed dockerfile", "-- Dockerfile --\nFROM BASE\nRUNN true\n", "RUNN", nil),
	refusal("unknown target", "-- Dockerfile --\nFROM BASE AS one\n", "two", func(b *engine.Build) { b.Target = "two" }),
	refusal("missing context", "-- Dockerfile --\nFROM BASE\n", "gone", func(b *engine.Build) { b.Context = filepath.Join(b.Context, "gone") }),
	refusal("missing file", "-- Dockerfile --\nFROM BASE\nCOPY nowhere.txt /\n", "nowhere.txt", nil),
	refusal("missing base image", "-- Dockerfile --\nFROM BASE-absent\n", "absent", nil),
	refusal("failing command", "-- Dockerfile --\nFROM BASE\nRUN echo the reason; exit 9\n", "the reason", nil),
	{"failing command in a check's build", func(ctx context.Context, t *testing.T, f *fixture) {
		b := f.build(t, "-- Dockerfile --\nFROM BASE\nRUN echo the reason; exit 9\n")
		_, err := f.engine.Run(ctx, engine.Run{Name: "unit", Build: &b}, t.Output())
		if err == nil || !strings.Contains(err.Error(), "the reason") {
			t.Errorf("got %v, want an error with the reason", err)
		}
	}},
	{"missing image", func(ctx context.Context, t *testing.T, f *fixture) {
		_, err := f.engine.Run(ctx, engine.Run{Name: "unit", Image: &engine.Image{Reference: f.host + "/absent:1", Insecure: true}}, t.Output())
		if err == nil || !strings.Contains(err.Error(), "absent") {
			t.Errorf("got %v, want an error that names the image", err)
		}
	}},
	{"export of a missing path", func(ctx context.Context, t *testing.T, f *fixture) {
		dest := filepath.Join(t.TempDir(), "out")
		err := f.engine.Export(ctx, f.build(t, "-- Dockerfile --\nFROM BASE\n"), "/gone", dest, t.Output())
		if err == nil || !strings.Contains(err.Error(), "/gone") {
			t.Errorf("got %v, want an error that names the path", err)
		}
		if left := tree(t, filepath.Dir(dest)); len(left) != 0 {
			t.Errorf("left behind: %v", left)
		}
	}},
}

// refusal is a build that fails with an error that has text and the image's name.
func refusal(name, archive, text string, change func(*engine.Build)) testCase {
	return testCase{name, func(ctx context.Context, t *testing.T, f *fixture) {
		b := f.build(t, archive)
		if change != nil {
			change(&b)
		}
		_, err := f.engine.Build(ctx, b, nil, t.Output())
		if err == nil {
			t.Fatal("it was built")
		}
		t.Log(err)
		for _, want := range []string{text, b.Name} {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("the error lacks %q: %v", want, err)
			}
		}
		if len(err.Error()) > 5000 {
			t.Errorf("the error has %d bytes", len(err.Error()))
		}
	}}
}
