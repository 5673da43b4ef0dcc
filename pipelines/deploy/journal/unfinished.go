package journal

import (
	"context"
	"path"
	"strconv"

	"git.example/slipway/pipelines/lazy"
)

// unfinished are files that a write begins with, before they take their name: see
// deploy.LocalHost and ssh.Host. Over SSH the rest of the name is of base32.
var unfinished = lazy.Regexp(`^\..+\.json\.([0-9]+|[A-Z2-7]{10})$`)

// sweepUnfinished removes what a killed run has begun to write, under the lock. What
// it left in the directory of its lock goes with that. Of the snapshots only the
// newest can be its own: when its entry was never written, the next run takes the
// same number.
func (s *store) sweepUnfinished(ctx context.Context) error {
	dirs := []string{"", "history"}
	ids, err := s.numbers(ctx, "snapshots")
	if err != nil {
		return err
	}
	if len(ids) > 0 {
		dirs = append(dirs, path.Join("snapshots", strconv.Itoa(ids[len(ids)-1])))
	}
	for _, dir := range dirs {
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
