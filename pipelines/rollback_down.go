package pipelines

import (
	"git.example/slipway/pipelines/deploy"
	"git.example/slipway/pipelines/lazy"
	"git.example/slipway/pipelines/targets"
	"git.example/slipway/pipelines/workspace"
)

var namedService = lazy.Regexp(`^([a-zA-Z0-9._-]+): +(.+)$`)

// downSteps reads the commands that undo migrations.
func downSteps(e *targets.Environment, commands []string) ([]deploy.Step, error) {
	var steps []deploy.Step
	for _, text := range commands {
		step, err := downStep(e, text)
		if err != nil {
			return nil, err
		}
		steps = append(steps, step)
	}
	return steps, nil
}

func downStep(e *targets.Environment, text string) (deploy.Step, error) {
	service, line := "", text
	if named := namedService().FindStringSubmatch(text); named != nil {
		service, line = named[1], named[2]
	}
	for _, target := range e.Targets {
		before := target.Before()
		switch {
		case service == "" && len(before) > 0:
			service = before[0].Service
		case service == "" || len(before) == 0 && len(e.Targets) > 1:
			continue
		}
		return deploy.Step{Target: target.Name(), Service: service, Command: []string{"/bin/sh", "-c", line}}, nil
	}
	return deploy.Step{}, workspace.Usage("running %q: no target of environment %q has steps before its deploy, so say in which service, as --down \"SERVICE: %s\"", line, e.Name, line)
}
