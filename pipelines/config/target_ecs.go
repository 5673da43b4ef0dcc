package config

// ECSTarget are services of an Amazon ECS cluster. They are changed together,
// and waited for together.
type ECSTarget struct {
	// Cluster is the cluster's name.
	Cluster string `yaml:"cluster"`
	// Services by their names in the cluster.
	Services Map[ECSService] `yaml:"services"`
	// Before are one-off tasks before the services change, such as migrations.
	Before []ECSStep `yaml:"before,omitempty"`
	// After are one-off tasks when the services run the release.
	After []ECSStep `yaml:"after,omitempty"`
	// Terraform is a directory of Terraform code in the project: placeholders such as
	// {{ tfstate `output.subnet` }} are read from its state.
	Terraform string `yaml:"terraform,omitempty"`
	// Timeout is how long the services may take to run the release.
	Timeout Duration `yaml:"timeout,omitempty" jsonschema:"default=20m"`
	// CheckSecrets reads every secret that a task definition names before
	// anything changes. Set to false where the deploying identity must not read them.
	CheckSecrets bool `yaml:"check-secrets,omitempty" jsonschema:"default=true"`
	// Keep is how many of the last releases are kept for rollback, the live one
	// among them. At least two are.
	Keep int `yaml:"keep,omitempty" jsonschema:"minimum=1,default=5"`
	// Deregister takes the revisions away that deploys made for releases which are not
	// kept any more, when nothing in the account has them. All stay when absent.
	Deregister bool `yaml:"deregister,omitempty" jsonschema:"default=false"`
}

// ECSService is one service.
type ECSService struct {
	// TaskDefinition is a file in JSON, which may have comments, or YAML, with
	// placeholders such as {{ env `NAME` `default` }}. What the service runs when empty:
	// then only its images change.
	TaskDefinition string `yaml:"task-definition,omitempty"`
	// Containers maps containers to the images that they run. When absent, those
	// of which the repository, or else the name, is that of an image.
	Containers map[string]string `yaml:"containers,omitempty"`
	// DesiredCount is how many tasks there should be. Left alone when absent.
	DesiredCount *int `yaml:"desired-count,omitempty"`
	// Create is such a file, too, the input of CreateService, for a service that is
	// not there yet.
	Create string `yaml:"create,omitempty"`
}

// ECSStep is a one-off task: a command in a container of a service's task
// definition, with the release's images.
type ECSStep struct {
	Step `yaml:",inline"`
	// Container that the command runs in. The one that runs an image of the
	// project when absent.
	Container string `yaml:"container,omitempty"`
}
