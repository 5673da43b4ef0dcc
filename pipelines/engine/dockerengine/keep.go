package dockerengine

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
)

// forget notes tag as one to remove should this run be killed, and returns what
// removes it from the daemon's store now. Failing is harmless: the tag names an
// image that is in the registry too.
func (e *Engine) forget(ctx context.Context, tag string) (now func()) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.scratch != nil {
		if file, err := os.OpenFile(filepath.Join(e.scratch.dir, tagsFile), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600); err == nil {
			fmt.Fprintln(file, tag)
			file.Close()
		}
	}
	return func() {
		ctx, cancel := cleanup(ctx)
		defer cancel()
		_ = e.cleaning("rmi", "--no-prune", tag).Run(ctx, nil, nil)
	}
}

// keep gives the image that was pushed under tag its lasting name, repository
// and digest, in the daemon's store, from where it is run without a download.
// Docker drops the digests of a repository with its last tag, so the image is
// held by a name of this run while tag goes and the digest is fetched anew:
// a request for the manifest, no layers.
func (e *Engine) keep(ctx context.Context, tag, digest string, env []string) error {
	held := prefix(e.id) + ":" + e.next()
	if err := e.docker("tag", tag, held).Run(ctx, nil, nil); err != nil {
		return fmt.Errorf("keeping %q: %w", digest, err)
	}
	if err := e.docker("rmi", tag).Run(ctx, nil, nil); err != nil {
		return fmt.Errorf("keeping %q: %w", digest, err)
	}
	pull := e.docker("pull", "--quiet", digest)
	pull.Env = env
	if err := pull.Run(ctx, nil, nil); err != nil {
		return fmt.Errorf("keeping %q: %w", digest, err)
	}
	return e.docker("rmi", held).Run(ctx, nil, nil)
}
