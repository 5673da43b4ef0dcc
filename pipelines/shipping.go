package pipelines

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"unicode/utf8"

	"github.com/rogpeppe/go-internal/diff"

	"git.example/slipway/pipelines/git"
	"git.example/slipway/pipelines/release"
	"git.example/slipway/pipelines/targets"
	"git.example/slipway/pipelines/workspace"
)

// shownCommits is how many commits are listed; how many there are is counted.
const shownCommits = 50

// Shipping is what comes with a release, compared with the one that is live.
type Shipping struct {
	// From is the live release; empty before the first deploy.
	From string `json:"from,omitempty"`
	// To is the release that comes.
	To string `json:"to"`
	// Commits that come, newest first, the first 50 of Count; Removed are those that
	// go, when the release is older.
	Commits []git.Commit `json:"commits,omitempty"`
	Count   int          `json:"count"`
	Removed []git.Commit `json:"removed,omitempty"`
	// RemovedCount is how many go.
	RemovedCount int `json:"removedCount,omitempty"`
	// Unknown is why the commits are not known.
	Unknown string        `json:"unknown,omitempty"`
	Images  []ImageChange `json:"images,omitempty"`
	// Files are the deploy files that differ.
	Files []FileChange `json:"files,omitempty"`
}

// FileChange is a deploy file of two releases.
type FileChange struct {
	Name string `json:"name"`
	// Change is new, changed or removed.
	Change string `json:"change"`
	// Diff is a unified one.
	Diff string `json:"diff,omitempty"`
}

// ImageChange is an image of two releases.
type ImageChange struct {
	Name string `json:"name"`
	// Change is new, changed, removed or same.
	Change string `json:"change"`
	// Before and After are digests; empty where there is none.
	Before string `json:"before,omitempty"`
	After  string `json:"after,omitempty"`
}

// side is a release that is compared.
type side struct {
	tag, commit string
	images      map[string]release.RecordedImage
	// files are the deploy files; nil where they are not known.
	files map[string]string
}

// sideOf is the release of a record.
func sideOf(r release.Record) side { return side{tag: r.Tag, commit: r.Commit, images: r.Images} }

// liveSide is what is live: the images are those of all targets.
func liveSide(live targets.Live, commit string) side {
	s := side{tag: live.Tag, commit: commit, images: map[string]release.RecordedImage{}, files: map[string]string{}}
	for _, name := range slices.Sorted(maps.Keys(live.Targets)) {
		maps.Copy(s.images, live.Targets[name].Release.Images)
		maps.Copy(s.files, live.Targets[name].Files)
	}
	return s
}

// shipping compares two releases as this clone and their records know them.
func shipping(ctx context.Context, w *workspace.Workspace, from, to side) (*Shipping, error) {
	s := &Shipping{From: from.tag, To: to.tag, Images: imageChanges(from.images, to.images), Files: fileChanges(from, to)}
	switch {
	case from.tag == "":
		return s, nil
	case from.commit == "" || to.commit == "":
		s.Unknown = "nothing says which commit one of them was made from"
		return s, nil
	case from.commit == to.commit:
		return s, nil
	case w.Git == nil:
		s.Unknown = "there is no git checkout here"
		return s, nil
	}
	relation, err := w.Git.Compare(ctx, from.commit, to.commit)
	if relation == git.Unknown || errors.Is(err, git.ErrNoCommit) {
		s.Unknown = fmt.Sprintf("this clone does not hold the history between %.7s and %.7s: fetch the whole of it", from.commit, to.commit)
		return s, nil
	}
	if err != nil {
		return s, err
	}
	if s.Commits, s.Count, err = w.Git.Between(ctx, from.commit, to.commit, shownCommits); err == nil {
		s.Removed, s.RemovedCount, err = w.Git.Between(ctx, to.commit, from.commit, shownCommits)
	}
	return s, err
}

// imageChanges compares the images of two releases, by name.
func imageChanges(from, to map[string]release.RecordedImage) []ImageChange {
	names := maps.Clone(to)
	if names == nil {
		names = map[string]release.RecordedImage{}
	}
	maps.Copy(names, from)
	var all []ImageChange
	for _, name := range slices.Sorted(maps.Keys(names)) {
		before, had := from[name]
		after, has := to[name]
		c := ImageChange{Name: name, Change: "changed", Before: before.Digest, After: after.Digest}
		if release.IsPending(after.Digest) {
			c.After = ""
		}
		switch {
		case !had:
			c.Change = "new"
		case !has:
			c.Change = "removed"
		case before.Digest == after.Digest || before.Content != "" && before.Content == after.Content:
			c.Change = "same"
		}
		all = append(all, c)
	}
	return all
}

// mostOfAFile is how long a file may be for its lines to be compared.
const mostOfAFile = 256 << 10

// fileChanges compares the deploy files of two releases, by name.
func fileChanges(from, to side) []FileChange {
	if from.files == nil || to.files == nil {
		return nil
	}
	names := maps.Clone(to.files)
	maps.Copy(names, from.files)
	var all []FileChange
	for _, name := range slices.Sorted(maps.Keys(names)) {
		before, had := from.files[name]
		after, has := to.files[name]
		if had == has && before == after {
			continue
		}
		c := FileChange{Name: name, Change: "changed"}
		switch {
		case !had:
			c.Change = "new"
		case !has:
			c.Change = "removed"
		}
		if len(before)+len(after) <= mostOfAFile && utf8.ValidString(before) && utf8.ValidString(after) {
			c.Diff = string(diff.Diff(from.tag+"/"+name, []byte(before), to.tag+"/"+name, []byte(after)))
		}
		all = append(all, c)
	}
	return all
}
