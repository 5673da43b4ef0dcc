package enginetest

import (
	"context"
	"net"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"git.example/slipway/pipelines/engine"
	"git.example/slipway/pipelines/secrets"
)

var buildCases = []testCase{
	{"arguments and target", func(ctx context.Context, t *testing.T, f *fixture) {
		b := f.build(t, `
-- Dockerfile --
FROM BASE AS make
ARG WHO=nobody
RUN mkdir /out && echo "hello $WHO" > /out/greeting
FROM BASE
RUN false
`)
		b.Target, b.Args = "make", map[string]string{"WHO": "world = \"all\""}
		f.exports(ctx, t, b, map[string]string{"greeting": "hello world = \"all\"\n"})
	}},
	{"dockerfile in a folder", func(ctx context.Context, t *testing.T, f *fixture) {
		b := f.build(t, `
-- docker/api.Dockerfile --
FROM BASE
COPY a.txt /out/
-- a.txt --
a
`)
		b.Dockerfile = "docker/api.Dockerfile"
		f.exports(ctx, t, b, map[string]string{"a.txt": "a\n"})
	}},
	{"ignore rules", func(ctx context.Context, t *testing.T, f *fixture) {
		f.exports(ctx, t, f.build(t, ignoring), map[string]string{"keep.txt": "keep\n", "logs/wanted.log": "wanted\n"})
	}},
	{"the dockerfile's own ignore rules", func(ctx context.Context, t *testing.T, f *fixture) {
		f.exports(ctx, t, f.build(t, ignoring+`
-- Dockerfile.dockerignore --
keep.txt
logs
`), map[string]string{"drop.tmp": "drop\n"})
	}},
	{"overlay", func(ctx context.Context, t *testing.T, f *fixture) {
		b := f.build(t, ignoring+`
-- public/assets/old.js --
old
`)
		assets := f.directory(t, "-- app.js --\napp\n-- build.tmp --\nnot subject to the ignore file\n-- img/logo --\nlogo\n")
		b.Overlay = map[string]string{
			"public/assets": assets,
			"keep.txt":      filepath.Join(assets, "app.js"),
			"new/file":      filepath.Join(assets, "img", "logo"),
			"file.tmp":      filepath.Join(assets, "build.tmp"),
		}
		f.exports(ctx, t, b, map[string]string{
			"keep.txt": "app\n", "logs/wanted.log": "wanted\n", "new/file": "logo\n", "file.tmp": "not subject to the ignore file\n",
			"public/assets/app.js": "app\n", "public/assets/build.tmp": "not subject to the ignore file\n", "public/assets/img/logo": "logo\n",
		})
		if got := tree(t, filepath.Join(b.Context, "public")); got["assets/old.js"] != "old\n" || len(got) != 1 {
			t.Errorf("the context itself was changed: %v", got)
		}
	}},
	{"export of one file", func(ctx context.Context, t *testing.T, f *fixture) {
		b := f.build(t, "-- Dockerfile --\nFROM scratch\nCOPY a.txt /deep/down/a.txt\n-- a.txt --\na\n")
		dest := filepath.Join(t.TempDir(), "there", "b.txt")
		if err := f.engine.Export(ctx, b, "/deep/down/a.txt", dest, t.Output()); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(map[string]string{".": "a\n"}, tree(t, dest)); diff != "" {
			t.Error(diff)
		}
	}},
	{"secret", func(ctx context.Context, t *testing.T, f *fixture) {
		b := f.build(t, `
-- Dockerfile --
FROM BASE
RUN --mount=type=secret,id=token mkdir /out && wc -c < /run/secrets/token > /out/size
RUN --mount=type=secret,id=other,target=/other wc -l < /other > /out/lines
`)
		b.Secrets = map[string]secrets.Value{"token": secrets.NewValue("12345"), "other": secrets.NewValue("a\nb $c\n")}
		f.exports(ctx, t, b, map[string]string{"size": "5\n", "lines": "2\n"})
	}},
	{"ssh agent", func(ctx context.Context, t *testing.T, f *fixture) {
		socket := filepath.Join(t.TempDir(), "agent")
		listener, err := net.Listen("unix", socket)
		if err != nil {
			t.Fatal(err)
		}
		defer listener.Close()
		b := f.build(t, `
-- Dockerfile --
FROM BASE
RUN --mount=type=ssh test -S "$SSH_AUTH_SOCK" && mkdir /out && echo there > /out/agent
`)
		b.SSH = []string{"default=" + socket}
		f.exports(ctx, t, b, map[string]string{"agent": "there\n"})
	}},
	{"named context", func(ctx context.Context, t *testing.T, f *fixture) {
		b := f.build(t, "-- Dockerfile --\nFROM BASE\nCOPY --from=shared a.txt /out/\n")
		b.Contexts = map[string]string{"shared": f.directory(t, "-- a.txt --\na\n")}
		if !f.supported(t, b) {
			return
		}
		f.exports(ctx, t, b, map[string]string{"a.txt": "a\n"})
	}},
}

const ignoring = `
-- Dockerfile --
FROM BASE
COPY . /out/
RUN rm -f /out/Dockerfile* /out/.dockerignore
-- .dockerignore --
*.tmp
logs
!logs/wanted.log
-- keep.txt --
keep
-- drop.tmp --
drop
-- logs/wanted.log --
wanted
-- logs/other.log --
other
`

// exports builds b and compares its directory /out.
func (f *fixture) exports(ctx context.Context, t *testing.T, b engine.Build, want map[string]string) {
	t.Helper()
	dest := filepath.Join(t.TempDir(), "out")
	if err := f.engine.Export(ctx, b, "/out", dest, t.Output()); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, tree(t, dest)); diff != "" {
		t.Errorf("files of the image (-want +got):\n%s", diff)
	}
}
