package workspace

import "git.example/slipway/pipelines/config"

// Environment is the one that is named, or the one that DEPLOY_ENV names, or the
// one whose "when" matches this build, or the only one there is.
func (w *Workspace) Environment(name string) (config.Entry[config.Environment], error) {
	var none config.Entry[config.Environment]
	all := w.Config.Environments
	if name != "" {
		for _, e := range all {
			if e.Name == name {
				return e, nil
			}
		}
		return none, Usage("unknown environment %q: %s", name, Choices("environments", all.Names(), w.Config.Path))
	}
	if named, ok := w.Lookup("DEPLOY_ENV"); ok {
		if e, ok := all.Get(named); ok {
			return config.Entry[config.Environment]{Name: named, Value: e}, nil
		}
	}
	if matching := w.Matching(); len(matching) == 1 {
		return matching[0], nil
	}
	if len(all) == 1 {
		return all[0], nil
	}
	if len(all) == 0 {
		return none, Usage("%s has no environments, so there is nowhere to deploy to: write one under environments: (what `slipway init --dry-run` proposes for this repository has one)", w.Config.Path)
	}
	return none, Usage("no environment named: use --env; %s", Choices("environments", all.Names(), w.Config.Path))
}

// Matching are the environments that this build's branch or git tag goes to. A
// pull request's branch has a name that its author chose: it goes nowhere.
func (w *Workspace) Matching() []config.Entry[config.Environment] {
	if w.Info.PullRequest {
		return nil
	}
	var found []config.Entry[config.Environment]
	for _, e := range w.Config.Environments {
		if when := e.Value.When; when != nil && when.Match(w.Info.Branch, w.Info.GitTag) {
			found = append(found, e)
		}
	}
	return found
}

// Publishing are the environments that a publish is for: the one that is named,
// else those that this build goes to, else the only one there is. None when there
// is no telling: then it needs a registry's name.
func (w *Workspace) Publishing(name string) ([]config.Entry[config.Environment], error) {
	matching := w.Matching()
	if name == "" && (len(matching) > 0 || len(w.Config.Environments) != 1) {
		return matching, nil
	}
	e, err := w.Environment(name)
	if err != nil {
		return nil, err
	}
	return []config.Entry[config.Environment]{e}, nil
}
