package registry

import (
	"context"
	"sync"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
)

// placed remembers where this client has put blobs. Images of one project share
// most of their layers: what one repository of a registry got is mounted into
// the others, and moves once.
type placed struct {
	mu    sync.Mutex
	blobs map[placedKey]*placedBlob
}

type placedKey struct {
	registry string
	blob     v1.Hash
}

type placedBlob struct {
	done chan struct{}
	// repository that has it, once done is closed; the zero one when it failed.
	repository name.Repository
}

// put runs upload, unless the registry has got the blob from this client
// already: then mount, with the repository that has it. Of several callers at
// once one uploads, and the others wait for it.
func (p *placed) put(ctx context.Context, to name.Repository, blob v1.Hash, upload func() error, mount func(name.Repository) error) error {
	key := placedKey{to.RegistryStr(), blob}
	for {
		p.mu.Lock()
		b, known := p.blobs[key]
		if !known {
			b = &placedBlob{done: make(chan struct{})}
			if p.blobs == nil {
				p.blobs = map[placedKey]*placedBlob{}
			}
			p.blobs[key] = b
		}
		p.mu.Unlock()
		if !known {
			err := upload()
			p.mu.Lock()
			if err == nil {
				b.repository = to
			} else {
				delete(p.blobs, key) // the next one tries itself
			}
			p.mu.Unlock()
			close(b.done)
			return err
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-b.done:
		}
		if b.repository != (name.Repository{}) {
			return mount(b.repository)
		}
	}
}
