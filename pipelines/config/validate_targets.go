package config

import "regexp"

// composeProject is the grammar of https://github.com/compose-spec/compose-spec/blob/main/04-version-and-name.md
var composeProject = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]*$`)

func (v validator) target(path string, e Entry[Target]) {
	v.named(path, e.Name, entryName)
	if e.Name == AutoTargets {
		v.report(v.keys[path], "", "", "%q stands for the targets that changed in --only %s: give this one another name", e.Name, e.Name)
	}
	if e.Value.Compose != nil {
		v.compose(path+".compose", *e.Value.Compose)
	}
	if e.Value.Terraform != nil {
		v.terraform(path+".terraform", *e.Value.Terraform)
	}
	if e.Value.ECS != nil {
		v.ecs(path+".ecs", *e.Value.ECS)
	}
	if e.Value.GitSync != nil {
		v.gitSync(path+".gitsync", *e.Value.GitSync)
	}
	if e.Value.Run != nil {
		v.run(path+".run", *e.Value.Run)
	}
}

func (v validator) compose(path string, c ComposeTarget) {
	v.allInProject(path+".file", c.File)
	v.hosts(path, c.Hosts, c.Batches)
	v.hostPath(path, c.Path, c.Hosts)
	v.matches(path+".project", c.Project, composeProject, "lower-case letters, digits, '_' and '-'")
	if c.Env != nil {
		v.local(path+".env.file", c.Env.File, "the target's path")
		v.environ(path+".env.set", c.Env.Set)
		v.envSources(path+".env", *c.Env)
	}
	for _, service := range c.Scale {
		if service.Value < 0 {
			v.wrong(path+".scale."+service.Name, "has to be 0 or more")
		}
	}
	if c.Switch != nil {
		v.local(path+".switch.file", c.Switch.File, "the target's path")
		v.inProject(path+".switch.template", c.Switch.Template)
	}
}
