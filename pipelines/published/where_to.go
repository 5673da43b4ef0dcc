package published

import (
	"slices"

	"git.example/slipway/pipelines/workspace"
)

// Names are the names of the registries to publish to, the first one first:
// those asked for, else those of the environment (asked for, or matching this
// build), else the only registry there is.
func (r *Registries) Names(env string, asked []string) ([]string, error) {
	w := r.workspace
	for _, name := range asked {
		if _, ok := w.Config.Registries.Get(name); !ok {
			return nil, unknown(w.Config, name)
		}
	}
	if len(asked) > 0 {
		return asked, nil
	}
	environments, err := w.Publishing(env)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, e := range environments {
		for _, name := range append([]string{e.Value.Registry}, e.Value.Mirror...) {
			if !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	if len(names) > 0 {
		return names, nil
	}
	if all := w.Config.Registries.Names(); len(all) == 1 {
		return all, nil
	}
	return nil, workspace.Usage("no registry to publish to: use --env or --registry; %s",
		workspace.Choices("registries", w.Config.Registries.Names(), w.Config.Path))
}
