package config

// TerraformTarget is a directory of Terraform or OpenTofu code that takes image
// tags from a map.
type TerraformTarget struct {
	// Dir is the root module's directory, relative to the project. The code is that
	// of the checkout, not of the release.
	Dir string `yaml:"dir"`
	// Binary is what runs it. auto takes tofu where the directory has *.tofu files, else
	// whichever of terraform and tofu is on PATH, in that order.
	Binary TerraformBinary `yaml:"binary,omitempty" jsonschema:"enum=auto,enum=terraform,enum=tofu,default=auto"`
	// TagMap is the JSON file with the image tags, relative to dir.
	TagMap string `yaml:"tag-map,omitempty" jsonschema:"default=image-tags.auto.tfvars.json"`
	// Variable is the map of image tags in that file.
	Variable string `yaml:"variable,omitempty" jsonschema:"default=image_tags"`
	// Keys of the map by image, where they are not the image's name.
	Keys map[string]string `yaml:"keys,omitempty"`
	// NoTfvars is for a tag map that is never written: the tags are passed to each run.
	NoTfvars bool `yaml:"no-tfvars,omitempty"`
	// VarFiles are further files of variables, relative to dir.
	VarFiles Strings `yaml:"var-files,omitempty"`
	// BackendConfig are the backend's settings, as KEY=VALUE or files relative to
	// dir. Secrets belong into env.
	BackendConfig Strings `yaml:"backend-config,omitempty"`
	// Workspace to select. It has to exist.
	Workspace string `yaml:"workspace,omitempty"`
	// Env are variables of Terraform's environment, such as TF_VAR_name. Values
	// env://NAME and file://PATH are secrets.
	Env map[string]string `yaml:"env,omitempty"`
	// Verify is what proves that the release runs.
	Verify *TerraformVerify `yaml:"verify,omitempty"`
	// Timeout ends a plan or an apply that hangs.
	Timeout Duration `yaml:"timeout,omitempty" jsonschema:"default=30m"`
	// LockTimeout is how long to wait for the lock of Terraform's state.
	LockTimeout Duration `yaml:"lock-timeout,omitempty" jsonschema:"default=1m"`
}

// TerraformBinary is the program that runs Terraform code.
type TerraformBinary string

// The programs of a Terraform target.
const (
	AutoBinary TerraformBinary = "auto"
	Terraform  TerraformBinary = "terraform"
	Tofu       TerraformBinary = "tofu"
)

// TerraformVerify is what proves that a release runs.
type TerraformVerify struct {
	// Output is an output: a map of image, or its key in the tag map, to the digest
	// or the reference by digest that runs.
	Output string `yaml:"output,omitempty" jsonschema:"oneof_required=output"`
	// ECS are services of Amazon ECS that the code moves: each of their tasks has to
	// run the released digests.
	ECS *TerraformECS `yaml:"ecs,omitempty" jsonschema:"oneof_required=ecs"`
}

// TerraformECS are services of an Amazon ECS cluster, in the environment's
// account and region, that Terraform moves to a release.
type TerraformECS struct {
	// Cluster is the cluster's name.
	Cluster string `yaml:"cluster"`
	// Services by their names in the cluster.
	Services Map[TerraformECSService] `yaml:"services"`
	// Timeout is how long the services may take to run the release.
	Timeout Duration `yaml:"timeout,omitempty" jsonschema:"default=20m"`
}

// TerraformECSService is one of those services.
type TerraformECSService struct {
	// Containers maps containers to the images that they run. When absent, those
	// of which the repository, or else the name, is that of an image.
	Containers map[string]string `yaml:"containers,omitempty"`
}
