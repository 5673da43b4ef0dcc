package pipelines

import (
	"fmt"
	"slices"
	"strings"

	"git.example/slipway/pipelines/config"
)

// environment is the one that is named, or the one that DEPLOY_ENV names, or the
// one whose "when" matches this build, or the only one there is.
func (p *Project) environment(name string) (config.Entry[config.Environment], error) {
	var none config.Entry[config.Environment]
	all := p.Config.Environments
	if name != "" {
		for _, e := range all {
			if e.Name == name {
				return e, nil
			}
		}
		return none, usage("unknown environment %q: %s", name, choices("environments", all.Names(), p.Config.Path))
	}
	if named, ok := p.lookup("DEPLOY_ENV"); ok {
		if e, ok := all.Get(named); ok {
			return config.Entry[config.Environment]{Name: named, Value: e}, nil
		}
	}
	if matching := p.matching(); len(matching) == 1 {
		return matching[0], nil
	}
	if len(all) == 1 {
		return all[0], nil
	}
	return none, usage("no environment named: use --env; %s", choices("environments", all.Names(), p.Config.Path))
}

// matching are the environments that this build's branch or git tag goes to. A
// pull request's branch has a name that its author chose: it goes nowhere.
func (p *Project) matching() []config.Entry[config.Environment] {
	if p.Info.PullRequest {
		return nil
	}
	var found []config.Entry[config.Environment]
	for _, e := range p.Config.Environments {
		if w := e.Value.When; w != nil && w.Match(p.Info.Branch, p.Info.GitTag) {
			found = append(found, e)
		}
	}
	return found
}

// publishTo are the names of the registries to publish to, the first one first:
// those asked for, else those of the environment (asked for, or matching this
// build), else the only registry there is.
func (p *Project) publishTo(env string, asked []string) ([]string, error) {
	for _, name := range asked {
		if _, ok := p.Config.Registries.Get(name); !ok {
			return nil, usage("unknown registry %q: %s", name, choices("registries", p.Config.Registries.Names(), p.Config.Path))
		}
	}
	if len(asked) > 0 {
		return asked, nil
	}
	environments := p.matching()
	if env != "" || len(environments) == 0 && len(p.Config.Environments) == 1 {
		e, err := p.environment(env)
		if err != nil {
			return nil, err
		}
		environments = []config.Entry[config.Environment]{e}
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
	if all := p.Config.Registries.Names(); len(all) == 1 {
		return all, nil
	}
	return nil, usage("no registry to publish to: use --env or --registry; %s",
		choices("registries", p.Config.Registries.Names(), p.Config.Path))
}

func choices(kind string, names []string, file string) string {
	if len(names) == 0 {
		return fmt.Sprintf("%s has no %s", file, kind)
	}
	return fmt.Sprintf("%s has the %s %s", file, kind, strings.Join(names, ", "))
}

// UsageError is a wrong argument; the command line ends with exit code 2.
type UsageError struct{ text string }

func (e *UsageError) Error() string { return e.text }

func usage(format string, args ...any) error { return &UsageError{fmt.Sprintf(format, args...)} }
