package pipelines

import (
	"context"
	"errors"
	"fmt"
	"io/fs"

	"git.example/slipway/pipelines/deploy/journal"
	"git.example/slipway/pipelines/release"
	"git.example/slipway/pipelines/workspace"
)

// DeployStory is everything that is known of one deploy.
type DeployStory struct {
	Environment string        `json:"environment"`
	Entry       journal.Entry `json:"entry"`
	// Story has its steps and why it failed; nil where none was kept.
	Story *journal.Story `json:"story,omitempty"`
	// Shipping is what came with it, compared with what was live before.
	Shipping *Shipping `json:"shipping,omitempty"`
}

// Story is everything that is known of deploy id of an environment.
func (v View) Story(ctx context.Context, env string, id int) (DeployStory, error) {
	kept, name, err := openJournal(ctx, v.workspace, v.targets, env)
	if err != nil {
		return DeployStory{}, err
	}
	return storyOf(ctx, v.workspace, kept, name, id)
}

func storyOf(ctx context.Context, w *workspace.Workspace, kept *journal.Journal, environment string, id int) (DeployStory, error) {
	entry, err := kept.Entry(ctx, id)
	if errors.Is(err, fs.ErrNotExist) {
		return DeployStory{}, workspace.Usage("environment %q has no deploy %d: see them with `slipway history --env %s`", environment, id, environment)
	}
	if err != nil {
		return DeployStory{}, err
	}
	told := DeployStory{Environment: environment, Entry: entry}
	if told.Story, err = kept.Story(ctx, id); err != nil {
		return told, fmt.Errorf("reading the story of deploy %d: %w", id, err)
	}
	if entry.Previous == "" {
		return told, nil
	}
	from := side{tag: entry.Previous, commit: entry.PreviousCommit}
	to := side{tag: entry.Tag, commit: entry.Commit, images: map[string]release.RecordedImage{}}
	for image, digest := range entry.Digests {
		to.images[image] = release.RecordedImage{Digest: digest}
	}
	from.images = previousImages(ctx, kept, entry)
	told.Shipping, err = shipping(ctx, w, from, to)
	return told, err
}

// lookBack is how far before a deploy the one that was live then is looked for.
const lookBack = 20

// previousImages are those of the release that was live before a deploy; those of the
// deploy itself where the history no longer has it.
func previousImages(ctx context.Context, kept *journal.Journal, entry journal.Entry) map[string]release.RecordedImage {
	images := map[string]release.RecordedImage{}
	for id := entry.ID - 1; id > 0 && id >= entry.ID-lookBack; id-- {
		e, err := kept.Entry(ctx, id)
		if err != nil || e.Tag != entry.Previous || !e.Outcome.Worked() {
			continue
		}
		for image, digest := range e.Digests {
			images[image] = release.RecordedImage{Digest: digest}
		}
		return images
	}
	for image, digest := range entry.Digests {
		images[image] = release.RecordedImage{Digest: digest}
	}
	return images
}
