package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"sync"

	"git.example/slipway/ci/internal/dagger"
)

// goImage builds the command line and runs it: it has git and CA certificates,
// and one pull does for both. It is a tag and not a digest because what it is
// does not reach any image of yours; --cli-image takes one by digest.
const goImage = "golang:1.26"

// programs are the directory of the command line's own programs in a container.
const programs = "/usr/local/lib/slipway"

// sources are what the command line is built from, beside this module's own.
var sources = []string{"go.mod", "go.sum", "cmd", "pipelines"}

// commandLine is a container with the slipway command. It is built once for a
// version of the module: after that the engine has it.
func (s *Slipway) commandLine(ctx context.Context) (*dagger.Container, error) {
	if s.CliImage != "" {
		return dag.Container().From(s.CliImage), nil
	}
	source, err := ownSource(ctx)
	if err != nil {
		return nil, fmt.Errorf("finding the source of the slipway command: %w", err)
	}
	base := dag.Container().From(goImage)
	built := base.
		WithMountedCache("/go/pkg/mod", dag.CacheVolume("slipway-go-modules")).
		WithMountedCache("/root/.cache/go-build", dag.CacheVolume("slipway-go-builds")).
		WithEnvVariable("CGO_ENABLED", "0").
		WithDirectory("/src", source).
		WithWorkdir("/src").
		WithExec([]string{"go", "build", "-trimpath", "-tags", "noembedded", "-ldflags", "-s -w", "-o", "/out/", "./cmd/slipway", "./cmd/loopback"}).
		Directory("/out")
	return base.WithDirectory(programs, built).WithEnvVariable("PATH", programs+":${PATH}", dagger.ContainerWithEnvVariableOpts{Expand: true}), nil
}

// ownSource is the source that the module was compiled from, as dagger.json
// includes it. CurrentModule gives only the module's own directory of it.
func ownSource(ctx context.Context) (*dagger.Directory, error) {
	here, err := copiedSource()
	if err != nil {
		return nil, err
	}
	return dag.CurrentModule().Workdir(here).Sync(ctx)
}

// copiedSource copies it into this function's working directory: once, a function
// that asks the command line something before it runs it needs it twice.
var copiedSource = sync.OnceValues(func() (string, error) {
	_, file, _, ok := runtime.Caller(0)
	if !ok {
		return "", errors.New("this program does not know where it was compiled")
	}
	root := filepath.Dir(file)
	for ; root != filepath.Dir(root); root = filepath.Dir(root) {
		if _, err := os.Stat(filepath.Join(root, "pipelines")); err == nil {
			break
		}
	}
	const here = "slipway-source"
	for _, name := range sources {
		if err := copyAll(filepath.Join(root, name), filepath.Join(here, name)); err != nil {
			return "", err
		}
	}
	return here, nil
})

// copyAll copies a file or a directory.
func copyAll(from, to string) error {
	info, err := os.Stat(from)
	if err != nil {
		return err
	}
	if info.IsDir() {
		if err := os.MkdirAll(to, 0o755); err != nil {
			return err
		}
		return os.CopyFS(to, os.DirFS(from))
	}
	content, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
		return err
	}
	return os.WriteFile(to, content, 0o644)
}
