package pipelines

import (
	"context"

	"git.example/slipway/pipelines/deploy"
	"git.example/slipway/pipelines/deploy/rollout"
	"git.example/slipway/pipelines/report"
	"git.example/slipway/pipelines/targets"
	"git.example/slipway/pipelines/trust"
	"git.example/slipway/pipelines/workspace"
)

// VerifyOptions say what to verify.
type VerifyOptions struct {
	Env string
}

// Verified is what runs in an environment, compared with its live release.
type Verified struct {
	Environment string `json:"environment"`
	Tag         string `json:"tag"`
	// Running by target.
	Running map[string][]deploy.Running `json:"running"`
	// Drift is every difference; none is the proof.
	Drift []deploy.Drift `json:"drift,omitempty"`
	// Untrusted is why trust: does not accept the live release, where it does not.
	Untrusted string `json:"untrusted,omitempty"`
}

// Verify compares what runs with what should run: all targets that are live, where
// they were deployed, whatever slipway.yaml says by now. It changes nothing.
func (p *Project) Verify(ctx context.Context, o VerifyOptions) (Verified, error) {
	return verify(ctx, p.workspace, p.targets, o)
}

func verify(ctx context.Context, w *workspace.Workspace, opened *targets.Environments, o VerifyOptions) (Verified, error) {
	configured, err := w.Environment(o.Env)
	if err != nil {
		return Verified{}, err
	}
	kept, err := opened.Journal(ctx, configured)
	if err != nil {
		return Verified{}, err
	}
	live, desired, err := rollout.Live(ctx, kept)
	if err != nil {
		return Verified{}, err
	}
	environment, err := opened.Recorded(ctx, configured, desired, desired, nil)
	if err != nil {
		return Verified{}, err
	}
	for _, name := range configured.Value.Deploy.Names() {
		if _, deployed := desired[name]; !deployed {
			w.Notice(report.Info, "target %q was not deployed yet", name)
		}
	}
	all := make([]deploy.Target, len(environment.Targets))
	for i, target := range environment.Targets {
		all[i] = target.Target
	}
	proofs, err := rollout.Verify(ctx, live, desired, all)
	if err != nil {
		return Verified{}, err
	}
	why, err := untrusted(trust.Of(w), live)
	if err != nil {
		return Verified{}, err
	}
	result := Verified{Untrusted: why, Environment: environment.Name, Tag: live.Tag, Running: map[string][]deploy.Running{}}
	for _, target := range environment.Targets {
		proof := proofs[target.Name()]
		result.Running[target.Name()] = proof.Running
		result.Drift = append(result.Drift, proof.Drift...)
	}
	return result, nil
}
