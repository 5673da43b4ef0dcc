package pipelines

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"git.example/slipway/pipelines/config"
	"git.example/slipway/pipelines/deploy/journal"
	"git.example/slipway/pipelines/git"
	"git.example/slipway/pipelines/release"
	"git.example/slipway/pipelines/report"
)

// admit says whether a release may go to an environment at all.
func (p *Project) admit(ctx context.Context, s *stage, record release.Record, o DeployOptions) error {
	if s.config.Protected {
		if err := admitProtected(s.name, record); err != nil {
			return err
		}
	}
	if s.config.PromoteFrom == "" || o.promotedFrom != "" && !o.Direct {
		return nil
	}
	if o.Direct {
		p.notice(report.Warning, "release %s goes to %s directly: nobody asked whether %s has verified it", record.Tag, s.name, s.config.PromoteFrom)
		return nil
	}
	return p.provenIn(ctx, s.config.PromoteFrom, s.name, record)
}

// stricter is the environment as a release has it, protected as that or today's
// slipway.yaml says: a release from before the protection does not get around it.
func stricter(recorded, today config.Environment) config.Environment {
	recorded.Protected = recorded.Protected || today.Protected
	recorded.PromoteFrom = cmp.Or(today.PromoteFrom, recorded.PromoteFrom)
	return recorded
}

// admitProtected refuses what was not fully released.
func admitProtected(environment string, record release.Record) error {
	if !record.Final {
		return fmt.Errorf("deploying %q: the protected environment %q takes no release without a build number or from a changed tree; publish the commit from CI, or with --build-number", record.Tag, environment)
	}
	for name, check := range record.Checks {
		if !check.Passed {
			return fmt.Errorf("deploying %q: the protected environment %q takes no release whose checks were skipped, and check %q was; publish the commit with the checks, and another --build-number", record.Tag, environment, name)
		}
	}
	return nil
}

// provenIn wants the environment "from" to have verified the release on all of
// its targets, in one deploy or in several.
func (p *Project) provenIn(ctx context.Context, from, environment string, record release.Record) error {
	source, err := p.environment(from)
	if err != nil {
		return err
	}
	s, err := p.stage(ctx, source, nil)
	if err != nil {
		return err
	}
	history, err := s.journal.History(ctx, 0)
	if err != nil {
		return fmt.Errorf("reading the history of %q: %w", from, err)
	}
	unproven := source.Value.Deploy.Names()
	for _, entry := range history {
		if entry.Tag == record.Tag && entry.Commit == record.Commit && entry.Outcome.Verified() {
			unproven = slices.DeleteFunc(unproven, func(target string) bool { return slices.Contains(entry.Targets, target) })
		}
	}
	if len(unproven) == 0 {
		return nil
	}
	return fmt.Errorf("deploying %q to %q: releases come there from %q, which has not verified this one: run `slipway deploy --env %s --tag %s` first, or skip that with --direct",
		record.Tag, environment, from, from, record.Tag)
}

// guard refuses, under the lock, a commit that the live one already contains,
// and in a protected environment one that does not contain the live one.
func (p *Project) guard(s *stage, record release.Record, o DeployOptions) func(context.Context, *journal.Entry) error {
	return func(ctx context.Context, live *journal.Entry) error {
		if live == nil || live.Commit == "" || live.Commit == record.Commit || o.AllowDiverged {
			return nil
		}
		relation, err := p.relation(ctx, live.Commit, record.Commit)
		if err != nil {
			return err
		}
		refuse := func(why string) error {
			return fmt.Errorf("deploying %q to %q: %s %s, which is live; to deploy it all the same use --allow-diverged, to go back use `slipway rollback --to %s`",
				record.Tag, s.name, why, live.Tag, record.Tag)
		}
		switch {
		case relation == git.Descendant:
			return refuse("its commit is older than that of")
		case relation == git.Diverged && s.config.Protected:
			return refuse("its commit has diverged from that of")
		case relation == git.Unknown && s.config.Protected:
			return refuse("this clone does not hold the history (fetch it whole, such as with fetch-depth: 0) that tells whether its commit is newer than that of")
		case relation == git.Unknown:
			p.notice(report.Warning, "nobody knows whether %s is newer than %s, which is live in %s: this clone does not hold the history (fetch it whole, such as with fetch-depth: 0)",
				record.Tag, live.Tag, s.name)
		}
		return nil
	}
}

// relation compares the live commit with the new one: Ancestor is the good
// case, Descendant that the new one is the older.
func (p *Project) relation(ctx context.Context, live, new string) (git.Relation, error) {
	if p.repo == nil {
		return git.Unknown, nil
	}
	relation, err := p.repo.Compare(ctx, live, new)
	if errors.Is(err, git.ErrNoCommit) {
		return git.Unknown, nil
	}
	return relation, err
}
