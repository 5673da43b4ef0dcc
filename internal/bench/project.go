package main

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// project is a git repository with a slipway.yaml and some images.
type project struct {
	*sample
	dir    string
	images []string
}

// How many images a project has: fifty is the largest that we think of, ten is
// what a publish and a promotion are measured with.
const (
	fifty = 50
	ten   = 10
)

// newProject makes a project of that many images; stack.yml runs the first one.
func (s *sample) newProject(ctx context.Context, name string, images int) (*project, error) {
	p := &project{sample: s, dir: filepath.Join(s.dir, name)}
	var yaml strings.Builder
	fmt.Fprintf(&yaml, "version: 1\nproject: %s\nimages:\n", name)
	for i := range images {
		image := fmt.Sprintf("service%02d", i)
		p.images = append(p.images, image)
		fmt.Fprintf(&yaml, "  %s: {context: %s}\n", image, image)
		if err := write(p.context(image, "Dockerfile"), "FROM "+s.base+"\nCOPY src /src\nRUN [\"/app\", \"build\"]\n"); err != nil {
			return nil, err
		}
		for file := range sourceFiles {
			if err := write(p.context(image, "src", strconv.Itoa(file)), noise()); err != nil {
				return nil, err
			}
		}
	}
	fmt.Fprintf(&yaml, `registries:
  local: {oci: {host: "%s"}}
environments:
  bench:
    registry: local
    deploy:
      stack: {compose: {file: compose.yml, path: deploy, project: %s, settle: 1s}}
`, s.host, s.stack)
	compose := fmt.Sprintf("services:\n  app:\n    image: ${REGISTRY}/%s/%s:${DEPLOY_TAG}\n    stop_grace_period: 1s\n", name, p.images[0])
	for file, content := range map[string]string{"slipway.yaml": yaml.String(), "compose.yml": compose, ".gitignore": "/deploy/\n"} {
		if err := write(filepath.Join(p.dir, file), content); err != nil {
			return nil, err
		}
	}
	if _, err := timed(ctx, p.in("git", "init", "-q", "-b", "main")); err != nil {
		return nil, err
	}
	return p, p.commit(ctx)
}

// Each image has some source: 64 files of 16 KiB.
const (
	sourceFiles = 64
	sourceBytes = 16 << 10
)

func noise() string {
	content := make([]byte, sourceBytes*3/4)
	rand.Read(content) // never fails
	return base64.StdEncoding.EncodeToString(content)
}

// context is a path in an image's build context.
func (p *project) context(image string, elements ...string) string {
	return filepath.Join(append([]string{p.dir, image}, elements...)...)
}

// change changes one source file of an image.
func (p *project) change(image string) error { return write(p.context(image, "src", "0"), noise()) }

func (p *project) commit(ctx context.Context) error {
	if _, err := timed(ctx, p.in("git", "add", "-A")); err != nil {
		return err
	}
	_, err := timed(ctx, p.in("git", "commit", "-q", "--allow-empty", "-m", "x"))
	return err
}

// in is a command in the project's directory.
func (p *project) in(name string, args ...string) *exec.Cmd {
	c := p.command(name, args...)
	c.Dir = p.dir
	return c
}

// slip runs slipway in the project.
func (p *project) slip(ctx context.Context, args ...string) (time.Duration, error) {
	return timed(ctx, p.in(p.slipway, append([]string{"--engine", "docker"}, args...)...))
}
