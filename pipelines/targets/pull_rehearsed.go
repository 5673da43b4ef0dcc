package targets

import (
	"context"

	"git.example/slipway/pipelines/config"
	"git.example/slipway/pipelines/deploy"
	"git.example/slipway/pipelines/deploy/rehearsal"
)

// pulls are those of an environment: what a deploy pulls, with its login. That the
// registry can't be used from here is a finding.
func (e *Environments) pulls(ctx context.Context, environment config.Entry[config.Environment]) (pulls, deploy.Finding) {
	var p pulls
	finding := rehearsal.Step(ctx, "registry", func(ctx context.Context) (string, string, error) {
		const advice = "see registries in slipway.yaml"
		registry, err := e.registries.Destination(ctx, environment.Value.Registry)
		if err != nil {
			return "", advice, err
		}
		s := e.bare(environment)
		s.registry = registry
		login, err := s.login(ctx)
		if err != nil {
			return "", advice, err
		}
		latest, found, err := e.registries.Latest(ctx, registry)
		if err != nil {
			return "", advice, err
		}
		p = pulls{absent: registry.Records() + ":slipway-setup", login: login}
		if !found {
			return registry.Prefix() + ", where nothing is published yet", "", nil
		}
		p.newest = latest
		p.desired = describedOf(latest, environment.Name, registry)
		p.desired.Login = login
		return registry.Prefix() + ", where " + latest.Record.Tag + " is", "", nil
	})
	p.checkout, p.unfit = Files(ctx, e.workspace)
	return p, finding
}
