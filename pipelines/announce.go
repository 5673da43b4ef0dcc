package pipelines

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"time"

	"git.example/slipway/pipelines/config"
	"git.example/slipway/pipelines/deploy/journal"
	"git.example/slipway/pipelines/deploy/rollout"
	"git.example/slipway/pipelines/notify"
	"git.example/slipway/pipelines/report"
	"git.example/slipway/pipelines/workspace"
)

// toldCommits is how many commits a notification lists.
const toldCommits = 5

// announcer tells whoever slipway.yaml names of one deploy. The checkout's file says
// whom, and so which secrets are asked for, not the release's. Whatever goes wrong with
// telling is a warning.
type announcer struct {
	workspace *workspace.Workspace
	wanted    []config.Notify
	message   notify.Message

	telling sync.WaitGroup
	mu      sync.Mutex
	began   time.Time
	known   map[string]notify.Channel
}

// announce readies the notifications of a deploy to an environment. What ships is asked
// for where somebody is told of it.
func announce(w *workspace.Workspace, environment string, d rollout.Deployment, ships func() (*Shipping, error)) *announcer {
	a := &announcer{workspace: w, wanted: slices.Clone(w.Config.Notify), known: map[string]notify.Channel{}}
	if e, ok := w.Config.Environments.Get(environment); ok {
		a.wanted = append(a.wanted, e.Notify...)
	}
	a.message = notify.Message{Project: w.Config.Project, Environment: environment, Tag: d.Tag, By: d.By.User, RunURL: d.By.RunURL, Asked: d.Rollback}
	if len(a.wanted) == 0 {
		return a
	}
	s, err := ships()
	if err != nil || s == nil {
		return a
	}
	a.message.Previous, a.message.Count = s.From, s.Count
	for _, c := range s.Commits[:min(len(s.Commits), toldCommits)] {
		a.message.Commits = append(a.message.Commits, w.Clean(c.Subject))
	}
	return a
}

// begun tells that a deploy has begun; it goes on meanwhile.
func (a *announcer) begun(ctx context.Context, _ journal.Entry) {
	a.mu.Lock()
	a.began = time.Now()
	a.mu.Unlock()
	m := a.message
	m.Event = config.NotifyStarted
	a.telling.Go(func() { a.tell(context.WithoutCancel(ctx), m) })
}

// ended tells what came of it. Nothing is told of a deploy that had nothing to do or was
// refused.
func (a *announcer) ended(ctx context.Context, err error) {
	interrupted := ctx.Err() != nil
	ctx = context.WithoutCancel(ctx)
	defer a.telling.Wait()
	a.mu.Lock()
	began := a.began
	a.mu.Unlock()
	m := a.message
	var locked *journal.Locked
	var failure *rollout.Failure
	var refused *Refusal
	var moved *rollout.Moved
	switch {
	case errors.As(err, &locked):
		m.Event, m.Reason = config.NotifyLocked, locked.Error()
	case errors.As(err, &refused), errors.As(err, &moved), interrupted && began.IsZero():
		return
	case errors.As(err, &failure) && failure.ReturnedTo != "":
		m.Event, m.ReturnedTo, m.Reason = config.NotifyRolledBack, failure.ReturnedTo, failure.Err.Error()
		m.Asked = false
	case err != nil:
		m.Event, m.Reason = config.NotifyFailed, err.Error()
	case began.IsZero():
		return
	case a.message.Asked:
		m.Event = config.NotifyRolledBack
	default:
		m.Event = config.NotifyDeployed
	}
	m.Reason, _, _ = strings.Cut(m.Reason, "\n")
	m.Reason = a.workspace.Clean(m.Reason)
	if !began.IsZero() {
		m.Took = time.Since(began)
	}
	a.tell(ctx, m)
}

// tell sends a message to whoever wants it.
func (a *announcer) tell(ctx context.Context, m notify.Message) {
	var channels []notify.Channel
	for _, n := range a.wanted {
		if !n.Wants(m.Event) {
			continue
		}
		c, err := a.channel(ctx, n.URL)
		if err != nil {
			a.warn(err)
			continue
		}
		channels = append(channels, c)
	}
	for _, err := range notify.Send(ctx, channels, m) {
		a.warn(err)
	}
}

// channel resolves the URL of a service, which from then on is kept out of everything
// that is said.
func (a *announcer) channel(ctx context.Context, reference string) (notify.Channel, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if c, ok := a.known[reference]; ok {
		return c, nil
	}
	values, err := a.workspace.Resolve(ctx, map[string]string{"url": reference})
	if err != nil {
		return notify.Channel{}, err
	}
	c := notify.Channel{Name: reference, URL: values["url"]}
	a.known[reference] = c
	return c, nil
}

func (a *announcer) warn(err error) {
	a.workspace.Notice(report.Warning, "nobody was told: %v; the deploy goes on", err)
}
