package pipelines

import (
	"context"

	"git.example/slipway/pipelines/deploy"
	"git.example/slipway/pipelines/deploy/rollout"
	"git.example/slipway/pipelines/report"
)

// Deploy brings one release to one environment and proves that it runs. It
// uses the files that were recorded with the release, never the working tree's.
// A release that is not healthy is a *rollout.Failure, and the one before it
// runs again.
func (p *Project) Deploy(ctx context.Context, o DeployOptions) (rollout.Result, error) {
	if err := o.takePlan(p.Config.Project); err != nil {
		return rollout.Result{}, err
	}
	r, err := preparation{p.workspace, p.registries, p.targets}.ready(ctx, o)
	if err != nil {
		return rollout.Result{}, err
	}
	d := r.deployment
	if err := o.Plan.expect(&d, r.release); err != nil {
		return rollout.Result{}, err
	}
	if err := r.admission.admit(ctx); err != nil {
		return rollout.Result{}, err
	}
	if len(d.Targets) == 0 {
		return nothingToDo(ctx, d)
	}
	config := r.environment.Config
	if config.Protected && o.Confirm != nil {
		if err := r.ask(ctx, &d, o.Confirm); err != nil {
			return rollout.Result{}, err
		}
	}
	if config.Protected && !p.registries.Signatures.Trust.Verifies() {
		p.workspace.Notice(report.Info, "releases are not signed here, so whoever may push to registry %q decides which images they have: trust: in slipway.yaml changes that", config.Registry)
	}
	if err := d.PointToJournal(ctx); err != nil {
		return rollout.Result{}, err
	}
	d.Guard, d.Record = r.admission.guard, r.admission.evidence.Recorded(r.release.Digest)
	d.PromotedFrom, d.Direct = o.promotedFrom, o.Direct && (config.PromoteFrom != "" || o.promotedFrom != "")
	told := announce(p.workspace, r.environment.Name, d, func() (*Shipping, error) { return r.shipping(ctx) })
	d.Begun = told.begun
	result, err := rollout.Run(ctx, d)
	told.ended(ctx, err)
	return result, err
}

// nothingToDo is a deploy that changes nothing: what is live stays.
func nothingToDo(ctx context.Context, d rollout.Deployment) (rollout.Result, error) {
	result := rollout.Result{Plans: []deploy.Plan{}, Proofs: map[string]deploy.Proof{}}
	live, err := d.Journal.Live(ctx)
	if err == nil && live != nil {
		result.Entry, result.Previous = *live, live.Tag
	}
	return result, err
}
