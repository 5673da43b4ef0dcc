package scaffold

import (
	"fmt"
	"slices"
	"strings"

	"git.example/slipway/pipelines/config"
)

// job publishes or deploys.
type job struct {
	needs
	// Name is the environment's, or publish.
	Name string
	// Verb is the function of the module, with its flags.
	Verb string
	// Branch and Tag start it; none does when both are empty.
	Branch, Tag pattern
	// Targets are those of an environment. Without any it only publishes.
	Targets []string
}

// ID is the name as CI systems want one.
func (j job) ID() string {
	if j.Name == "publish" && j.Targets == nil {
		return j.Name
	}
	verb, _, _ := strings.Cut(j.Verb, " ")
	return verb + "-" + strings.ReplaceAll(j.Name, ".", "--")
}

// Started says that a push starts it.
func (j job) Started() bool { return j.Branch != "" || j.Tag != "" }

// ByHand says that somebody can start it.
func (j job) ByHand() bool { return len(j.Targets) > 0 }

// deploy is the job of an environment, or why it can't be one.
func (p *pipeline) deploy(c *config.Config, e config.Entry[config.Environment]) (j job, why string) {
	if why := outOfReach(c, e.Value); why != "" {
		return j, why
	}
	j = job{Name: e.Name, Targets: e.Value.Deploy.Names(), Verb: "release --env " + e.Name}
	if w := e.Value.When; w != nil {
		j.Branch, j.Tag = pattern(w.Branch), pattern(w.Tag)
		if !j.Branch.known() || !j.Tag.known() {
			return j, "of its when, a CI file knows names with one * at most"
		}
	}
	from, promoted := c.Environments.Get(e.Value.PromoteFrom)
	switch {
	case len(j.Targets) == 0:
		j.Verb = "publish --env " + e.Name
	case promoted && !j.Started():
		j.Verb = "promote --env " + e.Name
	}
	if !j.Started() && (!j.ByHand() || p.System == CircleCI) {
		return j, "it has no when"
	}
	j.references(c.Registries)
	if !strings.HasPrefix(j.Verb, "promote") {
		j.references(c.Checks, c.Artifacts, c.Images)
	}
	j.references(e.Value)
	j.environment(p.System, c, e.Value)
	if promoted {
		j.references(from)
		j.environment(p.System, c, from)
	}
	return j, ""
}

// publish is the job of a project of which no push is deployed or published, if
// there is a registry to publish to.
func (p *pipeline) publish(c *config.Config) (job, bool) {
	j := job{Name: "publish", Verb: "publish", Branch: pattern(p.Branch)}
	for _, r := range c.Registries {
		if r.Value.Embedded != nil {
			continue
		}
		j.Verb += " --registry " + r.Name
		j.registry(p.System, r.Name, r.Value)
	}
	j.references(c.Registries, c.Checks, c.Artifacts, c.Images)
	return j, j.Verb != "publish" && !slices.ContainsFunc(p.Jobs, job.Started)
}

// outOfReach says why an environment can't be deployed to by the Dagger module,
// which runs in a container: what it needs is on one machine.
func outOfReach(c *config.Config, e config.Environment) string {
	for _, name := range append([]string{e.Registry}, e.Mirror...) {
		if r, _ := c.Registries.Get(name); r.Embedded != nil {
			return fmt.Sprintf("registry %s is on one machine", name)
		}
	}
	if e.Journal != "" {
		return "its journal is on one machine"
	}
	for _, target := range e.Deploy {
		if target.Value.OnThisMachine() {
			return fmt.Sprintf("target %s has no hosts", target.Name)
		}
	}
	return ""
}

// ChecksOnly says that no job is started by a push: then checks are.
func (p pipeline) ChecksOnly() bool { return !slices.ContainsFunc(p.Jobs, job.Started) }

// ByHand are the environments that somebody can choose.
func (p pipeline) ByHand() []string {
	var names []string
	for _, j := range p.Jobs {
		if j.ByHand() {
			names = append(names, j.Name)
		}
	}
	return names
}

// Targets are those that somebody can choose from; none when there is no choice.
func (p pipeline) Targets() []string {
	var names []string
	choice := false
	for _, j := range p.Jobs {
		choice = choice || len(j.Targets) > 1
		for _, name := range j.Targets {
			if !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	if !choice {
		return nil
	}
	return names
}

// Branches are the patterns of branches that start jobs.
func (p pipeline) Branches() []pattern { return p.patterns(func(j job) pattern { return j.Branch }) }

// Tags are the patterns of tags that do.
func (p pipeline) Tags() []pattern { return p.patterns(func(j job) pattern { return j.Tag }) }

func (p pipeline) patterns(of func(job) pattern) []pattern {
	var all []pattern
	for _, j := range p.Jobs {
		if name := of(j); name != "" && !slices.Contains(all, name) {
			all = append(all, name)
		}
	}
	return all
}
