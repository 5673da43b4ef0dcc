package prove

import (
	"cmp"
	"strings"

	"git.example/slipway/pipelines/deploy"
	"git.example/slipway/pipelines/deploy/compose/container"
	"git.example/slipway/pipelines/deploy/compose/observe"
	"git.example/slipway/pipelines/deploy/compose/proxy"
	"git.example/slipway/pipelines/report"
)

// drift is every difference between the stack and d.
func drift(o observe.Observation, d deploy.Desired) []deploy.Drift {
	var all []deploy.Drift
	if !o.Env.Matches(d) {
		all = append(all, deploy.Drift{Subject: o.Env.Path, Kind: deploy.DriftEnv})
	}
	for _, f := range o.Files {
		if !f.There {
			all = append(all, deploy.Drift{Subject: f.Name, Kind: deploy.DriftFile, Got: "removed on the host"})
		}
		for _, name := range f.Changed {
			all = append(all, deploy.Drift{Subject: name, Kind: deploy.DriftFile, Got: "edited on the host"})
		}
	}
	for _, m := range o.Missing {
		if d.Returning {
			break // the plan has a note of it: what ran before runs again
		}
		all = append(all, deploy.Drift{Subject: m.Path, Kind: deploy.DriftFile, Got: m.Is})
	}
	wanted := map[string]bool{}
	if o.Model.Project != nil {
		for _, name := range o.Model.Order() {
			wanted[name] = true
			all = append(all, serviceDrift(o, name)...)
		}
	}
	for _, name := range o.State.Services {
		if !wanted[name] && len(o.Containers[name]) > 0 {
			all = append(all, deploy.Drift{Subject: name, Kind: deploy.DriftExtra, Got: container.DescribeImages(o.Containers[name])})
		}
	}
	if len(all) == 0 {
		all = proxyDrift(o)
	}
	for _, r := range o.Kept {
		if len(r.Differences) > 0 {
			all = append(all, deploy.Drift{Subject: r.String(), Kind: deploy.DriftKept, Want: "as the compose file has it", Got: r.Differ(), Advice: r.Advice(o.Model.Name)})
		}
	}
	return all
}

// serviceDrift is what is wrong with the containers of a service, and with how
// many there are.
func serviceDrift(o observe.Observation, name string) []deploy.Drift {
	service := o.Model.Project.Services[name]
	want := o.Replicas(service)
	var all []deploy.Drift
	for _, c := range o.Containers[name] {
		switch {
		case !o.RunsRelease(c):
			all = append(all, deploy.Drift{Subject: name, Kind: deploy.DriftImage, Want: strings.Join(o.Model.Accepted[name], " or "), Got: c.Digest()})
		case !o.Current(c):
			all = append(all, deploy.Drift{Subject: name, Kind: deploy.DriftConfig, Got: cmp.Or(o.Elsewhere(c), c.Name)})
		case !c.AsWanted(o.Model.Ends(service)):
			all = append(all, deploy.Drift{Subject: name, Kind: deploy.DriftState, Want: container.StateRunning, Got: c.Status()})
		case o.Stranded(c) != "":
			all = append(all, deploy.Drift{Subject: name, Kind: deploy.DriftState, Got: o.Stranded(c)})
		}
	}
	switch have := len(o.Containers[name]); {
	case have < want:
		all = append(all, deploy.Drift{Subject: name, Kind: deploy.DriftMissing, Want: report.Count(want, "container"), Got: report.Count(have, "container")})
	case have > want:
		all = append(all, deploy.Drift{Subject: name, Kind: deploy.DriftExtra, Want: report.Count(want, "container"), Got: report.Count(have, "container")})
	}
	return all
}

// proxyDrift is a file of the proxy that is not the one for what runs.
func proxyDrift(o observe.Observation) []deploy.Drift {
	if o.Proxy.Path == "" || o.Model.Project == nil {
		return nil
	}
	services := o.Model.Order()
	routes, err := proxy.Routes(o.Proxy.Template, services)
	if err != nil {
		return nil // planning says so
	}
	var all []container.Container
	for _, name := range o.Services() {
		all = append(all, o.Containers[name]...)
	}
	if o.Proxy.FileIsFor(proxy.ServingOf(all, routes, nil), services, o.Model.Networks(o.Proxy.Service)) {
		return nil
	}
	return []deploy.Drift{{Subject: o.Proxy.Path, Kind: deploy.DriftConfig, Got: "edited, or its containers have other addresses"}}
}
