package journal

import (
	"context"
	"path"

	"git.example/slipway/pipelines/lazy"
)

// unfinished are files that a write begins with, before they take their name: see
// deploy.LocalHost and ssh.Host. Over SSH the rest of the name is of base32.
var unfinished = lazy.Regexp(`^\..+\.json\.([0-9]+|[A-Z2-7]{10})$`)

// sweepUnfinished removes what a killed run has begun to write, under the lock. What
// it left in the directory of its lock or of a snapshot goes with that.
func (s *store) sweepUnfinished(ctx context.Context) error {
	for _, dir := range []string{"", "history"} {
		names, err := s.list(ctx, dir)
		if err != nil {
			return err
		}
		for _, name := range names {
			if !unfinished().MatchString(name) {
				continue
			}
			if err := s.remove(ctx, path.Join(dir, name)); err != nil {
				return err
			}
		}
	}
	return nil
}
