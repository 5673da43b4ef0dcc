package daggerengine

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"git.example/slipway/pipelines/engine"
	"git.example/slipway/pipelines/secrets"
)

// Dagger's session has one value of a secret's name.
func TestBuildsWithOtherValuesOfOneSecret(t *testing.T) {
	e, ctx := start(t)
	failed := make(chan error, 4)
	for i := range 4 {
		go func() {
			value := strings.Repeat("x", i+1)
			b := engine.Build{Name: value, Dockerfile: "Dockerfile", Platforms: []string{"linux/amd64"},
				Secrets: map[string]secrets.Value{"token": secrets.NewValue(value)},
				Context: files(t, map[string]string{"Dockerfile": "FROM alpine:3.20\nARG WHO\nRUN --mount=type=secret,id=token sleep 0.3; wc -c < /run/secrets/token > /size\n"}),
				Args:    map[string]string{"WHO": t.Name() + e.conn.next()}}
			dest := filepath.Join(t.TempDir(), "size")
			err := e.Export(ctx, b, "/size", dest, io.Discard)
			if got, _ := os.ReadFile(dest); err == nil && strings.TrimSpace(string(got)) != string(rune('1'+i)) {
				err = errors.New(value + " got " + string(got))
			}
			failed <- err
		}()
	}
	for range 4 {
		if err := <-failed; err != nil {
			t.Error(err)
		}
	}
}

func TestSecretsOfABuild(t *testing.T) {
	e, ctx := start(t)
	const canary = "canary-5ee1-d0-n0t-l3ak"
	build := func(dockerfile string) engine.Build {
		return engine.Build{Name: "api", Dockerfile: "Dockerfile", Platforms: []string{"linux/amd64"}, Args: map[string]string{"RUN": e.conn.next()},
			Secrets: map[string]secrets.Value{"token": secrets.NewValue(canary)},
			Context: files(t, map[string]string{"Dockerfile": "FROM alpine:3.20\nARG RUN\n" + dockerfile})}
	}
	t.Run("printed by a step that fails", func(t *testing.T) {
		var log bytes.Buffer
		_, err := e.Build(ctx, build("RUN --mount=type=secret,id=token cat /run/secrets/token; cat /run/secrets/token >&2; exit 3\n"), nil, &log)
		if err == nil || !strings.Contains(err.Error(), "exit code 3") || strings.Contains(err.Error(), canary) || strings.Contains(log.String(), canary) {
			t.Errorf("got %v and the log %q", err, log.String())
		}
	})
	t.Run("not in the check that runs the image", func(t *testing.T) {
		b := build("RUN --mount=type=secret,id=token,env=TOKEN test -n \"$TOKEN\"\nENTRYPOINT [\"sh\", \"-c\"]\nCMD [\"test ! -e /run/secrets/token && test -z $TOKEN\"]\n")
		result, err := e.Run(ctx, engine.Run{Name: "unit", Build: &b}, t.Output())
		if err != nil || result.ExitCode != 0 {
			t.Errorf("got exit code %d and %v", result.ExitCode, err)
		}
		built, err := e.Build(ctx, b, nil, t.Output())
		if err != nil {
			t.Fatal(err)
		}
		result, err = e.Run(ctx, engine.Run{Name: "unit", Image: &engine.Image{Reference: built.Reference}}, t.Output())
		if err != nil || result.ExitCode != 0 {
			t.Errorf("of the built image: got exit code %d and %v", result.ExitCode, err)
		}
	})
}

// What BuildKit sends of a context, as pairs of rules and files that are left.
func TestIgnoreRules(t *testing.T) {
	e, ctx := start(t)
	context := map[string]string{"a.txt": "", "b.log": "", "dir/a.txt": "", "dir/deep/a.txt": "", "dir/deep/b.log": "", "other/c.md": "", "README.md": "", "[odd]/x": ""}
	tests := map[string]struct {
		rules string
		want  []string
	}{
		"everything but":     {"*\n!dir/deep\n", []string{"dir/deep/a.txt", "dir/deep/b.log"}},
		"at any depth":       {"**/*.log\n.dockerignore\nDockerfile", []string{"README.md", "[odd]/x", "a.txt", "dir/a.txt", "dir/deep/a.txt", "other/c.md"}},
		"last rule wins":     {"*\n!*.md\nREADME.md\n!dir\ndir/deep\n", []string{"dir/a.txt"}},
		"rooted and comment": {"# no\n/dir/\n /other \n*.*\n[[]odd]\nDockerfile", nil},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			context["Dockerfile"], context[".dockerignore"] = "FROM scratch\nCOPY . /out/\n", tc.rules
			b := engine.Build{Name: "api", Dockerfile: "Dockerfile", Platforms: []string{"linux/amd64"}, Context: files(t, context)}
			dir, err := e.images.builder.context(b)
			if err != nil {
				t.Fatal(err)
			}
			sent, err := dir.Glob(ctx, "**")
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, path := range sent {
				if !strings.HasSuffix(path, "/") && !strings.HasPrefix(path, buildFiles) {
					got = append(got, path)
				}
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}
