package published

import (
	"context"

	"git.example/slipway/pipelines/registry"
)

// Recent are the newest releases of a registry, most of them at most, or all when it is
// zero. Where there are some that a newer Slipway wrote, the others come together with
// an error that joins a *release.NewerFormat for each.
func (r *Registries) Recent(ctx context.Context, d Destination, most int) ([]registry.Recorded, error) {
	var newer error
	records, err := everywhere(ctx, r, d, func(ctx context.Context, repository string) ([]registry.Recorded, error) {
		found, err := r.workspace.Registry.Records(ctx, repository, func(string) bool { return true }, most)
		if len(found) > 0 {
			newer, err = err, nil
		}
		return found, err
	})
	if err != nil {
		return nil, err
	}
	return records, newer
}
