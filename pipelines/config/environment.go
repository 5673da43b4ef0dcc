package config

// Environment is one place that releases are deployed to.
type Environment struct {
	// When says which branch or git tag a CI run deploys here.
	When *When `yaml:"when,omitempty"`
	// Protected takes only releases with a record and passed checks, and asks
	// at a terminal.
	Protected bool `yaml:"protected,omitempty"`
	// Registry that hosts pull from.
	Registry string `yaml:"registry"`
	// Mirror are registries that get the same tags and digests.
	Mirror []string `yaml:"mirror,omitempty"`
	// PromoteFrom is the environment that must have verified a release before
	// it comes here.
	PromoteFrom string `yaml:"promote-from,omitempty"`
	// SSH is how hosts are reached, where they do not say otherwise.
	SSH *SSH `yaml:"ssh,omitempty"`
	// AWS is how to sign in to AWS, for targets and secrets there.
	AWS *AWS `yaml:"aws,omitempty"`
	// Journal is where it is remembered what is live: a directory on this machine,
	// relative to the project. Beside the first target when absent; for ECS, and for
	// nothing but Terraform on AWS, that is in Parameter Store.
	Journal string `yaml:"journal,omitempty"`
	// Notify says who else is told of the deploys to this environment.
	Notify []Notify `yaml:"notify,omitempty"`
	// Deploy are the targets, in order, under one lock.
	Deploy Map[Target] `yaml:"deploy,omitempty"`
}
