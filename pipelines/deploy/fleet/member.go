package fleet

import "git.example/slipway/pipelines/deploy"

// of is what d wants of one host.
func of(d deploy.Desired, host string) deploy.Desired {
	if d.Hosts == nil {
		return d
	}
	own, ok := d.Hosts[host]
	if !ok {
		own = deploy.Desired{Project: d.Project, Environment: d.Environment}
	}
	own.Env, own.Login, own.Returning, own.Reachable = d.Env, d.Login, d.Returning, d.Reachable
	return own
}

func allOf(all []deploy.Desired, host string) []deploy.Desired {
	own := make([]deploy.Desired, len(all))
	for i, d := range all {
		own[i] = of(d, host)
	}
	return own
}

func named(host string, running []deploy.Running) []deploy.Running {
	all := make([]deploy.Running, len(running))
	for i, r := range running {
		r.Host = host
		all[i] = r
	}
	return all
}
