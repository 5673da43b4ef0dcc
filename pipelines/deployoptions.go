package pipelines

import (
	"context"
	"slices"
	"strings"
	"time"

	"git.example/slipway/pipelines/config"
	"git.example/slipway/pipelines/targets"
	"git.example/slipway/pipelines/workspace"
)

// DeployOptions say what to deploy and where.
type DeployOptions struct {
	// Env is the environment; the one that matches this build, or the only one,
	// when empty.
	Env string
	// Tag of the release; that of DEPLOY_TAG, or else the newest one of this commit,
	// when empty.
	Tag string
	// Only are the targets to deploy; all when empty. AutoTargets alone stands for
	// those that differ from what is live.
	Only []string
	// Paths are the only files or directories of git sync targets to change,
	// relative to the project, on top of what is live; all when empty.
	Paths []string
	// AllowDiverged lets an older or diverged commit replace the live one.
	AllowDiverged bool
	// Direct skips the proof that the environment to promote from runs it.
	Direct bool
	// NoTfvars leaves the tag maps of Terraform targets as they are: the tags are
	// passed to this run instead.
	NoTfvars bool
	// LockWait is how long to wait for another deploy; zero fails at once.
	LockWait time.Duration
	// Plan is a saved plan: the deploy does exactly that, or nothing. It names the
	// environment, the release and the targets.
	Plan *SavedPlan
	// Confirm asks before a protected environment is changed, with what would be done;
	// an error stops the deploy. What was agreed to is done, or nothing. Nil does not
	// ask.
	Confirm func(ctx context.Context, question Question) error

	// promotedFrom is the environment of a promotion, which has made its proof.
	promotedFrom string
	// published is the digest of the record that this run has written; empty when it
	// has written none.
	published string
}

// AutoTargets among DeployOptions.Only stands for the targets that differ from
// what is live.
const AutoTargets = config.AutoTargets

// check refuses options that contradict each other, or the environment.
func (o DeployOptions) check(e config.Entry[config.Environment]) error {
	if _, err := o.changedOnly(); err != nil {
		return err
	}
	return targets.CheckOnly(e, slices.DeleteFunc(slices.Clone(o.Only), func(name string) bool { return name == AutoTargets }))
}

// changedOnly says that only targets that differ from what is live are asked for.
// It takes AutoTargets out of o.
func (o *DeployOptions) changedOnly() (bool, error) {
	if !slices.Contains(o.Only, AutoTargets) {
		return false, nil
	}
	if len(o.Only) > 1 {
		return false, workspace.Usage("--only %s: auto stands for all targets that differ from what is live, so it stands alone", strings.Join(o.Only, ","))
	}
	if len(o.Paths) > 0 {
		return false, workspace.Usage("--paths says what changes, and --only auto finds it: use one of them")
	}
	o.Only = nil
	return true, nil
}
