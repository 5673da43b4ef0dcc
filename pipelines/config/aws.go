package config

// AWS is how to sign in to AWS. What is not set comes from the machine: the
// variables and files that AWS's own tools read.
type AWS struct {
	// Region, such as us-east-1.
	Region string `yaml:"region,omitempty"`
	// Role to assume, by its ARN. In CI it is assumed with the run's OIDC token.
	Role string `yaml:"role,omitempty"`
	// ExternalID that the role's trust policy asks for.
	ExternalID string `yaml:"external-id,omitempty"`
	// Profile of ~/.aws/config to sign in with.
	Profile string `yaml:"profile,omitempty"`
	// Endpoint is the URL of AWS's APIs, such as that of a private endpoint.
	Endpoint string `yaml:"endpoint,omitempty"`
}
