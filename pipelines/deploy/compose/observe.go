package compose

import (
	"context"
	"fmt"
	"path"
	"strings"

	"git.example/slipway/pipelines/command"
	"git.example/slipway/pipelines/config"
	"git.example/slipway/pipelines/deploy"
	"git.example/slipway/pipelines/shell"
)

// observation is what Plan works from.
type observation struct {
	model model
	// containers by service.
	containers map[string][]container
	state      state
	env        envFile
	// published are the host ports that containers publish.
	published []publication
	// scale is how many containers services have, by slipway.yaml.
	scale config.Map[int]
	proxy proxyState
}

// Observe reads the stack. It fails when the stack is not ours to change.
func (t *Target) Observe(ctx context.Context, d deploy.Desired) (deploy.Observed, error) {
	o, err := t.observe(ctx, d)
	if err != nil {
		return deploy.Observed{}, err
	}
	if o.published, err = t.publications(ctx); err != nil {
		return deploy.Observed{}, err
	}
	observed := deploy.Observed{State: o, Running: o.running()}
	if o.state.Project == "" && len(o.containers) > 0 {
		observed.Previous, err = t.adopt(ctx, d, o)
	}
	return observed, err
}

func (t *Target) observe(ctx context.Context, d deploy.Desired) (observation, error) {
	o := observation{scale: t.Config.Scale}
	var err error
	if o.state, err = t.readState(ctx); err != nil {
		return o, err
	}
	if o.env, err = t.readEnvFile(ctx, t.envName()); err != nil {
		return o, err
	}
	if err := o.env.refuseHandMade(d); err != nil {
		return o, err
	}
	o.model.name = o.state.Project
	if len(d.Main) > 0 {
		env, err := t.interpolation(ctx, d, o.env)
		if err != nil {
			return o, err
		}
		if o.model, err = t.loadPins(ctx, d, env); err != nil {
			return o, err
		}
		if o.model, err = t.resolve(ctx, d, o.model, o.env); err != nil {
			return o, err
		}
	}
	if o.model.name == "" {
		return o, nil // nothing is there, and nothing is wanted
	}
	if o.state.Project != "" && o.state.Project != o.model.name {
		return o, fmt.Errorf("the stack in %q runs as compose project %q, and the release calls it %q: "+
			"set project: %s in slipway.yaml, or take the old stack down first", t.Dir, o.state.Project, o.model.name, o.state.Project)
	}
	found, err := t.containers(ctx, o.model.name, "")
	if err != nil {
		return o, err
	}
	if err := t.fillDigests(ctx, found); err != nil {
		return o, err
	}
	o.containers = map[string][]container{}
	for _, c := range found {
		o.containers[c.service()] = append(o.containers[c.service()], c)
	}
	if t.Config.Switch != nil && o.model.project != nil {
		if o.proxy, err = t.observeProxy(ctx, d); err != nil {
			return o, err
		}
	}
	return o, t.refuseForeign(ctx, o.model.name, found)
}

// refuseForeign is the error when containers of the project's name belong to a
// stack in another directory.
func (t *Target) refuseForeign(ctx context.Context, project string, found []container) error {
	for _, c := range found {
		dir := c.Config.Labels[labelDir]
		if dir == "" || path.Clean(dir) == path.Clean(t.Dir) {
			continue
		}
		s := &script{}
		s.Raw(`[ "$(cd ` + shell.Quote(dir) + ` && pwd -P)" = "$(cd ` + shell.Quote(t.Dir) + ` && pwd -P)" ]`)
		_, err := t.output(ctx, s)
		if err == nil {
			continue // the same directory by another way
		}
		if command.ExitCode(err) < 0 {
			return fmt.Errorf("comparing directories: %w", err)
		}
		return fmt.Errorf("compose project %q runs already, from the directory %q: it is not this target's (%q); "+
			"give this one another name with project: in slipway.yaml", project, dir, t.Dir)
	}
	return nil
}

func (o observation) running() []deploy.Running {
	var running []deploy.Running
	for _, service := range sortedKeys(o.containers) {
		for _, c := range o.containers[service] {
			running = append(running, deploy.Running{Subject: service, ID: c.ID, Image: c.image(), State: c.status()})
		}
	}
	return running
}

// publication is a host port that a container publishes.
type publication struct {
	container, project, service string
	// address and port read as "0.0.0.0" and "8080/tcp".
	address, port string
}

// publications are the host ports that running containers publish.
func (t *Target) publications(ctx context.Context) ([]publication, error) {
	s := &script{}
	s.Line("docker", "ps", "--no-trunc", "--format",
		`{{.Names}}|{{.Label "`+labelProject+`"}}|{{.Label "`+labelService+`"}}|{{.Ports}}`)
	out, err := t.output(ctx, s)
	if err != nil {
		return nil, fmt.Errorf("listing published ports: %w", err)
	}
	var all []publication
	for line := range strings.Lines(string(out)) {
		fields := strings.SplitN(strings.TrimSpace(line), "|", 4)
		if len(fields) < 4 {
			continue
		}
		for port := range strings.SplitSeq(fields[3], ", ") {
			host, inner, ok := strings.Cut(port, "->")
			colon := strings.LastIndexByte(host, ':')
			if !ok || colon < 0 {
				continue
			}
			_, protocol, _ := strings.Cut(inner, "/")
			all = append(all, publication{
				container: fields[0], project: fields[1], service: fields[2],
				address: strings.Trim(host[:colon], "[]"), port: host[colon+1:] + "/" + protocol,
			})
		}
	}
	return all, nil
}
