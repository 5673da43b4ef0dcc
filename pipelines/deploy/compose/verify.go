package compose

import (
	"context"
	"strings"
	"time"

	"git.example/slipway/pipelines/composefile"
	"git.example/slipway/pipelines/deploy"
	"git.example/slipway/pipelines/report"
)

// Verify looks at every container of the release's services: the digest of the
// image it really runs, its configuration, its state. Health checks that have
// just begun are waited for.
func (t *Target) Verify(ctx context.Context, d deploy.Desired) (deploy.Proof, error) {
	deadline := time.Now().Add(t.healthTimeout())
	for {
		o, err := t.observe(ctx, d)
		if err != nil {
			return deploy.Proof{}, err
		}
		if !o.starting() || time.Now().After(deadline) {
			return deploy.Proof{Running: o.running(), Drift: o.drift(d)}, nil
		}
		select {
		case <-ctx.Done():
			return deploy.Proof{}, context.Cause(ctx)
		case <-time.After(t.poll()):
		}
	}
}

func (o observation) starting() bool {
	for _, containers := range o.containers {
		for _, c := range containers {
			if c.health() == "starting" || c.State.Status == stateRestarting {
				return true
			}
		}
	}
	return false
}

// drift is every difference between the stack and d.
func (o observation) drift(d deploy.Desired) []deploy.Drift {
	var drift []deploy.Drift
	if !o.env.applied(d) {
		drift = append(drift, deploy.Drift{Subject: o.env.path, Kind: deploy.DriftEnv})
	}
	wanted := map[string]bool{}
	if o.model.project != nil {
		for _, name := range composefile.Order(o.model.project) {
			wanted[name] = true
			drift = append(drift, o.serviceDrift(name)...)
		}
	}
	for _, name := range o.state.Services {
		if !wanted[name] && len(o.containers[name]) > 0 {
			drift = append(drift, deploy.Drift{Subject: name, Kind: deploy.DriftExtra, Got: describe(o.containers[name])})
		}
	}
	if len(drift) == 0 {
		drift = o.proxyDrift()
	}
	return drift
}

// proxyDrift is a file of the proxy that is not the one for what runs.
func (o observation) proxyDrift() []deploy.Drift {
	if o.proxy.path == "" || o.model.project == nil {
		return nil
	}
	services := composefile.Order(o.model.project)
	routes, err := routed(o.proxy.template, services)
	if err != nil {
		return nil // planning says so
	}
	var all []container
	for _, name := range sortedKeys(o.containers) {
		all = append(all, o.containers[name]...)
	}
	if o.proxy.current(live(all, routes, nil), services, o.networksOf(o.proxy.service)) {
		return nil
	}
	return []deploy.Drift{{Subject: o.proxy.path, Kind: deploy.DriftConfig, Got: "edited, or its containers have other addresses"}}
}

func (o observation) serviceDrift(name string) []deploy.Drift {
	service := o.model.project.Services[name]
	accepted, want := o.model.accepted[name], o.replicas(service)
	var drift []deploy.Drift
	for _, c := range o.containers[name] {
		switch {
		case len(accepted) > 0 && !c.runs(accepted):
			drift = append(drift, deploy.Drift{Subject: name, Kind: deploy.DriftImage, Want: strings.Join(accepted, " or "), Got: c.image()})
		case c.hash() != o.model.hashes[name]:
			drift = append(drift, deploy.Drift{Subject: name, Kind: deploy.DriftConfig, Got: c.name()})
		case !well(c, o.ends(service)):
			drift = append(drift, deploy.Drift{Subject: name, Kind: deploy.DriftState, Want: stateRunning, Got: c.status()})
		}
	}
	switch have := len(o.containers[name]); {
	case have < want:
		drift = append(drift, deploy.Drift{Subject: name, Kind: deploy.DriftMissing, Want: report.Count(want, "container"), Got: report.Count(have, "container")})
	case have > want:
		drift = append(drift, deploy.Drift{Subject: name, Kind: deploy.DriftExtra, Want: report.Count(want, "container"), Got: report.Count(have, "container")})
	}
	return drift
}
