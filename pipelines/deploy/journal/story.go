package journal

import (
	"context"
	"errors"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"time"
)

// Story is what is told of a deploy besides its entry: its steps, and why it failed.
// There is none of deploys that a Slipway made which did not tell one, or that are
// older than the newest Stories.
type Story struct {
	// Steps in the order they began.
	Steps []StoryStep `json:"steps"`
	// Failure is all that was known of a failure, as Markdown.
	Failure string `json:"failure,omitempty"`
}

// StoryStep is one step of a deploy, such as "apply stack".
type StoryStep struct {
	Name    string    `json:"name"`
	Started time.Time `json:"started"`
	// Seconds it took.
	Seconds float64 `json:"seconds"`
	// Outcome is done, reused, failed or cancelled.
	Outcome string `json:"outcome"`
	// Detail is how, in a few words; of a failure the first line of its reason.
	Detail string `json:"detail,omitempty"`
	// Log are the last lines that it printed.
	Log []string `json:"log,omitempty"`
}

// How many stories are kept: the newest of them. Where there is little room, few.
const (
	Stories     = 200
	fewStories  = 10
	storyFiles  = "stories"
	storiesOver = 20
)

func storyFile(id int) string { return path.Join(storyFiles, strconv.Itoa(id)+".json") }

// Tell keeps the story of deploy id. It may have lines of logs, so that its file is
// for its owner alone.
func (j *Journal) Tell(ctx context.Context, id int, s Story) error {
	return j.store.write(ctx, storyFile(id), s, 0o600)
}

// Story is that of deploy id; nil when there is none.
func (j *Journal) Story(ctx context.Context, id int) (*Story, error) {
	var s Story
	err := j.store.read(ctx, storyFile(id), &s)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return &s, nil
}

// StoriesKept is for how many of the newest deploys a story is kept.
func (j *Journal) StoriesKept() int {
	if j.history.most > 0 {
		return fewStories
	}
	return Stories
}

// forgetStories removes those of old deploys, some at a time.
func (j *Journal) forgetStories(ctx context.Context) error {
	ids, err := j.store.numbers(ctx, storyFiles)
	if err != nil || len(ids) == 0 {
		return err
	}
	slices.Sort(ids)
	over := storiesOver
	if j.history.most > 0 {
		over = 0
	}
	if len(ids) <= j.StoriesKept()+over {
		return nil
	}
	return each(ctx, ids[:len(ids)-j.StoriesKept()], func(ctx context.Context, _, id int) error {
		return j.store.remove(ctx, storyFile(id))
	})
}
