package main

import (
	"archive/tar"
	"bytes"
	"context"
	"crypto/rand"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/static"
	"github.com/google/go-containerregistry/pkg/v1/types"
)

// promotedBytes is how large each promoted image is: less than real ones, so that
// the plain tool has an end.
const promotedBytes = 10_000_000

// promoteTen brings a release of ten images from one environment to the next,
// which is another one in each run, within one registry. It is compared with
// pulling, tagging and pushing as many images of that size, on a machine that
// does not have them.
func promoteTen(ctx context.Context, s *sample) (result, error) {
	r := result{What: "promote 10 images of 10 MB", Plain: "docker pull, tag, push of each"}
	p, err := s.newProject(ctx, "promoted", ten)
	if err != nil {
		return r, err
	}
	if err := p.promotes(2 * s.runs); err != nil {
		return r, err
	}
	if err := p.commit(ctx); err != nil {
		return r, err
	}
	if _, err := p.slip(ctx, "release", "--env", "bench", "--build-number", "1", "--yes"); err != nil {
		return r, err
	}
	for _, image := range p.images {
		if err := s.pushNoise(s.host + "/plain/" + image + ":1"); err != nil {
			return r, err
		}
	}
	err = r.compare(ctx, s.runs,
		func(ctx context.Context, round int) (time.Duration, error) {
			return p.slip(ctx, "promote", "--env", fmt.Sprintf("prod%d", round), "--yes")
		},
		func(ctx context.Context, round int) (time.Duration, error) {
			var took time.Duration
			for _, image := range p.images {
				from, to := s.host+"/plain/"+image+":1", fmt.Sprintf("%s/plain%d/%s:1", s.host, round, image)
				for _, args := range [][]string{{"pull", from}, {"tag", from, to}, {"push", to}} {
					one, err := timed(ctx, s.command("docker", args...))
					if err != nil {
						return 0, err
					}
					took += one
				}
				if _, err := timed(ctx, s.command("docker", "rmi", from, to)); err != nil {
					return 0, err
				}
			}
			return took, nil
		})
	return r, err
}

// promotes gives the project larger images, and environments that a release can
// be promoted to. Their target is a directory of files, which takes no time.
func (p *project) promotes(environments int) error {
	for _, image := range p.images {
		content := make([]byte, promotedBytes)
		rand.Read(content) // never fails
		if err := write(p.context(image, "src", "0"), string(content)); err != nil {
			return err
		}
		if err := write(p.context(image, "Dockerfile"), "FROM "+p.base+"\nCOPY src /src\n"); err != nil {
			return err
		}
	}
	if err := write(filepath.Join(p.dir, "files", "a"), "a\n"); err != nil {
		return err
	}
	yaml := filepath.Join(p.dir, "slipway.yaml")
	config, err := os.ReadFile(yaml)
	if err != nil {
		return err
	}
	whole, _, _ := strings.Cut(string(config), "registries:\n")
	synced := func(name string) string {
		return fmt.Sprintf("deploy: {files: {gitsync: {path: %s, from: files}}}", filepath.Join(p.sample.dir, "promoted-"+name))
	}
	registries := fmt.Sprintf("registries:\n  local: {oci: {host: %q}}\n", p.host)
	places := fmt.Sprintf("environments:\n  bench: {registry: local, %s}\n", synced("bench"))
	for i := range environments {
		name := fmt.Sprintf("prod%d", i)
		registries += fmt.Sprintf("  %s: {oci: {host: %q, namespace: %s}}\n", name, p.host, name)
		places += fmt.Sprintf("  %s: {registry: %s, promote-from: bench, %s}\n", name, name, synced(name))
	}
	return write(yaml, whole+registries+places)
}

// pushNoise pushes an image that the machine's Docker does not have.
func (s *sample) pushNoise(reference string) error {
	content := make([]byte, promotedBytes)
	rand.Read(content) // never fails
	var archive bytes.Buffer
	files := tar.NewWriter(&archive)
	if err := files.WriteHeader(&tar.Header{Name: "noise", Mode: 0o644, Size: promotedBytes}); err != nil {
		return err
	}
	if _, err := files.Write(content); err != nil {
		return err
	}
	if err := files.Close(); err != nil {
		return err
	}
	image, err := mutate.AppendLayers(empty.Image, static.NewLayer(archive.Bytes(), types.DockerUncompressedLayer))
	if err != nil {
		return err
	}
	ref, err := name.ParseReference(reference)
	if err != nil {
		return err
	}
	return remote.Write(ref, image)
}
