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
	script := &stack.Script{}
	listIDs(script, project, service)
	script.Raw("docker inspect --type container $ids || true") // one may be removed by now
	out, err := s.Output(ctx, script)
	if err != nil {
		return nil, fmt.Errorf("listing containers: %w", err)
	}
	return parse(out)
}

// listIDs has a script put the ids of a project's containers into $ids; it ends when
// there are none.
func listIDs(script *stack.Script, project, service string) {
	filter := "--filter label=" + LabelProject + "=" + shell.Quote(project)
	if service != "" {
		filter += " --filter label=" + LabelService + "=" + shell.Quote(service)
	}
	script.Raw("ids=$(docker ps -aq --no-trunc " + filter + ") || exit")
	script.Raw(`[ -n "$ids" ] || exit 0`)
}

// All asks for the containers of a project that are no one-off commands, in the order
// of docker's list, with the registry digests of their images. An image that was
// removed under its container has none.
func All(project string, found *[]Container) stack.Question {
	script := &stack.Script{}
	listIDs(script, project, "")
	script.Raw("found=$(docker inspect --type container $ids)")
	script.Raw(`printf '%s\n' "$found"`)
	// Beside the ids of images there are the references that containers were started
	// from: docker knows both.
	script.Raw(`images=$(printf '%s\n' "$found" | sed -n 's/^ *"Image": "\([^" ]*\)",*$/\1/p' | sort -u)`)
	script.Raw(`[ -z "$images" ] || docker image inspect --format '{{.Id}} {{json .RepoDigests}}' $images 2>/dev/null || true`)
	return stack.Question{Script: script, Read: func(out []byte, err error) error {
		if err != nil {
			return fmt.Errorf("listing containers: %w", err)
		}
		*found, err = parse(out)
		return err
	}}
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

// parse reads what docker has printed: containers, without one-off commands, and
// behind them lines of an image's id and the list of its references.
func parse(out []byte) ([]Container, error) {
	if len(bytes.TrimSpace(out)) == 0 {
		return nil, nil
	}
	var all []Container
	inspected := json.NewDecoder(bytes.NewReader(out))
	if err := inspected.Decode(&all); err != nil {
		return nil, fmt.Errorf("reading docker inspect: %w", err)
	}
	digests := parseDigests(string(out[inspected.InputOffset():]))
	found := all[:0]
	for _, c := range all {
		if c.Config.Labels[LabelOneOff] != "True" {
			c.Name = strings.TrimPrefix(c.Name, "/")
			c.digests = digests[c.Image]
			found = append(found, c)
		}
	}
	return found, nil
}
