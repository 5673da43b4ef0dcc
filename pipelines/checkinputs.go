package pipelines

import (
	"context"
	"encoding/json"
	"fmt"
	"path/filepath"

	"git.example/slipway/pipelines/config"
	"git.example/slipway/pipelines/content"
)

// checkInputs are the digest of everything that decides a check's result, as
// far as Slipway can see: its configuration (references to secrets, never their
// values), the content of what it builds, mounts and runs, and the digests of
// images. A check that reaches out to the world says cache: false.
func (p *Project) checkInputs(ctx context.Context, check config.Check, images imageSource, bases *baseDigests) (content.Hash, error) {
	shown, err := json.Marshal(check)
	if err != nil {
		return "", fmt.Errorf("hashing a check: %w", err)
	}
	parts := []string{string(shown)}
	add := func(hash content.Hash, err error) error {
		parts = append(parts, string(hash))
		return err
	}
	if check.Build != nil {
		if err := add(p.content(ctx, "check", *check.Build, nil, bases)); err != nil {
			return "", err
		}
	}
	if check.Image != "" {
		digest, err := bases.digest(ctx, check.Image)
		if err != nil {
			return "", err
		}
		parts = append(parts, digest)
	}
	if check.Mount != "" {
		if err := add(p.hasher.Files(ctx, filepath.Join(p.dir, check.Mount), p.Info.Commit)); err != nil {
			return "", err
		}
	}
	if check.Compose != nil {
		if err := add(p.composeInputs(ctx, check, images, bases)); err != nil {
			return "", err
		}
	}
	return content.Digest("check inputs v1", parts...), nil
}
