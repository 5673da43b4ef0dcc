package pipelines

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"git.example/slipway/pipelines/config"
	"git.example/slipway/pipelines/deploy"
	"git.example/slipway/pipelines/deploy/journal"
	"git.example/slipway/pipelines/git"
)

// environmentsAtOnce bounds how many environments are looked at together: each is a
// connection to another host, which waits more than it works.
const environmentsAtOnce = 32

// statusEntries is how far back a deploy that failed is looked for.
const statusEntries = 20

// StatusOptions say what to look at.
type StatusOptions struct {
	// Envs are the environments; all when empty.
	Envs []string
	// Verify compares what runs with what should.
	Verify bool
}

// EnvironmentStatus is an environment in one look.
type EnvironmentStatus struct {
	Environment string `json:"environment"`
	Protected   bool   `json:"protected,omitempty"`
	// Live is the deploy that is live; nil before the first one.
	Live *journal.Entry `json:"live"`
	// Running is a deploy that has begun and not ended.
	Running *journal.Entry `json:"running,omitempty"`
	// Lock is who holds the lock.
	Lock *journal.LockInfo `json:"lock,omitempty"`
	// LastFailure is the newest deploy that failed, among the last 20.
	LastFailure *journal.Entry `json:"lastFailure,omitempty"`
	// Main is how the live commit stands to the main branch.
	Main *Position `json:"main,omitempty"`
	// Verified says that what runs was compared, and Drift is every difference.
	Verified bool           `json:"verified,omitempty"`
	Drift    []deploy.Drift `json:"drift,omitempty"`
	// Error is why the environment, or what runs there, could not be read.
	Error string `json:"error,omitempty"`
}

// Position is how a commit stands to a branch.
type Position struct {
	Branch string `json:"branch"`
	// Behind is how many commits the branch has that the commit has not, Ahead the other
	// way round.
	Behind int `json:"behind"`
	Ahead  int `json:"ahead"`
	// Unknown is why neither is known.
	Unknown string `json:"unknown,omitempty"`
}

// Status looks at environments, all of them at once. One that can't be read says so and
// hides no other one. It changes nothing.
func (v View) Status(ctx context.Context, o StatusOptions) ([]EnvironmentStatus, error) {
	var environments []config.Entry[config.Environment]
	for _, name := range o.Envs {
		e, err := v.workspace.Environment(name)
		if err != nil {
			return nil, err
		}
		environments = append(environments, e)
	}
	if len(o.Envs) == 0 {
		environments = v.workspace.Config.Environments
	}
	branch := mainBranch(ctx, v.workspace.Git)
	all := make([]EnvironmentStatus, len(environments))
	group, each := errgroup.WithContext(ctx)
	group.SetLimit(environmentsAtOnce)
	for i, e := range environments {
		group.Go(func() error {
			all[i] = EnvironmentStatus{Environment: e.Name, Protected: e.Value.Protected}
			if err := v.look(each, e, o, branch, &all[i]); err != nil {
				all[i].Error = v.workspace.Clean(err.Error())
			}
			return each.Err()
		})
	}
	err := group.Wait()
	return all, err
}

// look reads what an environment remembers, and compares what runs.
func (v View) look(ctx context.Context, e config.Entry[config.Environment], o StatusOptions, branch string, s *EnvironmentStatus) error {
	if len(e.Value.Deploy) == 0 {
		return errors.New("it has nothing to deploy to")
	}
	kept, err := v.targets.Journal(ctx, e)
	if err != nil {
		return err
	}
	if err := lookAtJournal(ctx, kept, s); err != nil {
		return err
	}
	if s.Live != nil {
		s.Main = positionOf(ctx, v.workspace.Git, s.Live.Commit, branch)
	}
	if !o.Verify || s.Live == nil {
		return nil
	}
	verified, err := verify(ctx, v.workspace, v.targets, VerifyOptions{Env: e.Name})
	if err != nil {
		return fmt.Errorf("comparing what runs: %w", err)
	}
	s.Verified, s.Drift = true, verified.Drift
	return nil
}

// lookAtJournal reads what is live, the lock and the last deploys, all at once.
func lookAtJournal(ctx context.Context, kept *journal.Journal, s *EnvironmentStatus) error {
	if err := kept.CheckVersion(ctx); err != nil {
		return err
	}
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() (err error) { s.Live, err = kept.Live(ctx); return err })
	group.Go(func() (err error) {
		if s.Lock, err = kept.Held(ctx); s.Lock != nil && s.Lock.Abandoned() {
			s.Lock = nil
		}
		return err
	})
	var newest []journal.Entry
	group.Go(func() (err error) { newest, err = kept.History(ctx, statusEntries); return err })
	if err := group.Wait(); err != nil {
		return err
	}
	for _, e := range newest {
		switch {
		case e.Outcome == journal.OutcomeRunning && s.Running == nil && s.Lock != nil:
			s.Running = &e
		case (e.Outcome == journal.OutcomeFailed || e.Outcome == journal.OutcomeRolledBack) && s.LastFailure == nil:
			s.LastFailure = &e
		}
	}
	return nil
}

// mainBranch is the branch that commits are compared with; empty where there is none.
func mainBranch(ctx context.Context, r *git.Repository) string {
	if r == nil {
		return ""
	}
	for _, branch := range []string{"origin/HEAD", "origin/main", "origin/master", "main", "master", "HEAD"} {
		if _, err := r.Resolve(ctx, branch); err == nil {
			return branch
		}
	}
	return ""
}

// positionOf is how a commit stands to a branch.
func positionOf(ctx context.Context, r *git.Repository, commit, branch string) *Position {
	if r == nil || branch == "" || commit == "" {
		return nil
	}
	at := &Position{Branch: branch}
	tip, err := r.Resolve(ctx, branch)
	if err == nil {
		at.Ahead, at.Behind, err = r.Apart(ctx, commit, tip)
	}
	if err != nil {
		at.Unknown = fmt.Sprintf("this clone does not hold the history between %.7s and %s", commit, branch)
	}
	return at
}

// Since is when a deploy was done; when it began where it has not ended.
func Since(e journal.Entry) time.Time {
	if e.Ended.IsZero() {
		return e.Started
	}
	return e.Ended
}

// liveTags are the environments that run each release; those that can't be read are
// left out.
func liveTags(all []EnvironmentStatus) map[string][]string {
	tags := map[string][]string{}
	for _, s := range all {
		if s.Live != nil {
			tags[s.Live.Tag] = append(tags[s.Live.Tag], s.Environment)
		}
	}
	for _, names := range tags {
		slices.Sort(names)
	}
	return tags
}
