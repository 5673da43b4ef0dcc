package content

import (
	"context"
	"errors"
	"maps"
	"math/rand/v2"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// fixture is a build context and inputs that use everything.
func fixture(t testing.TB) Inputs {
	t.Helper()
	dir, extra := t.TempDir(), t.TempDir()
	writeFiles(t, dir, map[string]string{
		"Dockerfile": "FROM busybox\nCOPY . /\n", ".dockerignore": "Dockerfile\n*.log\nnode_modules\n!keep.log\nlogs/*\n!logs/one\n",
		"main.go": "package main\n", "src/a.txt": "a", "src/deep/b.txt": "b", "keep.log": "kept", "logs/one": "1",
		"x.log": "ignored", "node_modules/m/index.js": "ignored", "logs/two": "ignored", "assets/old.js": "replaced",
	})
	writeFiles(t, extra, map[string]string{"e": "extra", ".dockerignore": "skip", "skip": "ignored"})
	for path, mode := range map[string]os.FileMode{"run.sh": 0o755} {
		writeFiles(t, dir, map[string]string{path: "#!/bin/sh\n"})
		must(t, os.Chmod(filepath.Join(dir, path), mode))
	}
	must(t, os.Mkdir(filepath.Join(dir, "empty"), 0o755))
	must(t, os.Symlink("src/a.txt", filepath.Join(dir, "link")))
	return Inputs{
		Name: "api", Context: dir, Dockerfile: "Dockerfile", Target: "prod",
		Args:      map[string]string{"A": "1", "B": "2"},
		Platforms: []string{"linux/amd64", "linux/arm64"},
		Bases:     map[string]string{"docker.io/library/busybox:latest": "sha256:1"},
		Overlays:  []Overlay{{Content: Digest("t", "assets"), Path: "/app/assets", Destination: "assets"}},
		Labels:    map[string]string{"maintainer": "ann"},
		Secrets:   []string{"npm", "pip"},
		SSH:       []string{"default", "github=/tmp/one.sock"},
		Contexts:  map[string]string{"extra": extra, "img": "docker-image://alpine"},
		Commit:    commitA,
	}
}

// Two full commits.
var (
	commitA = strings.Repeat("a1b2c3d4", 5)
	commitB = strings.Repeat("b", 64)
)

func writeFiles(t testing.TB, dir string, files map[string]string) {
	t.Helper()
	for name, content := range files {
		path := filepath.Join(dir, filepath.FromSlash(name))
		must(t, os.MkdirAll(filepath.Dir(path), 0o755))
		must(t, os.WriteFile(path, []byte(content), 0o644))
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func content(t testing.TB, in Inputs) Hash {
	t.Helper()
	sum, err := NewHasher(nil).Content(context.Background(), in)
	must(t, err)
	return sum
}

// Every input that decides what the image is, changed one at a time.
func TestContentChanges(t *testing.T) {
	file := func(name, text string) func(*testing.T, *Inputs) {
		return func(t *testing.T, in *Inputs) { writeFiles(t, in.Context, map[string]string{name: text}) }
	}
	changes := map[string]func(*testing.T, *Inputs){
		"Dockerfile":           file("Dockerfile", "FROM busybox\nCOPY . /x\n"),
		"content":              file("main.go", "package other\n"),
		"content, same length": file("src/a.txt", "z"),
		"content below":        file("src/deep/b.txt", "z"),
		"new file":             file("new", ""),
		"re-included file":     file("keep.log", "other"),
		"re-included below":    file("logs/one", "other"),
		"ignore file":          file(".dockerignore", "*.log\nnode_modules\nsrc\n"),
		"own ignore file":      file("Dockerfile.dockerignore", "src\n"),
		"new empty directory":  func(t *testing.T, in *Inputs) { must(t, os.Mkdir(filepath.Join(in.Context, "more"), 0o755)) },
		"renamed": func(t *testing.T, in *Inputs) {
			must(t, os.Rename(filepath.Join(in.Context, "main.go"), filepath.Join(in.Context, "main2.go")))
		},
		"file becomes directory": func(t *testing.T, in *Inputs) {
			must(t, os.Remove(filepath.Join(in.Context, "src/a.txt")))
			must(t, os.Mkdir(filepath.Join(in.Context, "src/a.txt"), 0o755))
		},
		"executable": func(t *testing.T, in *Inputs) { must(t, os.Chmod(filepath.Join(in.Context, "main.go"), 0o755)) },
		"link target": func(t *testing.T, in *Inputs) {
			must(t, os.Remove(filepath.Join(in.Context, "link")))
			must(t, os.Symlink("main.go", filepath.Join(in.Context, "link")))
		},
		"link becomes file": func(t *testing.T, in *Inputs) {
			must(t, os.Remove(filepath.Join(in.Context, "link")))
			writeFiles(t, in.Context, map[string]string{"link": "src/a.txt"})
		},
		"pipe": func(t *testing.T, in *Inputs) {
			must(t, syscall.Mkfifo(filepath.Join(in.Context, "pipe"), 0o644))
		},
		"target":             func(_ *testing.T, in *Inputs) { in.Target = "test" },
		"argument":           func(_ *testing.T, in *Inputs) { in.Args["A"] = "2" },
		"argument moved":     func(_ *testing.T, in *Inputs) { in.Args = map[string]string{"A": "1B", "": "2"} },
		"new argument":       func(_ *testing.T, in *Inputs) { in.Args["C"] = "" },
		"platform":           func(_ *testing.T, in *Inputs) { in.Platforms = []string{"linux/amd64"} },
		"base":               func(_ *testing.T, in *Inputs) { in.Bases["docker.io/library/busybox:latest"] = "sha256:2" },
		"artifact":           func(_ *testing.T, in *Inputs) { in.Overlays[0].Content = Digest("t", "other") },
		"artifact's path":    func(_ *testing.T, in *Inputs) { in.Overlays[0].Path = "/app" },
		"artifact's place":   func(_ *testing.T, in *Inputs) { in.Overlays[0].Destination = "src" },
		"no artifact":        func(_ *testing.T, in *Inputs) { in.Overlays = nil },
		"label":              func(_ *testing.T, in *Inputs) { in.Labels["maintainer"] = "bob" },
		"secret id":          func(_ *testing.T, in *Inputs) { in.Secrets[0] = "yarn" },
		"ssh id":             func(_ *testing.T, in *Inputs) { in.SSH[0] = "other" },
		"secret becomes ssh": func(_ *testing.T, in *Inputs) { in.Secrets, in.SSH = in.Secrets[:1], append(in.SSH, "pip") },
		"named context": func(t *testing.T, in *Inputs) {
			writeFiles(t, in.Contexts["extra"], map[string]string{"e": "z"})
		},
		"named reference": func(_ *testing.T, in *Inputs) { in.Contexts["img"] = "docker-image://alpine:3" },
		"named context moved": func(_ *testing.T, in *Inputs) {
			in.Contexts["other"] = in.Contexts["extra"]
			delete(in.Contexts, "extra")
		},
	}
	seen := map[Hash]string{content(t, fixture(t)): "nothing"}
	for _, name := range slices.Sorted(maps.Keys(changes)) {
		t.Run(name, func(t *testing.T) {
			in := fixture(t)
			changes[name](t, &in)
			sum := content(t, in)
			if other, ok := seen[sum]; ok {
				t.Errorf("changing it gives the same hash as changing %s", other)
			}
			seen[sum] = name
		})
	}
}

// What must not count, so that two machines agree.
func TestContentStays(t *testing.T) {
	want := content(t, fixture(t)) // every fixture is in another directory
	changes := map[string]func(*testing.T, *Inputs){
		"another place": func(*testing.T, *Inputs) {},
		"name":          func(_ *testing.T, in *Inputs) { in.Name = "web" },
		"ignored files": func(t *testing.T, in *Inputs) {
			writeFiles(t, in.Context, map[string]string{"x.log": "z", "y.log": "z", "node_modules/n/x": "z", "logs/two": "z", "logs/three": "z"})
			writeFiles(t, in.Contexts["extra"], map[string]string{"skip": "z"})
		},
		"files that an artifact replaces": func(t *testing.T, in *Inputs) {
			writeFiles(t, in.Context, map[string]string{"assets/old.js": "z", "assets/sub/x": "z"})
			in.Overlays[0].Destination = "./assets/"
		},
		"times": func(t *testing.T, in *Inputs) {
			old := time.Unix(1e9, 0)
			must(t, os.Chtimes(filepath.Join(in.Context, "main.go"), old, old))
			must(t, os.Chtimes(filepath.Join(in.Context, "src"), old, old))
		},
		"umask": func(t *testing.T, in *Inputs) {
			must(t, os.Chmod(filepath.Join(in.Context, "main.go"), 0o600))
			must(t, os.Chmod(filepath.Join(in.Context, "run.sh"), 0o700))
			must(t, os.Chmod(filepath.Join(in.Context, "src"), 0o775))
		},
		"order": func(_ *testing.T, in *Inputs) {
			slices.Reverse(in.Platforms)
			slices.Reverse(in.Secrets)
			slices.Reverse(in.SSH)
		},
		"socket of an agent":       func(_ *testing.T, in *Inputs) { in.SSH[1] = "github=/tmp/two.sock" },
		"commit without .git":      func(_ *testing.T, in *Inputs) { in.Commit = commitB },
		"absolute Dockerfile":      func(t *testing.T, in *Inputs) { in.Dockerfile = filepath.Join(in.Context, "Dockerfile") },
		"Dockerfile by default":    func(_ *testing.T, in *Inputs) { in.Dockerfile = "" },
		"path through a link":      func(t *testing.T, in *Inputs) { in.Context = linkTo(t, in.Context) },
		"platform that is doubled": func(_ *testing.T, in *Inputs) { in.Platforms = append(in.Platforms, "linux/arm64") },
	}
	for name, change := range changes {
		t.Run(name, func(t *testing.T) {
			in := fixture(t)
			change(t, &in)
			if got := content(t, in); got != want {
				t.Error("the hash changed")
			}
		})
	}
}

func linkTo(t *testing.T, dir string) string {
	t.Helper()
	link := filepath.Join(t.TempDir(), "link")
	must(t, os.Symlink(dir, link))
	return link
}

// BuildKit takes a dockerfile for a Dockerfile.
func TestLowerCaseDockerfile(t *testing.T) {
	dir := t.TempDir()
	writeFiles(t, dir, map[string]string{"dockerfile": "FROM a\n"})
	got, err := ReadDockerfile(dir, "Dockerfile")
	if err != nil || string(got.Content) != "FROM a\n" {
		t.Errorf("got %q, %v", got.Content, err)
	}
}

func TestContentOfGitDirectory(t *testing.T) {
	in := fixture(t)
	writeFiles(t, in.Context, map[string]string{".git/HEAD": "ref: refs/heads/main\n", "src/z": "after .git in the walk"})
	first := content(t, in)
	writeFiles(t, in.Context, map[string]string{".git/index": "z", ".git/HEAD": "other\n"})
	if content(t, in) != first {
		t.Error("the files of .git count")
	}
	must(t, os.RemoveAll(filepath.Join(in.Context, ".git")))
	writeFiles(t, in.Context, map[string]string{".git": "gitdir: /somewhere\n"})
	if content(t, in) != first {
		t.Error("a linked work tree has another hash")
	}
	in.Commit = commitB
	if content(t, in) == first {
		t.Error("an image that can read .git is the same for another commit")
	}
	writeFiles(t, in.Context, map[string]string{".dockerignore": ".git\n"})
	ignored := content(t, in)
	in.Commit = commitA
	if content(t, in) != ignored {
		t.Error("the commit counts although .git is ignored")
	}
}

func TestContentErrors(t *testing.T) {
	tests := []struct {
		name   string
		change func(*testing.T, *Inputs)
		want   string
	}{
		{"missing context", func(_ *testing.T, in *Inputs) { in.Context += "/missing" }, "there is no such directory"},
		{"context is a file", func(_ *testing.T, in *Inputs) { in.Context += "/main.go" }, "there is no such directory"},
		{"missing Dockerfile", func(_ *testing.T, in *Inputs) { in.Dockerfile = "Dockerfile.prod" }, `Dockerfile.prod": there is no such file`},
		{"empty Dockerfile", func(t *testing.T, in *Inputs) {
			writeFiles(t, in.Context, map[string]string{"Dockerfile": "\n "})
		}, "it is empty"},
		{"no platform", func(_ *testing.T, in *Inputs) { in.Platforms = nil }, "no platform"},
		{"bad ignore pattern", func(t *testing.T, in *Inputs) {
			writeFiles(t, in.Context, map[string]string{".dockerignore": "[a\n"})
		}, `.dockerignore": syntax error`},
		{"missing named context", func(_ *testing.T, in *Inputs) { in.Contexts["extra"] += "/missing" }, `build context "extra"`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			in := fixture(t)
			test.change(t, &in)
			_, err := NewHasher(nil).Content(context.Background(), in)
			if err == nil || !strings.Contains(err.Error(), test.want) || !strings.Contains(err.Error(), `"api"`) {
				t.Errorf("got %v, want the image and %q", err, test.want)
			}
		})
	}
}

func TestContentOfSpecialFiles(t *testing.T) {
	in := fixture(t)
	before := content(t, in)
	dir := t.TempDir() // a short path: those of sockets are limited
	listener, err := net.Listen("unix", filepath.Join(dir, "s"))
	must(t, err)
	defer listener.Close()
	must(t, os.Rename(filepath.Join(dir, "s"), filepath.Join(in.Context, "s")))
	withSocket := content(t, in)
	must(t, os.Remove(filepath.Join(in.Context, "s")))
	writeFiles(t, in.Context, map[string]string{"s": ""})
	must(t, os.Chmod(filepath.Join(in.Context, "s"), 0o755))
	if withSocket == before || withSocket != content(t, in) {
		t.Error("a socket should count as an empty file, which BuildKit makes of it")
	}
	if err := syscall.Mknod(filepath.Join(in.Context, "device"), syscall.S_IFCHR|0o600, 0x103); err != nil {
		t.Skipf("making a device: %v", err)
	}
	if _, err := NewHasher(nil).Content(context.Background(), in); err == nil || !strings.Contains(err.Error(), `"device" is a device`) {
		t.Errorf("got %v", err)
	}
}

// A Hasher that many images share gives each the hash that it has on its own.
func TestHasherIsShared(t *testing.T) {
	in := fixture(t)
	hasher := NewHasher(nil)
	want := map[string]Hash{}
	for _, target := range []string{"a", "b", "c"} {
		in.Target = target
		want[target] = content(t, in)
	}
	var group sync.WaitGroup
	for i := range 60 {
		group.Go(func() {
			one := in
			one.Target = string("abc"[i%3])
			got, err := hasher.Content(context.Background(), one)
			if err != nil || got != want[one.Target] {
				t.Errorf("got %s, %v; want %s", got, err, want[one.Target])
			}
		})
	}
	group.Wait()
}

func TestHasherRescan(t *testing.T) {
	in := fixture(t)
	hasher := NewHasher(nil)
	hash := func() Hash {
		sum, err := hasher.Content(context.Background(), in)
		must(t, err)
		return sum
	}
	before := hash()
	writeFiles(t, in.Context, map[string]string{"main.go": "package other\n"})
	if hash() != before {
		t.Error("the directory was listed again without Rescan")
	}
	hasher.Rescan()
	if after := hash(); after == before || after != content(t, in) {
		t.Error("Rescan did not find the change")
	}
}

func TestHasherCancelled(t *testing.T) {
	in, stopped := fixture(t), errors.New("the user stopped it")
	ctx, cancel := context.WithCancelCause(context.Background())
	cancel(stopped)
	hasher := NewHasher(nil)
	if _, err := hasher.Content(ctx, in); !errors.Is(err, context.Canceled) && !errors.Is(err, stopped) {
		t.Errorf("got %v", err)
	}
	if got, err := hasher.Content(context.Background(), in); err != nil || got != content(t, in) {
		t.Errorf("after a cancelled one: %v, %v", got, err)
	}
}

// Two lists of random parts have the same digest when they are equal alone.
func TestDigestIsUnambiguous(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	seen := map[Hash]string{}
	for range 20000 {
		parts := make([]string, random.IntN(4))
		for i := range parts {
			parts[i] = strings.Repeat("\x00", random.IntN(3)) + strings.Repeat("a", random.IntN(3))
		}
		key := strings.Join(parts, "|") + string(rune('0'+len(parts)))
		sum := Digest("test v1", parts...)
		if other, ok := seen[sum]; ok && other != key {
			t.Fatalf("%q and %q have the same digest", key, other)
		}
		seen[sum] = key
	}
	if Digest("a", "x") == Digest("b", "x") || Digest("ab") == Digest("a", "b") {
		t.Error("the kind is not apart from the parts")
	}
}

func TestTag(t *testing.T) {
	tag := Tag(Digest("x"))
	if rest, ok := strings.CutPrefix(tag, "content-"); !ok || len(rest) != 32 || strings.Trim(rest, "0123456789abcdef") != "" {
		t.Errorf("got %q", tag)
	}
}
