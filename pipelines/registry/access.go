package registry

import (
	"context"

	"github.com/google/go-containerregistry/pkg/name"
)

// access is how operations get at a repository: logged in, tried again after
// passing errors, and with errors that say what to do. "doing" reads as
// `resolving "host/app:1"`.
type access struct {
	sessions *sessions
	retry    *retrier
}

// read runs try with a session that may read repo.
func (a *access) read(ctx context.Context, doing string, repo name.Repository, try func(context.Context, *session) error) error {
	return a.retry.do(ctx, doing, repo, func(ctx context.Context) error {
		s, err := a.sessions.reading(ctx, repo)
		if err != nil {
			return err
		}
		return try(ctx, s)
	})
}

// write runs try with a session that may write to repo.
func (a *access) write(ctx context.Context, doing string, repo name.Repository, try func(context.Context, *session) error) error {
	return a.retry.do(ctx, doing, repo, func(ctx context.Context) error {
		s, err := a.sessions.writing(ctx, repo)
		if err != nil {
			return err
		}
		return try(ctx, s)
	})
}

// remove runs try with a session that may delete from repo.
func (a *access) remove(ctx context.Context, doing string, repo name.Repository, try func(context.Context, *session) error) error {
	return a.retry.do(ctx, doing, repo, func(ctx context.Context) error {
		s, err := a.sessions.deleting(ctx, repo)
		if err != nil {
			return err
		}
		return try(ctx, s)
	})
}
