package stack

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"path"
	"slices"

	"git.example/slipway/pipelines/composefile"
	"git.example/slipway/pipelines/deploy"
)

// ReleaseName is the tag of d's release, or what to call one that has none.
func ReleaseName(d deploy.Desired) string {
	switch {
	case d.Release.Tag != "":
		return d.Release.Tag
	case len(d.Main) == 0:
		return "nothing"
	}
	return "the adopted stack"
}

// NotPublished is the error when a release lacks a file that slipway.yaml names.
func NotPublished(d deploy.Desired, file string) error {
	return fmt.Errorf("the release %s has no file %q: it was published before slipway.yaml named that; publish again", ReleaseName(d), file)
}

// pinsFile is the override that pins images, beside the release's files.
const pinsFile = ".slipway-images.yml"

// FilesOverride is the override that has services mount the release's files, beside
// them.
const FilesOverride = ".slipway-files.yml"

// ReleaseDir is where a release's compose files are on the host.
func (s Stack) ReleaseDir(d deploy.Desired) string {
	name := d.Release.Tag
	if name == "" {
		name = ".adopted" // no tag starts with a dot
	}
	return path.Join(s.StateDir, "files", name)
}

// mergedFile is what compose makes of compose files that take in others, beside them.
const mergedFile = ".slipway-merged.yml"

// Overrides are what a release has beside its compose files: the references that its
// services run, in Kept the volumes and networks that stay as they are, and in Files
// how services mount the files that it brings. Each may be empty.
type Overrides struct {
	Pins        map[string]string
	Kept, Files string
}

// WriteRelease writes the release's compose files, and the overrides.
func (s Stack) WriteRelease(ctx context.Context, d deploy.Desired, o Overrides) error {
	if len(d.Main) == 0 {
		return nil
	}
	dir := s.ReleaseDir(d)
	write := func(name string, content []byte) error {
		if err := s.Host.WriteFile(ctx, path.Join(dir, name), content, 0o644); err != nil {
			return fmt.Errorf("writing the release's files: %w", err)
		}
		return nil
	}
	for _, name := range slices.Sorted(maps.Keys(d.Files)) {
		if err := write(name, []byte(d.Files[name])); err != nil {
			return err
		}
	}
	if err := write(FilesOverride, []byte(cmp.Or(o.Files, "services: {}\n"))); err != nil {
		return err
	}
	return write(pinsFile, append(composefile.Override(o.Pins), o.Kept...))
}

// Merge has compose make one file of compose files that take in others, with the
// release's variables and files, which are on the host by now. It has the values of
// variables and env files: nobody else can read it.
func (s Stack) Merge(ctx context.Context, d deploy.Desired, project string) error {
	if !TakesIn(d) {
		return nil
	}
	script := &Script{}
	dir := script.Temporary()
	m := s.Mirror(script, dir, d)
	script.Export(d.Variables)
	script.Line("cd", s.Dir)
	merged := path.Join(s.ReleaseDir(d), mergedFile)
	overrides := []string{path.Join(s.ReleaseDir(d), pinsFile), path.Join(s.ReleaseDir(d), FilesOverride)}
	m.Config(script, d, project, "", overrides, merged+".new")
	script.Line("mv", merged+".new", merged)
	if err := s.Run(ctx, script, nil, nil); err != nil {
		return fmt.Errorf("merging the compose files of %s: %w", ReleaseName(d), Failure(err))
	}
	return nil
}

// ComposeRelease is the start of a compose command line with the release's files.
func (s Stack) ComposeRelease(d deploy.Desired, project string) []string {
	words := s.Compose(project)
	if len(d.Main) == 0 {
		return words
	}
	if TakesIn(d) {
		// What is in it is active: profiles were looked at before.
		return append(words, "--profile", "*", "-f", path.Join(s.ReleaseDir(d), mergedFile))
	}
	for _, name := range append(append([]string{}, d.Main...), pinsFile, FilesOverride) {
		words = append(words, "-f", path.Join(s.ReleaseDir(d), name))
	}
	return words
}
