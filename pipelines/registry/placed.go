package registry

import (
	"context"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"

	"git.example/slipway/pipelines/keyed"
)

// placed remembers where this client has put blobs. Images of one project share
// most of their layers: what one repository of a registry got is mounted into
// the others, and moves once.
type placed struct {
	// blobs are the repositories that have them.
	blobs keyed.Once[placedKey, name.Repository]
}

type placedKey struct {
	registry string
	blob     v1.Hash
}

func newPlaced() *placed {
	p := &placed{}
	p.blobs.RetryErrors = true
	return p
}

// put runs upload, unless the registry has got the blob from this client
// already: then mount, with the repository that has it. Of several callers at
// once one uploads, and the others wait for it; when it fails, they try
// themselves.
func (p *placed) put(ctx context.Context, to name.Repository, blob v1.Hash, upload func(context.Context) error, mount func(name.Repository) error) error {
	for {
		mine := false
		has, err := p.blobs.Do(ctx, placedKey{to.RegistryStr(), blob}, func(ctx context.Context) (name.Repository, error) {
			mine = true
			return to, upload(ctx)
		})
		switch {
		case ctx.Err() != nil:
			return context.Cause(ctx)
		case mine:
			return err
		case err == nil:
			return mount(has)
		}
	}
}
