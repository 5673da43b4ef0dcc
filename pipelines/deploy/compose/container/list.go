package container

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"git.example/slipway/pipelines/deploy/compose/stack"
	"git.example/slipway/pipelines/shell"
)

// List is the containers of a compose project that are no one-off commands, in
// the order of docker's list. With a service, only that one's.
func List(ctx context.Context, s stack.Stack, project, service string) ([]Container, error) {
	filter := "--filter label=" + LabelProject + "=" + shell.Quote(project)
	if service != "" {
		filter += " --filter label=" + LabelService + "=" + shell.Quote(service)
	}
	script := &stack.Script{}
	script.Raw("ids=$(docker ps -aq --no-trunc " + filter + ") || exit")
	script.Raw(`[ -z "$ids" ] || docker inspect --type container $ids || true`) // one may be removed by now
	out, err := s.Output(ctx, script)
	if err != nil {
		return nil, fmt.Errorf("listing containers: %w", err)
	}
	return parse(out)
}

// Named are the containers with those names that there are, by name.
func Named(ctx context.Context, s stack.Stack, names []string) (map[string]Container, error) {
	if len(names) == 0 {
		return nil, nil
	}
	script := &stack.Script{}
	script.Raw(shell.Words(append([]string{"docker", "inspect", "--type", "container"}, names...)...) + " 2>/dev/null || true")
	out, err := s.Output(ctx, script)
	if err != nil {
		return nil, fmt.Errorf("inspecting containers %s: %w", strings.Join(names, ", "), err)
	}
	all, err := parse(out)
	if err != nil {
		return nil, err
	}
	found := map[string]Container{}
	for _, name := range names {
		for _, c := range all {
			if c.Name == name || strings.HasPrefix(c.ID, name) {
				found[name] = c
			}
		}
	}
	return found, nil
}

// parse reads what docker inspect has printed, without one-off commands.
func parse(out []byte) ([]Container, error) {
	var all []Container
	if len(bytes.TrimSpace(out)) == 0 {
		return nil, nil
	}
	if err := json.Unmarshal(out, &all); err != nil {
		return nil, fmt.Errorf("reading docker inspect: %w", err)
	}
	found := all[:0]
	for _, c := range all {
		if c.Config.Labels[LabelOneOff] != "True" {
			c.Name = strings.TrimPrefix(c.Name, "/")
			found = append(found, c)
		}
	}
	return found, nil
}
