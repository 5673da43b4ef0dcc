package model

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"

	"git.example/slipway/pipelines/deploy/compose/stack"
	"git.example/slipway/pipelines/shell"
)

// Refer hashes services as compose does when it starts them: with the ids of the
// containers that they refer to, and with what use_api_socket stands for. first
// is the id of the container that compose finds for a service; a service that
// refers to one without a container has no hash. The hashes are in m.Hashes as
// soon as they are known: first may go by those of services before.
func (m Model) Refer(ctx context.Context, s stack.Stack, first func(service string) string) error {
	left := slices.DeleteFunc(m.Order(), func(name string) bool { return !m.resolvedAtStart(name) })
	for _, name := range left {
		m.Hashes[name] = ""
	}
	for len(left) > 0 {
		// A service in another that is in a third one: the third comes first.
		now := slices.DeleteFunc(slices.Clone(left), func(name string) bool {
			return slices.ContainsFunc(m.References(name), func(r Reference) bool { return r.byService() && slices.Contains(left, r.Service) })
		})
		if len(now) == 0 {
			return fmt.Errorf("services %s are each in the other's namespace", strings.Join(left, ", "))
		}
		hashes, err := m.hashReferring(ctx, s, now, first)
		if err != nil {
			return err
		}
		maps.Copy(m.Hashes, hashes)
		left = slices.DeleteFunc(left, func(name string) bool { return slices.Contains(now, name) })
	}
	return nil
}

// hashReferring has the host's compose hash services with an override that says
// what it would write into them itself.
func (m Model) hashReferring(ctx context.Context, s stack.Stack, services []string, first func(string) string) (map[string]string, error) {
	override := ""
	var asked []string
	for _, name := range services {
		if text, ok := m.written(name, first); ok {
			override += fmt.Sprintf("  %q:\n%s", name, text)
			asked = append(asked, name)
		}
	}
	if len(asked) == 0 {
		return nil, nil
	}
	script := &stack.Script{}
	dir := script.Temporary()
	script.File(dir+"/model.yml", m.resolved)
	script.File(dir+"/references.yml", "services:\n"+override)
	script.Raw(shell.Words(hashWords(s, m.Name, dir+"/model.yml", dir+"/references.yml")...))
	out, err := s.Output(ctx, script)
	if err != nil {
		return nil, fmt.Errorf("hashing services that refer to others: %w", stack.Failure(err))
	}
	hashes := parseHashes(string(out))
	maps.DeleteFunc(hashes, func(name, _ string) bool { return !slices.Contains(asked, name) })
	return hashes, nil
}

// written is what compose writes into a service when it starts it, as YAML; not
// ok when a container that it refers to is not there.
func (m Model) written(name string, first func(string) string) (text string, ok bool) {
	s := m.Project.Services[name]
	var from []string
	for _, r := range m.References(name) {
		id := r.Container
		if r.byService() {
			if id = first(r.Service); id == "" {
				return "", false
			}
		}
		if r.Key == "volumes_from" {
			from = append(from, strconv.Quote(id)) // without its mode: so does compose
		} else {
			text += fmt.Sprintf("    %s: %q\n", r.Key, types.ContainerPrefix+id)
		}
	}
	if len(from) > 0 {
		text += "    volumes_from: !override [" + strings.Join(from, ", ") + "]\n"
	}
	if s.UseAPISocket {
		text += apiSocket
		if _, set := s.Environment["DOCKER_CONFIG"]; !set {
			text += "    environment: {DOCKER_CONFIG: /run/secrets/docker}\n"
		}
	}
	return text, true
}

// apiSocket is what compose takes use_api_socket for.
const apiSocket = `    volumes: [{type: bind, source: /var/run/docker.sock, target: /var/run/docker.sock}]
    configs: [{source: "#apisocket", target: /run/secrets/docker/config.json}]
`
