package daggerengine

import (
	"fmt"

	"github.com/compose-spec/compose-go/v2/types"

	"git.example/slipway/pipelines/engine"
	"git.example/slipway/pipelines/secrets"
)

// build is a service's build section. Caches are left out: they change nothing
// but the time it takes.
func (p composeProject) build(service types.ServiceConfig) (engine.Build, error) {
	section := service.Build
	b := engine.Build{
		Name: service.Name, Context: section.Context, Dockerfile: section.Dockerfile, Target: section.Target,
		Args: map[string]string{}, Labels: section.Labels, Contexts: section.AdditionalContexts,
		Secrets: map[string]secrets.Value{},
	}
	if b.Dockerfile == "" {
		b.Dockerfile = "Dockerfile"
	}
	if service.Platform != "" {
		b.Platforms = []string{service.Platform}
	} else if len(section.Platforms) > 0 {
		b.Platforms = section.Platforms[:1]
	} else {
		b.Platforms = []string{""} // the engine's own
	}
	for name, value := range section.Args {
		if value != nil {
			b.Args[name] = *value
		} else if value, ok := p.model.Environment[name]; ok {
			b.Args[name] = value
		}
	}
	for _, key := range section.SSH {
		agent := key.ID
		if key.Path != "" {
			agent += "=" + key.Path
		}
		b.SSH = append(b.SSH, agent)
	}
	for _, used := range section.Secrets {
		content, err := p.content(types.FileObjectConfig(p.model.Secrets[used.Source]))
		if err != nil {
			return b, fmt.Errorf("service %q: secret %q: %w", service.Name, used.Source, err)
		}
		id := used.Target
		if id == "" {
			id = used.Source
		}
		b.Secrets[id] = secrets.NewValue(p.secrets.reveal(content))
	}
	return b, nil
}
