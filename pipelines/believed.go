package pipelines

import (
	"context"
	"strings"

	"git.example/slipway/pipelines/config"
	"git.example/slipway/pipelines/deploy/journal"
	"git.example/slipway/pipelines/evidence"
	"git.example/slipway/pipelines/published"
	"git.example/slipway/pipelines/report"
	"git.example/slipway/pipelines/workspace"
)

// evidence is what proves a release to an environment, which is as the checkout has
// it. Published is the digest of the record that this run has written, if any.
func (p preparation) evidence(ctx context.Context, configured config.Entry[config.Environment], found published.Release, published string) (evidence.Evidence, error) {
	return evidence.Find(ctx, evidence.Question{
		Workspace: p.workspace, Environment: configured, Release: found, Registries: p.registries, Published: published,
		Journal: func(ctx context.Context) (*journal.Journal, error) { return p.targets.Journal(ctx, configured) },
	})
}

// believedEnvironment is the environment to deploy a release to: hosts, targets and
// secrets as the release's own slipway.yaml has them where that is proven, else as
// the checkout has them.
func believedEnvironment(w *workspace.Workspace, configured config.Entry[config.Environment], found published.Release, proof evidence.Evidence) (config.Entry[config.Environment], error) {
	if proof.Revoked {
		return configured, revoked(w, "deploying", found.Record.Tag)
	}
	if !configured.Value.Protected && proof.Unsigned != nil {
		w.Notice(report.Warning, "release %s is not signed as trust: of %s wants it: %v", found.Record.Tag, w.Config.Path, proof.Unsigned)
	}
	if proof.Kind != evidence.None {
		return recordedEnvironment(w.Config, configured.Name, found)
	}
	if !configured.Value.Protected {
		w.Notice(report.Warning, "nothing proves what release %s is (%s): hosts, targets and secrets are those of %s here, and its other files are as the registry has them",
			found.Record.Tag, because(proof), w.Config.Path)
	}
	return configured, admitSecrets(w, found)
}

// admitProven refuses a release that nothing proves to a protected environment. Doing
// is what is being done, such as "deploying".
func admitProven(doing, environment string, found published.Release, proof evidence.Evidence) error {
	if proof.Unsigned != nil {
		return refuse("%s %q: the protected environment %q takes no release that is not signed as trust: in slipway.yaml wants it: %v, in %s; publish the commit where releases are signed, with another build number",
			doing, found.Record.Tag, environment, proof.Unsigned, found.Reference)
	}
	if proof.Kind.Lasting() {
		return nil
	}
	return refuse("%s %q: the protected environment %q takes no release that nothing proves, and anybody who may push to %s can write a record: %s; check out a commit whose history has it, and publish it again if its record was changed",
		doing, found.Record.Tag, environment, found.Reference, because(proof))
}

// revoked is the refusal of a release that slipway.yaml has revoked.
func revoked(w *workspace.Workspace, doing, tag string) error {
	return refuse("%s %q: it is revoked, by trust.revoked in %s: deploy another release", doing, tag, w.Config.Path)
}

// because are the reasons why nothing proves a release, in one line.
func because(proof evidence.Evidence) string {
	if proof.Why == nil {
		return "nothing was found"
	}
	return strings.ReplaceAll(proof.Why.Error(), "\n", "; and ")
}
