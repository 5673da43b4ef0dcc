package evidence

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"git.example/slipway/pipelines/config"
	"git.example/slipway/pipelines/git"
	"git.example/slipway/pipelines/release"
)

// inGit is why the record's files are not proven by git; nil when they are.
func (q Question) inGit(ctx context.Context) error {
	repo := q.Workspace.Git
	if repo == nil {
		return errors.New("this is no git checkout")
	}
	record := q.Release.Record
	files, err := repo.FilesOf(ctx, record.Commit)
	if err != nil {
		return err
	}
	if err := q.accepted(ctx); err != nil {
		return err
	}
	if err := q.fitting(); err != nil {
		return err
	}
	below, err := q.below()
	if err != nil {
		return err
	}
	if err := q.contentsIn(ctx, files, below); err != nil {
		return err
	}
	return q.hostFilesIn(ctx, files, below)
}

// below is the project's directory in its repository, with slashes.
func (q Question) below() (string, error) {
	project, err := filepath.EvalSymlinks(q.Workspace.Dir)
	if err != nil {
		return "", fmt.Errorf("finding %q: %w", q.Workspace.Dir, err)
	}
	below, err := filepath.Rel(q.Workspace.Git.Dir(), project)
	if err != nil {
		return "", fmt.Errorf("finding %q in its repository: %w", q.Workspace.Dir, err)
	}
	return filepath.ToSlash(below), nil
}

// fitting is the error of a record whose tag is not one of its commit: a release
// under the tag of another one.
func (q Question) fitting() error {
	record, name := q.Release.Record, filepath.Base(q.Workspace.Config.Path)
	if !record.Final {
		return nil
	}
	was, err := config.Parse(name, q.Release.Files[name])
	if err != nil {
		return nil // the deploy says what is wrong with it
	}
	template, err := release.ParseTemplate(was.Tag)
	if err != nil {
		return nil
	}
	if !template.Matches(record.Tag, record.Commit) {
		return fmt.Errorf("the record is of commit %.7s, whose releases have no tag such as %q", record.Commit, record.Tag)
	}
	return nil
}

// contentsIn compares every file of the record with that of its commit.
func (q Question) contentsIn(ctx context.Context, files git.Files, below string) error {
	record := q.Release.Record
	paths := map[string]string{}
	for name := range q.Release.Files {
		paths[name] = path.Join(below, name)
	}
	ids, err := files.IDs(ctx, slices.Sorted(maps.Values(paths)))
	if err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(paths)) {
		id, there := ids[paths[name]]
		if !there {
			return fmt.Errorf("commit %.7s has no file %q, and the record has one", record.Commit, name)
		}
		same, err := files.Holds(ctx, paths[name], id, q.Release.Files[name])
		if err != nil {
			return err
		}
		if !same {
			return fmt.Errorf("the record's %q is not that of commit %.7s", name, record.Commit)
		}
	}
	return nil
}

// hostFilesIn compares what the record says of files for hosts with its commit: their
// modes, and that directories which travel have all of their files. Where a symbolic
// link leads through is what contentsIn has followed.
func (q Question) hostFilesIn(ctx context.Context, files git.Files, below string) error {
	record := q.Release.Record
	paths := slices.Concat(record.HostFilePaths(), slices.Sorted(maps.Keys(record.HostDirectories)))
	if len(paths) == 0 {
		return nil
	}
	for i, name := range paths {
		paths[i] = path.Join(below, name)
	}
	if slices.Contains(paths, ".") {
		paths = nil // all of it
	}
	tracked, err := files.Below(ctx, paths)
	if err != nil {
		return err
	}
	for _, name := range record.HostFilePaths() {
		e, ok := tracked[path.Join(below, name)]
		executable := record.HostFiles[name].Mode == release.ModeExecutable
		if ok && e.Mode != git.ModeLink && executable != (e.Mode == git.ModeExecutable) {
			return fmt.Errorf("the record's %q has the mode %s, and in commit %.7s it has %s", name, record.HostFiles[name].Mode, record.Commit, e.Mode)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(record.HostDirectories)) {
		for _, file := range slices.Sorted(maps.Keys(tracked)) {
			inside, ok := strings.CutPrefix(file, path.Join(below, name)+"/")
			if mode := tracked[file].Mode; !ok || mode != git.ModeFile && mode != git.ModeExecutable || !record.HostDirectories[name] {
				continue
			}
			if _, travels := record.HostFiles[path.Join(name, inside)]; !travels {
				return fmt.Errorf("the record leaves out %q, which commit %.7s has", path.Join(name, inside), record.Commit)
			}
		}
	}
	return nil
}
