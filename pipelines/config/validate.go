package config

import "git.example/slipway/pipelines/release"

// validate reports what the types alone can't tell.
func validate(d *document, c *Config) {
	v := validator{d, c}
	v.matches("project", c.Project, component(), "lower-case letters and digits, with '.', '_' or '-' between them")
	if c.Tag != "" {
		if _, err := release.ParseTemplate(c.Tag); err != nil {
			v.wrong("tag", "%v", err)
		}
	}
	if c.Record != nil {
		v.repository("record.repository", c.Record.Repository)
	}
	for _, e := range c.Checks {
		validateCheck(v, "checks."+e.Name, e)
	}
	validateArtifacts(v)
	validateImages(v)
	for _, e := range c.Registries {
		validateRegistry(v, "registries."+e.Name, e)
	}
	if c.Trust != nil {
		validateTrust(v, *c.Trust)
	}
	for _, e := range c.Environments {
		validateEnvironment(v, "environments."+e.Name, e)
	}
	validatePromotions(v)
	validateNotify(v, "notify", c.Notify)
}
