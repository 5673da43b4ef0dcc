package enginetest

import (
	"archive/tar"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/rogpeppe/go-internal/txtar"

	"git.example/slipway/pipelines/engine"
)

// platform is the machine's own.
var platform = "linux/" + runtime.GOARCH

// directory writes the files of a txtar archive, in which BASE stands for the
// base image, to a new directory.
func (f *fixture) directory(t *testing.T, archive string) string {
	t.Helper()
	dir := t.TempDir()
	for _, file := range txtar.Parse([]byte(strings.ReplaceAll(archive, "BASE", f.base))).Files {
		path := filepath.Join(dir, filepath.FromSlash(file.Name))
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, file.Data, 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// build is a build of the files of archive.
func (f *fixture) build(t *testing.T, archive string) engine.Build {
	t.Helper()
	return engine.Build{Name: "api", Context: f.directory(t, archive), Dockerfile: "Dockerfile", Platforms: []string{platform}}
}

// fetch reads a pushed image.
func fetch(t *testing.T, reference string) v1.Image {
	t.Helper()
	ref, err := name.ParseReference(reference)
	if err != nil {
		t.Fatal(err)
	}
	image, err := remote.Image(ref)
	if err != nil {
		t.Fatalf("fetching %s: %v", reference, err)
	}
	return image
}

// contents are the regular files of an image, by path without a leading slash.
func contents(t *testing.T, image v1.Image) map[string]string {
	t.Helper()
	root := mutate.Extract(image)
	defer root.Close()
	files := map[string]string{}
	for r := tar.NewReader(root); ; {
		header, err := r.Next()
		if err == io.EOF {
			return files
		}
		if err != nil {
			t.Fatal(err)
		}
		if header.Typeflag != tar.TypeReg || header.Size > 1<<20 {
			continue
		}
		content, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		files[header.Name] = string(content)
	}
}

// tree is the regular files below path, by relative path.
func tree(t *testing.T, path string) map[string]string {
	t.Helper()
	files := map[string]string{}
	err := filepath.WalkDir(path, func(file string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return err
		}
		content, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(path, file)
		files[filepath.ToSlash(rel)] = string(content)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}
