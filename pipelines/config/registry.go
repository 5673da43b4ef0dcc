package config

// Registry is one registry. Exactly one of its kinds is set.
type Registry struct {
	// DockerHub is a namespace on Docker Hub.
	DockerHub *DockerHub `yaml:"dockerhub,omitempty" jsonschema:"oneof_required=dockerhub"`
	// ECR is a private registry on Amazon ECR.
	ECR *ECR `yaml:"ecr,omitempty" jsonschema:"oneof_required=ecr"`
	// OCI is any other registry.
	OCI *OCI `yaml:"oci,omitempty" jsonschema:"oneof_required=oci"`
	// Embedded is the registry inside Slipway.
	Embedded *EmbeddedRegistry `yaml:"embedded,omitempty" jsonschema:"oneof_required=embedded"`
}

// DockerHub is a namespace on Docker Hub. Logs in with DOCKER_USER and
// DOCKER_PASS, or with Docker's own configuration.
type DockerHub struct {
	// Namespace is the user or organisation.
	Namespace string `yaml:"namespace"`
}

// ECR is a private registry on Amazon ECR. Logs in with the AWS credentials that
// there are, else with Docker's own configuration and credential helpers.
type ECR struct {
	// Account is the 12-digit account number. Quote it: YAML reads a bare one as a number.
	Account string `yaml:"account"`
	// Region, such as us-east-1.
	Region string `yaml:"region"`
	// Role to assume, by its ARN. In CI it is assumed with the run's OIDC token.
	Role string `yaml:"role,omitempty"`
	// ExternalID that the role's trust policy asks for.
	ExternalID string `yaml:"external-id,omitempty"`
	// Profile of ~/.aws/config to sign in with.
	Profile string `yaml:"profile,omitempty"`
	// Create makes a repository that is missing, with immutable tags and scan on
	// push. Its lifecycle is left alone.
	Create bool `yaml:"create,omitempty"`
	// Endpoint is the URL of AWS's APIs, such as that of a private endpoint.
	Endpoint string `yaml:"endpoint,omitempty"`
	// Host to push to and to pull from, where it is not ECR's own.
	Host string `yaml:"host,omitempty"`
}

// OCI is any other registry.
type OCI struct {
	// Host, with a port if it is not 443.
	Host string `yaml:"host"`
	// Namespace is put before every repository.
	Namespace string `yaml:"namespace,omitempty"`
	// Insecure speaks TLS that is not verified, and plain HTTP where there is no TLS, as Docker's
	// insecure-registries do. Loopback addresses always are.
	Insecure bool `yaml:"insecure,omitempty"`
	// Username, plain or as env://NAME or file://PATH. Docker's own configuration when empty.
	Username string `yaml:"username,omitempty"`
	// Password as env://NAME or file://PATH. Docker's own configuration when empty.
	Password string `yaml:"password,omitempty"`
}

// EmbeddedRegistry is the registry inside Slipway, served on loopback while a
// command needs it.
type EmbeddedRegistry struct {
	// Address to serve on, a loopback one with a fixed port.
	Address string `yaml:"address,omitempty" jsonschema:"default=127.0.0.1:5077"`
	// Path is the directory it is kept in. $XDG_DATA_HOME/slipway/registry when empty.
	Path string `yaml:"path,omitempty"`
}
