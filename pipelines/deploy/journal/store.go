package journal

import (
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"

	"golang.org/x/sync/errgroup"

	"git.example/slipway/pipelines/deploy"
)

// filesAtOnce bounds how many files are read or removed at the same time: over
// SSH each is a round trip, and Parameter Store limits the rate of an account.
const filesAtOnce = 4

// store is the directory that a journal is in. Names are relative to it.
type store struct {
	files deploy.Files
	dir   string
	// shown is dir in messages.
	shown string
	// host is the same as files, as it was given.
	host  deploy.Files
	ahead ahead
	// known says that its version was read and is one that we know.
	known atomic.Bool
}

// rooted are Files whose paths are below something that messages should name.
type rooted interface{ Root() string }

func newStore(files deploy.Files, dir string) *store {
	s := &store{files: deploy.SteadyFiles(files), dir: dir, shown: dir, host: files}
	if r, ok := files.(rooted); ok {
		s.shown = path.Join(r.Root(), dir)
	}
	return s
}

// readAhead reads what most looks at a journal need, where that saves ways to its
// host. Locked says that nobody else writes until it is forgotten.
func (s *store) readAhead(ctx context.Context, locked bool) {
	if host, far := s.host.(deploy.Distant); far {
		s.ahead.from(ctx, host, s.dir, []string{versionFile}, locked)
	}
}

// raw is the content of a file, of a version that we know.
func (s *store) raw(ctx context.Context, name string) ([]byte, error) {
	if err := s.check(ctx); err != nil {
		return nil, err
	}
	data, err := s.content(ctx, name)
	if err != nil {
		return nil, fmt.Errorf("reading the journal: %w", err)
	}
	return data, s.newer(name, data)
}

// content is a file's, of whatever version, as it was read ahead or is now.
func (s *store) content(ctx context.Context, name string) ([]byte, error) {
	if data, known, err := s.ahead.read(name); known {
		return data, err
	}
	return s.files.ReadFile(ctx, path.Join(s.dir, name))
}

func (s *store) read(ctx context.Context, name string, into any) error {
	data, err := s.raw(ctx, name)
	if err != nil {
		return err
	}
	return s.parse(name, data, into)
}

func (s *store) parse(name string, data []byte, into any) error {
	if err := json.Unmarshal(data, into); err != nil {
		return fmt.Errorf("reading the journal's %q: it is damaged (%w): put it back from a backup, or remove it and deploy again", path.Join(s.shown, name), err)
	}
	return nil
}

func (s *store) write(ctx context.Context, name string, from any, mode fs.FileMode) error {
	data, err := json.MarshalIndent(from, "", "  ")
	if err != nil {
		return fmt.Errorf("writing the journal's %q: %w", name, err)
	}
	data = append(data, '\n')
	if err := s.files.WriteFile(ctx, path.Join(s.dir, name), data, mode); err != nil {
		s.ahead.forget()
		return fmt.Errorf("writing the journal: %w", err)
	}
	s.ahead.wrote(name, data)
	return nil
}

func (s *store) remove(ctx context.Context, name string) error {
	s.ahead.removed(name)
	err := s.files.Remove(ctx, path.Join(s.dir, name))
	if err != nil {
		s.ahead.forget()
	}
	return err
}

// list is the names in one of the journal's directories.
func (s *store) list(ctx context.Context, name string) ([]string, error) {
	if err := s.check(ctx); err != nil {
		return nil, err
	}
	if names, known := s.ahead.list(name); known {
		return names, nil
	}
	names, err := s.files.List(ctx, path.Join(s.dir, name))
	if err != nil {
		return nil, fmt.Errorf("reading the journal: %w", err)
	}
	return names, nil
}

// numbers are the names in a directory that are numbers, in order.
func (s *store) numbers(ctx context.Context, name string) ([]int, error) {
	names, err := s.list(ctx, name)
	return numbered(names), err
}

// numbered are the names that are numbers, with or without ".json", in order.
func numbered(names []string) []int {
	var found []int
	for _, name := range names {
		if n, err := strconv.Atoi(strings.TrimSuffix(name, ".json")); err == nil {
			found = append(found, n)
		}
	}
	slices.Sort(found)
	return found
}

// each calls do for every id, several at the same time.
func each(ctx context.Context, ids []int, do func(ctx context.Context, i, id int) error) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(filesAtOnce)
	for i, id := range ids {
		group.Go(func() error { return do(ctx, i, id) })
	}
	return group.Wait()
}
