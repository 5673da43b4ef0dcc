package daggerengine

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"

	"git.example/slipway/pipelines/composefile"
	"git.example/slipway/pipelines/engine"
)

// composeProject is a compose check's project, in which placeholders stand for
// secrets.
type composeProject struct {
	model   *types.Project
	secrets placeholders
}

// loadProject reads the project of c, with env files and what its services
// need. Services with a profile are left out, as with "compose up", but the one
// that ends the check.
func loadProject(ctx context.Context, c engine.Compose, id string) (composeProject, error) {
	secrets := newPlaceholders(c.Secrets, id)
	env := map[string]string{}
	for name, value := range c.Env {
		env[name] = value
	}
	for name := range c.Secrets {
		env[name] = secrets.mark(name)
	}
	project, err := composefile.Load(ctx, composefile.Options{Files: c.Files, Dir: filepath.Dir(c.Files[0]), Env: env})
	if err != nil {
		return composeProject{}, err
	}
	known := map[string]bool{}
	for name := range project.AllServices() {
		known[name] = true
	}
	if !known[c.ExitCodeFrom] {
		return composeProject{}, fmt.Errorf("%s has no service %q: it has %s",
			filepath.Base(c.Files[0]), c.ExitCodeFrom, strings.Join(sortedKeys(known), ", "))
	}
	for name := range c.Images {
		if !known[name] {
			return composeProject{}, fmt.Errorf("an image is given for service %q, which %s does not have", name, filepath.Base(c.Files[0]))
		}
	}
	if project, err = project.WithServicesEnabled(c.ExitCodeFrom); err != nil {
		return composeProject{}, err
	}
	if project, err = project.WithServicesEnvironmentResolved(false); err != nil {
		return composeProject{}, err
	}
	return composeProject{project, secrets}, nil
}

// hasSecret names a secret that a service uses outside of its environment, where
// it would be shown.
func (p composeProject) hasSecret(service types.ServiceConfig) (name string, ok bool) {
	service.Environment, service.EnvFiles, service.Labels = nil, nil, nil
	text, err := json.Marshal(service)
	if err != nil {
		return "", false
	}
	return p.secrets.in(string(text))
}

// oneShot says that some service waits for the end of this one.
func (p composeProject) oneShot(name string) bool {
	for _, other := range p.model.Services {
		if d, ok := other.DependsOn[name]; ok && d.Condition == types.ServiceConditionCompletedSuccessfully {
			return true
		}
	}
	return false
}

// needsHealth says that some service waits for this one's health.
func (p composeProject) needsHealth(name string) bool {
	for _, other := range p.model.Services {
		if d, ok := other.DependsOn[name]; ok && d.Condition == types.ServiceConditionHealthy {
			return true
		}
	}
	return false
}

// content is what a config or secret of the project holds.
func (p composeProject) content(object types.FileObjectConfig) (string, error) {
	switch {
	case object.Content != "":
		return object.Content, nil
	case object.Environment != "":
		value, ok := p.model.Environment[object.Environment]
		if !ok {
			return "", fmt.Errorf("the variable %s is not set", object.Environment)
		}
		return value, nil
	case object.File != "":
		content, err := os.ReadFile(filepath.Clean(object.File))
		return string(content), err
	}
	return "", fmt.Errorf("it has no file, environment or content")
}
