// Package git reads a repository through the git command line: which commit is
// checked out, whether the tree was changed, and how two commits relate. It
// writes nothing and never prompts or goes to the network.
package git

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"slices"
	"strings"

	"git.example/slipway/pipelines/command"
	"git.example/slipway/pipelines/lazy"
)

// Repository is a checkout: a main work tree, a linked one or a submodule.
type Repository struct {
	// dir is the top of the work tree.
	dir string
	// without are files and directories whose changes don't count.
	without []string
}

// ErrNoRepository is wrapped by Open's error when there is no repository.
var ErrNoRepository = errors.New("not in a git repository")

// Open finds the repository that dir, a directory, is in. Its error wraps
// ErrNoRepository when there is none.
func Open(ctx context.Context, dir string) (*Repository, error) {
	out, err := run(ctx, dir, "rev-parse", "--show-toplevel")
	if err != nil {
		return nil, fmt.Errorf("opening the git repository at %q: %w", dir, explain(err, dir))
	}
	return &Repository{dir: strings.TrimSuffix(out, "\n")}, nil
}

// Without is r as if changes of these files had not been made. They are relative to
// the top of the work tree, with slashes.
func (r *Repository) Without(paths ...string) *Repository {
	return &Repository{dir: r.dir, without: append(slices.Clone(r.without), paths...)}
}

// Dir is the absolute path of the top of the work tree.
func (r *Repository) Dir() string { return r.dir }

func (r *Repository) run(ctx context.Context, args ...string) (string, error) {
	out, err := run(ctx, r.dir, args...)
	return out, explain(err, r.dir)
}

func run(ctx context.Context, dir string, args ...string) (string, error) {
	out, err := gitCommand(dir, args...).Output(ctx)
	return string(out), err
}

// gitCommand is git in dir, with nothing in its environment or configuration
// that makes it look elsewhere, prompt, translate, write or run hooks.
func gitCommand(dir string, args ...string) command.Command {
	return command.Command{
		Args: append([]string{"git", "-c", "core.fsmonitor=false"}, args...),
		Dir:  dir,
		Env: []string{
			"LC_ALL=C",
			"GIT_TERMINAL_PROMPT=0",
			"GIT_OPTIONAL_LOCKS=0",
			"GIT_NO_LAZY_FETCH=1",
		},
		// What git sets for its hooks: in one, these name another place than dir.
		Unset: []string{
			"GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_COMMON_DIR",
			"GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE_OBJECT_DIRECTORIES",
			"GIT_NAMESPACE", "GIT_PREFIX", "GIT_SHALLOW_FILE", "GIT_GRAFT_FILE",
			"GIT_REPLACE_REF_BASE", "GIT_LITERAL_PATHSPECS", "GIT_GLOB_PATHSPECS",
		},
	}
}

// untrusted finds the repository in git's message about another user's files.
var untrusted = lazy.Regexp(`dubious ownership in repository at '([^']+)'`)

// explain puts the next step in the place of git's own words where it has one.
func explain(err error, dir string) error {
	var failed *command.Error
	if !errors.As(err, &failed) {
		return err
	}
	switch {
	case errors.Is(err, exec.ErrNotFound):
		return errors.New("the program git is not installed or not on PATH; install git")
	case strings.Contains(failed.Stderr, "dubious ownership"):
		if at := untrusted().FindStringSubmatch(failed.Stderr); at != nil {
			dir = at[1]
		}
		return fmt.Errorf("its files belong to another user, so git refuses to read them; run: git config --global --add safe.directory '%s'", dir)
	case strings.Contains(failed.Stderr, "must be run in a work tree"):
		return errors.New("it is a bare repository, without files; run in a checkout")
	case strings.Contains(failed.Stderr, "not a git repository"):
		return fmt.Errorf("%w; run `git init` and commit, or give --commit with the full commit", ErrNoRepository)
	}
	return err
}
