package journal

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"

	"git.example/slipway/pipelines/deploy"
)

// PointTo says in a directory without a journal that it is still in this one, so
// that it is found from there until it has moved.
func (j *Journal) PointTo(ctx context.Context, from string) error {
	return newStore(j.store.files, from).write(ctx, versionFile, format{Version: movedVersion, MovedTo: j.store.dir}, 0o644)
}

// movedVersion is what a journal that was left says it has: a Slipway that does
// not know that journals move takes it for a newer one, and changes nothing.
const movedVersion = 2

// MoveTo copies the journal to a directory of the same files or of others, under the
// lock, and leaves behind where it went. What is live is copied last: a move that
// was killed is no journal yet, and is made again. The lock stays where it is.
func (j *Journal) MoveTo(ctx context.Context, files deploy.Files, dir string) error {
	to := newStore(files, dir)
	names, err := j.store.list(ctx, "history")
	if err != nil {
		return err
	}
	copied := make([]string, 0, len(names))
	for _, name := range names {
		copied = append(copied, path.Join("history", name))
	}
	told, err := j.store.numbers(ctx, storyFiles)
	if err != nil {
		return err
	}
	for _, id := range told {
		copied = append(copied, storyFile(id))
	}
	ids, err := j.snapshots.ids(ctx)
	if err != nil {
		return err
	}
	for _, id := range ids {
		copied = append(copied, snapshotFile(id, "env.json"), snapshotFile(id, "desired.json"))
	}
	for _, name := range append(copied, "live.json") {
		if err := j.copyTo(ctx, to, name); err != nil {
			return err
		}
	}
	if err := to.write(ctx, versionFile, format{Version: journalVersion}, 0o644); err != nil {
		return err
	}
	return j.store.write(ctx, versionFile, format{Version: movedVersion, MovedTo: dir}, 0o644)
}

func (j *Journal) copyTo(ctx context.Context, to *store, name string) error {
	data, err := j.store.files.ReadFile(ctx, path.Join(j.store.dir, name))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	mode := fs.FileMode(0o644)
	if path.Base(name) == "env.json" || path.Dir(name) == storyFiles {
		mode = 0o600
	}
	if err == nil {
		err = to.files.WriteFile(ctx, path.Join(to.dir, name), data, mode)
	}
	if err != nil {
		return fmt.Errorf("moving the journal to %q: %w", to.dir, err)
	}
	return nil
}
