package ssh

import (
	"context"
	"errors"
	"io/fs"
	"path"

	"golang.org/x/sync/errgroup"
)

// removalsAtOnce bounds the requests under way when a directory is removed. They
// share one session, and as many as this make up for the way to the host.
const removalsAtOnce = 16

// Remove removes a file, or a directory with all that is in it. Of a symbolic
// link the link is removed. What does not exist is removed already.
func (h *Host) Remove(ctx context.Context, name string) error {
	_, err := onFile(ctx, h, "removing", name, true, func(ctx context.Context, files *filesSession) (none, error) {
		if path.Clean(name) == "/" {
			return none{}, &fs.PathError{Op: "remove", Path: name, Err: errors.New("that is everything")}
		}
		return none{}, files.removeAll(ctx, path.Clean(name))
	})
	return err
}

func (s *filesSession) removeAll(ctx context.Context, name string) error {
	info, err := s.client.Lstat(name)
	switch {
	case err != nil:
		return gone(err)
	case !info.IsDir():
		return gone(s.client.Remove(name))
	}
	return s.removeDirectory(ctx, name)
}

func (s *filesSession) removeDirectory(ctx context.Context, name string) error {
	entries, err := s.client.ReadDir(name)
	if err != nil {
		return gone(err)
	}
	group, working := errgroup.WithContext(ctx)
	group.SetLimit(removalsAtOnce)
	var directories []string
	for _, e := range entries {
		inside := path.Join(name, e.Name())
		if e.IsDir() { // the entry itself, not what a link leads to
			directories = append(directories, inside)
			continue
		}
		group.Go(func() error {
			if working.Err() != nil {
				return context.Cause(working)
			}
			return gone(s.client.Remove(inside))
		})
	}
	if err := group.Wait(); err != nil {
		return err
	}
	for _, inside := range directories {
		if err := s.removeDirectory(ctx, inside); err != nil {
			return err
		}
	}
	return gone(s.client.RemoveDirectory(name))
}

// gone is err unless it says that there is nothing any more.
func gone(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}
