package pipelines

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"

	"git.example/slipway/pipelines/config"
	"git.example/slipway/pipelines/evidence"
	"git.example/slipway/pipelines/published"
	"git.example/slipway/pipelines/release"
	"git.example/slipway/pipelines/report"
	"git.example/slipway/pipelines/targets"
	"git.example/slipway/pipelines/workspace"
)

// Refusal is a release that may not go to an environment: because of what the
// environment takes, or of what is live there.
type Refusal struct{ text string }

func (e *Refusal) Error() string { return e.text }

func refuse(format string, args ...any) error { return &Refusal{fmt.Sprintf(format, args...)} }

// admission decides whether a release may go to an environment. Plan and deploy
// ask the same one.
type admission struct {
	workspace *workspace.Workspace
	targets   *targets.Environments
	// environment is the one as the release has it, no less protected than today.
	environment config.Entry[config.Environment]
	release     published.Release
	// evidence is what proves the release to the environment.
	evidence evidence.Evidence
	// direct skips the proof that the environment to promote from runs the release,
	// and promotedFrom says that a promotion has made it.
	direct       bool
	promotedFrom string
	// allowDiverged lets an older or diverged commit replace the live one.
	allowDiverged bool
}

// stricter is the environment as a release has it, protected as that or today's
// slipway.yaml says: a release from before the protection does not get around it.
func stricter(recorded, today config.Environment) config.Environment {
	recorded.Protected = recorded.Protected || today.Protected
	recorded.PromoteFrom = cmp.Or(today.PromoteFrom, recorded.PromoteFrom)
	return recorded
}

// admit says whether the release may go to the environment at all.
func (a admission) admit(ctx context.Context) error {
	if a.environment.Value.Protected {
		if err := admitProtected(a.environment.Name, a.release.Record); err != nil {
			return err
		}
		if err := admitFiles(ctx, a.workspace, "deploying", a.environment.Name, a.release); err != nil {
			return err
		}
		if err := admitProven("deploying", a.environment.Name, a.release, a.evidence); err != nil {
			return err
		}
	}
	from := a.environment.Value.PromoteFrom
	if from == "" || a.promotedFrom != "" && !a.direct {
		return nil
	}
	if a.direct {
		a.workspace.Notice(report.Warning, "release %s goes to %s directly: nobody asked whether %s has verified it", a.release.Record.Tag, a.environment.Name, from)
		return nil
	}
	return a.provenIn(ctx, from)
}

// admitProtected refuses what was not fully released.
func admitProtected(environment string, record release.Record) error {
	if !record.Final {
		return refuse("deploying %q: the protected environment %q takes no release without a build number or from a changed tree; publish the commit from CI, or with --build-number", record.Tag, environment)
	}
	for _, name := range slices.Sorted(maps.Keys(record.Checks)) {
		if !record.Checks[name].Passed {
			return refuse("deploying %q: the protected environment %q takes no release whose checks were skipped, and check %q was; publish the commit with the checks, and another --build-number", record.Tag, environment, name)
		}
	}
	return nil
}

// provenIn wants the environment "from" to have verified the release on all of
// its targets, which are those that the release was published with, in one deploy or
// in several. Nothing of it is read but its journal.
func (a admission) provenIn(ctx context.Context, from string) error {
	source, err := a.workspace.Environment(from)
	if err != nil {
		return err
	}
	journal, err := a.targets.Journal(ctx, source)
	if err != nil {
		return err
	}
	unproven := source.Value.Deploy.Names()
	if then, err := recordedEnvironment(a.workspace.Config, from, a.release); err == nil {
		unproven = then.Value.Deploy.Names()
	}
	released, other := digests(a.release.Record), ""
	for entry, err := range journal.Entries(ctx) {
		if err != nil {
			return fmt.Errorf("reading the history of %q: %w", from, err)
		}
		if entry.Tag == a.release.Record.Tag && entry.Commit == a.release.Record.Commit && entry.Outcome.Verified() {
			if image := differing(released, entry.Digests); image != "" {
				other = cmp.Or(other, fmt.Sprintf("it verified image %q of %s as %s, and the record in registry %q says %s",
					image, entry.Tag, cmp.Or(entry.Digests[image], "missing"), a.release.In.Name, cmp.Or(released[image], "missing")))
				continue
			}
			unproven = slices.DeleteFunc(unproven, func(target string) bool { return slices.Contains(entry.Targets, target) })
		}
		if len(unproven) == 0 {
			break
		}
	}
	if len(unproven) == 0 {
		return nil
	}
	if other != "" {
		return refuse("deploying %q to %q: releases come there from %q, which has not verified this one: %s; somebody has changed the record: publish the commit again, with another build number",
			a.release.Record.Tag, a.environment.Name, from, other)
	}
	return a.unproven(from)
}

// differing is the name of an image that two releases have with other digests, if any.
func differing(a, b map[string]string) string {
	for _, name := range slices.Sorted(maps.Keys(a)) {
		if a[name] != b[name] {
			return name
		}
	}
	for _, name := range slices.Sorted(maps.Keys(b)) {
		if a[name] != b[name] {
			return name
		}
	}
	return ""
}

// unproven is the refusal of a release that the environment "from" has not verified.
func (a admission) unproven(from string) error {
	return refuse("deploying %q to %q: releases come there from %q, which has not verified this one: run `slipway deploy --env %s --tag %s` first, or skip that with --direct",
		a.release.Record.Tag, a.environment.Name, from, from, a.release.Record.Tag)
}
