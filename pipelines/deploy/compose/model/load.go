package model

import (
	"context"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/consts"
	"github.com/compose-spec/compose-go/v2/types"

	"git.example/slipway/pipelines/composefile"
	"git.example/slipway/pipelines/deploy"
	"git.example/slipway/pipelines/deploy/compose/envfile"
	"git.example/slipway/pipelines/deploy/compose/hostfiles"
	"git.example/slipway/pipelines/deploy/compose/stack"
)

// Load reads the compose files of d on this machine: the project's name, and
// which services use which of our images. Resolve does the rest.
func Load(ctx context.Context, s stack.Stack, d deploy.Desired, env envfile.File) (Model, error) {
	m := Model{Pins: maps.Clone(d.Adopted), Accepted: map[string][]string{}}
	if m.Pins == nil {
		m.Pins = map[string]string{}
	}
	variables, err := env.Interpolation(ctx, s, d)
	if err != nil {
		return m, err
	}
	if _, set := variables["PWD"]; !set {
		variables["PWD"] = s.Dir // as the host's shell has it
	}
	contents := make(map[string][]byte, len(d.Files))
	for name, content := range d.Files {
		if !filepath.IsLocal(name) {
			return m, fmt.Errorf("reading the release's file %q: it is outside of the project", name)
		}
		contents[name] = []byte(content)
	}
	for _, name := range d.Main {
		if _, recorded := d.Files[name]; !recorded {
			return m, stack.NotPublished(d, name)
		}
	}
	m.All, err = composefile.Load(ctx, composefile.Options{
		Files: d.Main, Dir: s.Dir, Name: s.Config.Project, Env: variables, Contents: contents, Profiles: []string{"*"},
	})
	if err != nil {
		return m, err
	}
	m.Name, m.takesIn = m.All.Name, stack.TakesIn(d)
	m.profiles = strings.Split(variables[consts.ComposeProfiles], ",")
	m.pinImages(d)
	m.Versions = hostfiles.Versions(s, d, m.All)
	return m, nil
}

// pinImages notes what the services that use an image of d run.
func (m Model) pinImages(d deploy.Desired) {
	repositories := make(map[string]string, len(d.Images))
	for name, image := range d.Images {
		repositories[name] = image.Repository()
	}
	for name, services := range composefile.Users(m.All, repositories) {
		for _, service := range services {
			m.Pins[service] = d.Images[name].Reference
			m.Accepted[service] = d.Images[name].Accepted
		}
	}
}

// Activates says whether a service starts by the profiles of the stack's .env.
// What Resolve says holds more: the host's user may have COMPOSE_PROFILES, too.
func (m Model) Activates(s types.ServiceConfig) bool {
	return len(s.Profiles) == 0 || slices.ContainsFunc(m.profiles, func(active string) bool {
		active = strings.TrimSpace(active)
		return active == "*" || slices.Contains(s.Profiles, active)
	})
}
