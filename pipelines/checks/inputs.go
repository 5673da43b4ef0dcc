package checks

import (
	"context"
	"encoding/json"
	"fmt"

	"git.example/slipway/pipelines/config"
	"git.example/slipway/pipelines/content"
	"git.example/slipway/pipelines/images"
)

// inputs are the digest of everything that decides a check's result, as
// far as Slipway can see: its configuration (references to secrets, never their
// values), the content of what it builds, mounts and runs, and the digests of
// images. A check that reaches out to the world says cache: false.
func (r *Runner) inputs(ctx context.Context, check config.Check, bases *images.Bases) (content.Hash, error) {
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
		if err := add(r.catalog.Content(ctx, "check", *check.Build, nil, bases)); err != nil {
			return "", err
		}
	}
	if check.Image != "" {
		digest, err := bases.Digest(ctx, check.Image)
		if err != nil {
			return "", err
		}
		parts = append(parts, digest)
	}
	if check.Mount != "" {
		if err := r.workspace.Inside(r.workspace.Path(check.Mount)); err != nil {
			return "", err
		}
		if err := add(r.catalog.Files(ctx, r.workspace.Path(check.Mount))); err != nil {
			return "", err
		}
	}
	if check.Compose != nil {
		if err := add(r.composeInputs(ctx, check, bases)); err != nil {
			return "", err
		}
	}
	return content.Digest("check inputs v1", parts...), nil
}
