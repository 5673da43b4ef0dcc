package targets

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"

	"git.example/slipway/pipelines/composefile"
	"git.example/slipway/pipelines/deploy"
	"git.example/slipway/pipelines/deploy/compose"
	"git.example/slipway/pipelines/release"
)

// contents are the services, as the compose files give them with the release's
// variables. Variables of which only the host or a secret store has the values are
// stood in for.
func (k composeKind) contents(ctx context.Context, s *site, d deploy.Desired) ([]string, error) {
	contents := map[string][]byte{}
	for name, text := range d.Files {
		contents[name] = []byte(text)
	}
	env, standIns := k.variables(d, contents)
	stack, err := composefile.Load(ctx, composefile.Options{Files: d.Main, Contents: contents, Dir: k.dirOffline(s), Name: k.Project, Env: env})
	if err != nil && len(standIns) > 0 {
		return []string{fmt.Sprintf("not known without the values of %s: %v", strings.Join(standIns, ", "), err)}, nil
	}
	if err != nil {
		return nil, err
	}
	for _, step := range slices.Concat(k.Before, k.After) {
		_, enabled := stack.Services[step.Service]
		if _, inProfile := stack.DisabledServices[step.Service]; !enabled && !inProfile {
			return nil, fmt.Errorf("a step runs in service %q, which %s does not have: it has %s", step.Service, strings.Join(d.Main, ", "), strings.Join(stack.ServiceNames(), ", "))
		}
	}
	var lines []string
	for _, name := range composefile.Order(stack) {
		lines = append(lines, serviceLine(stack.Services[name]))
	}
	if resources := compose.Defined(stack); resources != "" {
		lines = append(lines, resources+": what the host already has is kept as it was made, and was not looked at")
	}
	if len(standIns) > 0 {
		lines = append(lines, "values that only the host or a secret store has: "+strings.Join(standIns, ", "))
	}
	return lines, nil
}

// variables are what the files are interpolated with, and the names of those that
// are stood in for.
func (k composeKind) variables(d deploy.Desired, contents map[string][]byte) (env map[string]string, standIns []string) {
	env = maps.Clone(d.Variables)
	if k.Env != nil {
		for key, value := range k.Env.Set {
			env[key] = value
		}
		if k.Env.AWSSecretsManager != nil {
			for _, key := range k.Env.AWSSecretsManager.Keys {
				env[key] = "1"
			}
		}
	}
	if k.Env != nil && !k.keysUnknown() {
		return env, nil
	}
	files := slices.Clone(d.Main)
	for name := range takenIn(d.Main, contents) {
		files = append(files, name)
	}
	slices.Sort(files)
	for _, file := range files {
		for _, v := range composefile.Variables(contents[file]) {
			if _, set := env[v.Name]; !set && !v.Default && !slices.Contains(standIns, v.Name) {
				standIns = append(standIns, v.Name)
			}
		}
	}
	for _, name := range standIns {
		env[name] = "1"
	}
	return env, standIns
}

// keysUnknown says that only AWS knows which variables the env file has.
func (k composeKind) keysUnknown() bool {
	secret := k.Env.AWSSecretsManager
	return k.Env.AWSParameters != "" || secret != nil && secret.As == "" && len(secret.Keys) == 0
}

// dirOffline is the stack's directory, where that is known without its host.
func (k composeKind) dirOffline(s *site) string {
	if k.Path == "" {
		return s.workspace.Dir
	}
	return k.Path
}

// serviceLine reads as "web: shop/web (built at publish), 2 replicas".
func serviceLine(s types.ServiceConfig) string {
	line := s.Name + ": " + release.ShowPending(s.Image)
	if n := s.GetScale(); n != 1 {
		line += fmt.Sprintf(", %d replicas", n)
	}
	var ports []string
	for _, p := range s.Ports {
		if p.Published != "" {
			ports = append(ports, p.Published)
		}
	}
	if len(ports) > 0 {
		line += ", port " + strings.Join(ports, ", ")
	}
	return line
}
