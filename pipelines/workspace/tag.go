package workspace

import "git.example/slipway/pipelines/release"

// Tag is the release tag of this build.
func (w *Workspace) Tag() (release.Tag, error) {
	if w.noCommit != nil {
		return release.Tag{}, w.noCommit
	}
	template, err := release.ParseTemplate(w.Config.Tag)
	if err != nil {
		return release.Tag{}, err
	}
	return template.Render(w.Info)
}

// Tree is how messages call what is checked out.
func (w *Workspace) Tree() string {
	if w.Info.Dirty {
		return "commit " + w.Info.Commit + " with the changes in this working tree (see `git status`)"
	}
	return "commit " + w.Info.Commit
}
