package terraform

import (
	"context"
	"fmt"

	"git.example/slipway/pipelines/deploy"
)

// WriteBootstrap writes a tag map with the bootstrap tag for each of the project's
// images, and says where; nothing when there is a map.
func (t *Target) WriteBootstrap(ctx context.Context) (string, error) {
	m, err := t.readMap()
	if err != nil || m.data != nil {
		return "", err
	}
	content, err := m.with(t.tags(deploy.Desired{}, nil))
	if err != nil {
		return "", err
	}
	if err := (deploy.LocalHost{}).WriteFile(ctx, t.mapFile(), content, 0o644); err != nil {
		return "", fmt.Errorf("writing tag map %q: %w", t.shown(), err)
	}
	return t.shown(), nil
}
