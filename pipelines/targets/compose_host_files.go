package targets

import (
	"cmp"
	"context"
	"errors"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"

	"github.com/compose-spec/compose-go/v2/types"

	"git.example/slipway/pipelines/composefile"
	"git.example/slipway/pipelines/config"
	"git.example/slipway/pipelines/deploy"
	"git.example/slipway/pipelines/deploy/compose"
	"git.example/slipway/pipelines/deploy/rehearsal"
	"git.example/slipway/pipelines/published"
	"git.example/slipway/pipelines/release"
	"git.example/slipway/pipelines/secrets"
	"git.example/slipway/pipelines/workspace"
)

// composeFiles are the files that the services of a compose stack need on its hosts:
// which of them travel, and which a host has to have.
type composeFiles struct{ config.ComposeTarget }

func (k composeKind) hostFiles() composeFiles { return composeFiles{k.ComposeTarget} }

// loadTree reads the compose files of the working tree. Its paths are absolute there;
// variables that nobody knows are stood in for.
func (k composeFiles) loadTree(ctx context.Context, w *workspace.Workspace, files map[string][]byte) (*types.Project, composefile.StandIns, error) {
	dir := filepath.Join(w.Dir, k.base())
	o := composefile.Options{Files: cleaned(k.File), Contents: files, Dir: dir, Name: "release", Env: map[string]string{"PWD": dir}, Profiles: []string{"*"}}
	return composefile.LoadStandingIn(ctx, o, k.unknown(files))
}

// unknown are the variables of the compose files, and of those that they take in,
// without a default.
func (k composeFiles) unknown(files map[string][]byte) []string {
	names := cleaned(k.File)
	for name := range takenIn(names, files) {
		names = append(names, name)
	}
	var unknown []string
	for _, name := range names {
		for _, v := range composefile.Variables(files[name]) {
			if !v.Default && v.Name != "PWD" {
				unknown = append(unknown, v.Name)
			}
		}
	}
	return distinct(unknown)
}

// takenIn are the files of a release that its compose files take in.
func takenIn(names []string, files map[string][]byte) map[string][]byte {
	found, _ := composefile.TakenIn(names, func(name string) ([]byte, bool, error) { // they were read when the release was made
		content, there := files[name]
		return content, there, nil
	})
	return found
}

// taken are the files of the working tree that the compose files take in.
func (k composeFiles) taken(w *workspace.Workspace) (map[string][]byte, error) {
	return composefile.TakenIn(cleaned(k.File), func(name string) ([]byte, bool, error) {
		if err := w.Inside(w.Path(name)); err != nil {
			return nil, false, err
		}
		content, err := os.ReadFile(w.Path(name))
		if errors.Is(err, fs.ErrNotExist) {
			return nil, false, nil
		}
		return content, err == nil, err
	})
}

// base is the directory of the project that the stack's is on its hosts: paths of
// the compose files are relative to it, as they are to compose here.
func (k composeFiles) base() string { return path.Dir(cleaned(k.File)[0]) }

// collect takes the files that services need and that git has.
func (k composeFiles) collect(ctx context.Context, w *workspace.Workspace, files map[string][]byte, h *hostFiles, elsewhere []string) error {
	project, _, err := k.loadTree(ctx, w, files)
	if err != nil {
		return nil // check has said so
	}
	return h.add(composefile.Needs(project), k.base(), func(file string) bool { return k.owned(k.onHosts(w), file, elsewhere) })
}

// onHosts is the stack's directory, absolute, as syncedDirs has those of others.
func (k composeFiles) onHosts(w *workspace.Workspace) string {
	if len(k.Hosts) == 0 {
		return filepath.ToSlash(w.Path(k.Path))
	}
	return path.Clean(k.Path)
}

// owned says that a path, relative to the stack's directory dir, is the host's
// own although git has it: slipway.yaml says so, a deploy writes it, or another
// target is there.
func (k composeFiles) owned(dir, file string, elsewhere []string) bool {
	if file == compose.DotEnv || k.Env != nil && file == path.Clean(cmp.Or(k.Env.File, compose.DotEnv)) {
		return true
	}
	if k.Switch != nil && file == path.Dir(path.Clean(k.Switch.File)) {
		return true
	}
	for _, own := range k.HostFiles {
		if isBelow(file, path.Clean(own)) {
			return true
		}
	}
	at := path.Join(dir, file)
	return slices.ContainsFunc(elsewhere, func(other string) bool { return isBelow(at, other) || isBelow(other, at) })
}

// describe gives d the files that its services need. What another target of
// the stack's project needs is among them: it is not much, and nothing mounts it.
func (k composeFiles) describe(s *site, r published.Release, d *deploy.Desired) {
	elsewhere, dir := syncedDirs(s.workspace, s.config), k.onHosts(s.workspace)
	own := func(file string) bool {
		relative, err := filepath.Rel(k.base(), file)
		return err == nil && k.owned(dir, filepath.ToSlash(relative), elsewhere)
	}
	for name, file := range r.Record.HostFiles {
		if own(name) {
			continue
		}
		if d.HostFiles == nil {
			d.HostFiles = map[string]deploy.HostFile{}
		}
		d.HostFiles[name] = deploy.HostFile{Mode: file.Mode, Content: r.Files[name]}
	}
	for name, travels := range r.Record.HostDirectories {
		if own(name) {
			continue
		}
		if d.HostDirectories == nil {
			d.HostDirectories = map[string]bool{}
		}
		d.HostDirectories[name] = travels
	}
}

// rehearse are the findings of the files that the working tree's services need on
// a machine.
func (k composeFiles) rehearse(ctx context.Context, s *site, m machine, stack *compose.Target, p pulls) []deploy.Finding {
	if p.unfit != nil {
		return []deploy.Finding{{Subject: "files", Found: rehearsal.OneLine(p.unfit.Error()), Advice: "see the message"}}
	}
	found, err := k.check(ctx, s, m, stack, p.checkout)
	if err != nil {
		return []deploy.Finding{{Subject: "files", Found: rehearsal.OneLine(err.Error()), Advice: "see the message"}}
	}
	return found
}

// check looks for the files that the working tree's services need on a machine.
func (k composeFiles) check(ctx context.Context, s *site, m machine, stack *compose.Target, files Released) ([]deploy.Finding, error) {
	project, filled, err := composefile.LoadStandingIn(ctx, composefile.Options{
		Files: cleaned(k.File), Contents: files.Files, Dir: m.dir, Name: "setup", Env: map[string]string{"PWD": m.dir},
	}, k.unknown(files.Files))
	if err != nil {
		return nil, nil // a deploy, which knows the variables, says more
	}
	d := deploy.Desired{Main: cleaned(k.File)}
	if k.Env != nil {
		d.Env = map[string]secrets.Value{}
	}
	k.describe(s, published.Release{Record: files.Record(release.Record{}), Files: files.Files}, &d)
	known := func(path string) bool { return filled.Hide(path) == path }
	return stack.CheckFiles(ctx, d, project, known)
}
