package rollout

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"time"

	"git.example/slipway/pipelines/deploy/journal"
	"git.example/slipway/pipelines/report"
)

// What is kept of a deploy's story is bounded: of each step the last lines, fewer when
// nothing failed, and of all the first bytes.
const (
	storyLines       = 20
	storyFailedLines = 200
	storyLineBytes   = 400
	storyBytes       = 96 << 10
	storyFailure     = 32 << 10
)

// storyteller passes events on and keeps the steps of a deploy. It is safe for several
// goroutines.
type storyteller struct {
	to     report.Reporter
	redact func(string) string

	mu    sync.Mutex
	steps []*journal.StoryStep
	open  map[int64]*journal.StoryStep
}

func newStoryteller(d Deployment) *storyteller {
	return &storyteller{to: d.reporter(), redact: d.clean, open: map[int64]*journal.StoryStep{}}
}

// Report implements report.Reporter.
func (s *storyteller) Report(event report.Event) {
	s.note(event)
	s.to.Report(event)
}

func (s *storyteller) note(event report.Event) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch e := event.(type) {
	case report.TaskStarted:
		step := &journal.StoryStep{Name: e.Name, Started: time.Now().UTC(), Outcome: "running"}
		s.steps, s.open[e.ID] = append(s.steps, step), step
	case report.TaskOutput:
		step := s.open[e.ID]
		if step == nil {
			return
		}
		if len(step.Log) == storyFailedLines {
			step.Log = append(step.Log[:0], step.Log[1:]...)
		}
		step.Log = append(step.Log, e.Line)
	case report.TaskDone:
		step := s.open[e.ID]
		if step == nil {
			return
		}
		delete(s.open, e.ID)
		step.Seconds, step.Outcome, step.Detail = time.Since(step.Started).Round(time.Millisecond).Seconds(), string(e.Outcome), e.Detail
		if e.Err != nil {
			step.Detail, _, _ = strings.Cut(e.Err.Error(), "\n")
		}
	}
}

// story is what was told so far, without secrets and within its bounds.
func (s *storyteller) story(failure *Failure) journal.Story {
	s.mu.Lock()
	defer s.mu.Unlock()
	told := journal.Story{Steps: []journal.StoryStep{}}
	room := storyBytes
	for _, step := range s.steps {
		kept := *step
		kept.Detail = shortened(s.redact(step.Detail), storyLineBytes)
		lines := storyLines
		if step.Outcome == string(report.Failed) {
			lines = storyFailedLines
		}
		kept.Log = nil
		for _, line := range step.Log[max(0, len(step.Log)-lines):] {
			line = shortened(s.redact(line), storyLineBytes)
			if room -= len(line) + 4; room < 0 {
				break
			}
			kept.Log = append(kept.Log, line)
		}
		told.Steps = append(told.Steps, kept)
	}
	if failure != nil {
		told.Failure = shortened(s.redact(failure.Bundle()), storyFailure)
	}
	return told
}

// shortened is a text of at most so many bytes.
func shortened(text string, most int) string {
	if len(text) <= most {
		return text
	}
	return strings.ToValidUTF8(text[:most], "") + "…"
}

// tell keeps the story of the deploy. It says of it what can't be said elsewhere, so
// a story that can't be kept is no failure of the deploy.
func (a *attempt) tell(ctx context.Context, failure *Failure) {
	if a.story == nil || a.entry.ID == 0 {
		return
	}
	if err := a.Journal.Tell(context.WithoutCancel(ctx), a.entry.ID, a.story.story(failure)); err != nil {
		a.reporter().Report(report.Notice{Level: report.Warning, Text: fmt.Sprintf("keeping the story of deploy %d: %v", a.entry.ID, err)})
	}
}
