package targets

import (
	"context"
	"path"
	"path/filepath"
	"reflect"
	"slices"

	"git.example/slipway/pipelines/composefile"
	"git.example/slipway/pipelines/deploy"
)

// differing are the files that the stack takes in, or needs on its hosts, and that are
// not the same in two releases.
func (k composeFiles) differing(ctx context.Context, want, live deploy.Desired) []string {
	wanted, had := k.needed(ctx, want), k.needed(ctx, live)
	var names []string
	for name := range wanted {
		if !reflect.DeepEqual(wanted[name], had[name]) {
			names = append(names, name)
		}
	}
	for name := range had {
		if _, still := wanted[name]; !still {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// needed are the files of a release that its compose files take in, and those that
// services need on their hosts, by name. What can't be read is for the plan to say.
func (k composeFiles) needed(ctx context.Context, d deploy.Desired) map[string]deploy.HostFile {
	needed := map[string]deploy.HostFile{}
	if len(d.Main) == 0 {
		return needed
	}
	contents := map[string][]byte{}
	for name, text := range d.Files {
		contents[name] = []byte(text)
	}
	for name, content := range takenIn(d.Main, contents) {
		needed[name] = deploy.HostFile{Content: content}
	}
	if len(d.HostFiles) == 0 {
		return needed
	}
	k.File = d.Main
	project, _, err := composefile.LoadStandingIn(ctx, composefile.Options{
		Files: d.Main, Contents: contents, Dir: anyDir, Name: "changes", Env: map[string]string{"PWD": anyDir}, Profiles: []string{"*"},
	}, k.unknown(contents))
	if err != nil {
		return d.HostFiles
	}
	for _, n := range composefile.Needs(project) {
		in, err := filepath.Rel(anyDir, n.Path)
		if err != nil {
			continue
		}
		at := path.Join(k.base(), filepath.ToSlash(in))
		for name, file := range d.HostFiles {
			if isBelow(name, at) {
				needed[name] = file
			}
		}
	}
	return needed
}

// anyDir stands for a stack's directory, where it does not matter which one it is.
const anyDir = "/stack"
