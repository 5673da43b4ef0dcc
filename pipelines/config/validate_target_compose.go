package config

import "git.example/slipway/pipelines/lazy"

// composeProject is the grammar of https://github.com/compose-spec/compose-spec/blob/main/04-version-and-name.md
var composeProject = lazy.Regexp(`^[a-z0-9][a-z0-9_-]*$`)

func validateCompose(v validator, path string, c ComposeTarget) {
	v.allInProject(path+".file", c.File)
	validateHosts(v, path, c.Hosts, c.Batches)
	validateHostPath(v, path, c.Path, c.Hosts)
	v.matches(path+".project", c.Project, composeProject(), "lower-case letters, digits, '_' and '-'")
	if c.Env != nil {
		v.local(path+".env.file", c.Env.File, "the target's path")
		v.environ(path+".env.set", c.Env.Set)
		validateEnvSources(v, path+".env", *c.Env)
	}
	for i, file := range c.HostFiles {
		v.local(index(path+".host-files", i), file, "the target's path")
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
