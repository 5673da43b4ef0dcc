package journal

import (
	"context"
	"path"
	"strconv"

	"git.example/slipway/pipelines/deploy"
)

// sweepUnfinished removes what a killed run has begun to write, under the lock. What
// it left in the directory of its lock goes with that. Of the snapshots only the
// newest can be its own: when its entry was never written, the next run takes the
// same number.
func (s *store) sweepUnfinished(ctx context.Context) error {
	dirs := []string{"", "history", storyFiles}
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
			if of, ok := deploy.Unfinished(name); !ok || path.Ext(of) != ".json" {
				continue
			}
			if err := s.remove(ctx, path.Join(dir, name)); err != nil {
				return err
			}
		}
	}
	return nil
}
