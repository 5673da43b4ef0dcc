package dockerengine

import "context"

// keep gives the image that was pushed under tag its lasting name, repository
// and digest, in the daemon's store, from where it then runs without a download.
// It goes on after keep returns; ensure waits for it, and so does Close. When it
// fails, the image is just pulled when it is run.
//
// Docker drops the digests of a repository with its last tag, so the image is
// held by a name of this run while tag is removed and the digest is fetched anew: a
// request for the manifest, no layers. Names that a failure leaves are Close's.
func (s *store) keep(ctx context.Context, tag, digest string, env []string, logout func()) {
	turn := s.turn(digest)
	turn.Lock()
	s.keeping.Go(func() {
		defer turn.Unlock()
		defer logout()
		ctx, cancel := cleanup(ctx)
		defer cancel()
		held := s.traces.image()
		for _, args := range [][]string{{"tag", tag, held}, {"rmi", tag}, {"pull", "--quiet", digest}, {"rmi", held}} {
			step := s.cli.cleaning(args...)
			step.Env = env
			if step.Run(ctx, nil, nil) != nil {
				s.traces.images.Store(true)
				return
			}
		}
	})
}
