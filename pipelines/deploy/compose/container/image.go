package container

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"git.example/slipway/pipelines/deploy/compose/stack"
	"git.example/slipway/pipelines/shell"
)

// RunsAny says whether the container's image is one of the accepted digests.
func (c Container) RunsAny(accepted []string) bool {
	return slices.ContainsFunc(accepted, func(want string) bool {
		return c.Image == want || slices.Contains(c.digests, want)
	})
}

// Digest is what to call the image it runs: its digest, or docker's own id.
func (c Container) Digest() string {
	if len(c.digests) > 0 {
		return c.digests[0]
	}
	return c.Image
}

// FillDigests asks for the registry digests of the containers' images. An image
// that was removed under its container has none.
func FillDigests(ctx context.Context, s stack.Stack, containers []Container) error {
	if len(containers) == 0 {
		return nil
	}
	words := []string{"docker", "image", "inspect", "--format", "{{.Id}} {{json .RepoDigests}}"}
	seen := map[string]bool{}
	for _, c := range containers {
		if !seen[c.Image] {
			words = append(words, c.Image)
		}
		seen[c.Image] = true
	}
	script := &stack.Script{}
	script.Raw(shell.Words(words...) + " 2>/dev/null || true")
	out, err := s.Output(ctx, script)
	if err != nil {
		return fmt.Errorf("inspecting images: %w", err)
	}
	digests := parseDigests(string(out))
	for i := range containers {
		containers[i].digests = digests[containers[i].Image]
	}
	return nil
}

// parseDigests reads lines of an image's id and the list of its references, as
// digests by id.
func parseDigests(out string) map[string][]string {
	digests := map[string][]string{}
	for line := range strings.Lines(out) {
		id, list, _ := strings.Cut(strings.TrimSpace(line), " ")
		var references []string
		if err := json.Unmarshal([]byte(list), &references); err != nil {
			continue
		}
		for _, r := range references {
			if _, digest, ok := strings.Cut(r, "@"); ok {
				digests[id] = append(digests[id], digest)
			}
		}
	}
	return digests
}

// DescribeImages names the images of containers, for people.
func DescribeImages(containers []Container) string {
	var images []string
	for _, c := range containers {
		if text := ShortReference(c.Config.Image); !slices.Contains(images, text) {
			images = append(images, text)
		}
	}
	return strings.Join(images, ", ")
}

// ShortReference cuts the digest of a reference.
func ShortReference(reference string) string {
	repository, digest, ok := strings.Cut(reference, "@sha256:")
	if !ok {
		return reference
	}
	return fmt.Sprintf("%s@%.12s", repository, digest)
}
