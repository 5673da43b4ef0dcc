package pipelines

import (
	"context"

	"git.example/slipway/pipelines/deploy"
	"git.example/slipway/pipelines/deploy/rollout"
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
}

// Verify compares what runs with what should run. It changes nothing.
func (p *Project) Verify(ctx context.Context, o VerifyOptions) (Verified, error) {
	today, err := p.workspace.Environment(o.Env)
	if err != nil {
		return Verified{}, err
	}
	environment, err := p.targets.Open(ctx, today, nil)
	if err != nil {
		return Verified{}, err
	}
	targets := make([]deploy.Target, len(environment.Targets))
	for i, target := range environment.Targets {
		targets[i] = target.Target
	}
	live, desired, err := rollout.Live(ctx, environment.Journal)
	if err != nil {
		return Verified{}, err
	}
	proofs, err := rollout.Verify(ctx, live, desired, targets)
	if err != nil {
		return Verified{}, err
	}
	result := Verified{Environment: environment.Name, Tag: live.Tag, Running: map[string][]deploy.Running{}}
	for _, target := range environment.Targets {
		proof := proofs[target.Name()]
		result.Running[target.Name()] = proof.Running
		result.Drift = append(result.Drift, proof.Drift...)
	}
	return result, nil
}
