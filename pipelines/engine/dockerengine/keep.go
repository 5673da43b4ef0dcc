package dockerengine

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
)

// note writes down tag, as one to remove from the daemon's store when this run
// is closed, or was killed.
func (e *Engine) note(tag string) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	file, err := os.OpenFile(filepath.Join(e.scratch.dir, tagsFile), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("noting the tag %q: %w", tag, err)
	}
	defer file.Close()
	_, err = fmt.Fprintln(file, tag)
	return err
}

// keep gives the image that was pushed under tag its lasting name, repository
// and digest, in the daemon's store, from where it then runs without a download.
// It goes on after keep returns; ensure waits for it, and so does Close. When it
// fails, the image is just pulled when it is run.
//
// Docker drops the digests of a repository with its last tag, so the image is
// held by a name of this run while tag goes and the digest is fetched anew: a
// request for the manifest, no layers. Names that a failure leaves are Close's.
func (e *Engine) keep(ctx context.Context, tag, digest string, env []string, logout func()) {
	turn := e.turn(digest)
	turn.Lock()
	e.keeping.Go(func() {
		defer turn.Unlock()
		defer logout()
		ctx, cancel := cleanup(ctx)
		defer cancel()
		held := prefix(e.id) + ":" + e.next()
		for _, args := range [][]string{{"tag", tag, held}, {"rmi", tag}, {"pull", "--quiet", digest}, {"rmi", held}} {
			step := e.cleaning(args...)
			step.Env = env
			if step.Run(ctx, nil, nil) != nil {
				e.named.Store(true)
				return
			}
		}
	})
}
