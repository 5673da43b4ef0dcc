package main

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"git.example/slipway/pipelines/registry/embedded"
)

// sample is what the benchmarks work on: a registry on loopback with a base
// image, and directories for projects. All that it makes in Docker is named by
// its stack.
type sample struct {
	options
	dir   string
	stack string
	// host is the registry's "127.0.0.1:port", base the base image in it.
	host, base string
	server     *embedded.Server
	// stacks are more compose projects to remove at the end.
	stacks  []string
	environ []string
	// shared is what rows about a release that runs have in common; nil before the first.
	shared *running
}

func newSample(ctx context.Context, o options) (_ *sample, err error) {
	suffix := make([]byte, 4)
	rand.Read(suffix) // never fails
	s := &sample{options: o, stack: "slipway-bench-" + hex.EncodeToString(suffix)}
	if s.dir, err = os.MkdirTemp("", s.stack+"-"); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.close())
		}
	}()
	s.environ = append(os.Environ(), "HOME="+s.dir, "DOCKER_CONFIG="+dockerConfig(),
		"GIT_AUTHOR_NAME=bench", "GIT_AUTHOR_EMAIL=bench@localhost", "GIT_COMMITTER_NAME=bench", "GIT_COMMITTER_EMAIL=bench@localhost")
	if s.host, err = freeAddress(); err != nil {
		return nil, err
	}
	if s.server, err = embedded.Serve(ctx, embedded.Options{Address: s.host, Dir: filepath.Join(s.dir, "registry")}); err != nil {
		return nil, err
	}
	return s, s.makeBase(ctx)
}

// dockerConfig is where the machine's Docker plugins are.
func dockerConfig() string {
	if dir, ok := os.LookupEnv("DOCKER_CONFIG"); ok {
		return dir
	}
	home, _ := os.UserHomeDir() // without one, plugins of the system are found all the same
	return filepath.Join(home, ".docker")
}

func freeAddress() (string, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer listener.Close()
	return listener.Addr().String(), nil
}

// makeBase pushes a base image with the program that builds and serves.
func (s *sample) makeBase(ctx context.Context) error {
	context := filepath.Join(s.dir, "base")
	if err := os.Mkdir(context, 0o755); err != nil {
		return err
	}
	compile := s.command("go", "build", "-trimpath", "-ldflags", "-s -w", "-o", filepath.Join(context, "app"), "./internal/bench/app")
	compile.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS=linux")
	if _, err := timed(ctx, compile); err != nil {
		return err
	}
	if err := write(filepath.Join(context, "Dockerfile"), "FROM scratch\nCOPY app /app\nENTRYPOINT [\"/app\"]\nCMD [\"serve\"]\n"); err != nil {
		return err
	}
	s.base = s.host + "/base:1"
	_, err := timed(ctx, s.build(context, s.base))
	return err
}

// build is the plain tool's build and push of one image.
func (s *sample) build(context, tag string) *exec.Cmd {
	return s.command("docker", "buildx", "build", "--provenance=false", "--tag", tag, "--push", context)
}

// command runs in the environment of the sample.
func (s *sample) command(name string, args ...string) *exec.Cmd {
	c := exec.Command(name, args...)
	c.Env = s.environ
	return c
}

// close removes all that was made, in Docker, too.
func (s *sample) close() error {
	script := `for stack in $2; do
	docker ps -aq --filter label=com.docker.compose.project="$stack" | xargs -r docker rm -fv
	docker network ls -q --filter label=com.docker.compose.project="$stack" | xargs -r docker network rm
done
docker image ls --digests --format '{{.Repository}}:{{.Tag}} {{.Repository}}@{{.Digest}}' | grep "^$1/" |
	tr ' ' '\n' | grep -v ':<none>$' | grep -v '@<none>$' | xargs -r docker rmi -f`
	clean := s.command("sh", "-c", script, "sh", s.host, strings.Join(append(s.stacks, s.stack, s.stack+"-plain"), " "))
	_, err := timed(context.Background(), clean)
	if s.server != nil {
		err = errors.Join(err, s.server.Close())
	}
	return errors.Join(err, os.RemoveAll(s.dir))
}
