package published

import (
	"context"
	"errors"

	"git.example/slipway/pipelines/registry"
)

// Latest is the release with the highest tag, of whichever commit; found is false
// where nothing was published yet, or nothing that this login may see. A login that
// is refused is an error.
func (r *Registries) Latest(ctx context.Context, d Destination) (latest Release, found bool, err error) {
	records, err := r.workspace.Registry.Records(ctx, d.Records(), func(string) bool { return true }, 1)
	if errors.Is(err, registry.ErrNotFound) || errors.Is(err, registry.ErrDenied) && !errors.Is(err, registry.ErrLogin) {
		return Release{}, false, nil
	}
	if err != nil || len(records) == 0 {
		return Release{}, false, err
	}
	return Release{Record: records[0].Record, Files: records[0].Contents, In: d, Reference: d.Records(), Digest: records[0].Digest}, true, nil
}
