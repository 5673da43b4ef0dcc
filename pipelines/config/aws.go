package config

import (
	"net/url"
	"regexp"
)

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

var role = regexp.MustCompile(`^arn:aws[a-z-]*:iam::([0-9]{12}):role/[\w+=,.@/-]+$`)

func (v validator) aws(path string, a *AWS) {
	if a == nil {
		return
	}
	v.matches(path+".region", a.Region, region, "an AWS region, such as us-east-1")
	v.signIn(path, a.Role, a.ExternalID, a.Endpoint)
}

// signIn checks what registries and environments have in common.
func (v validator) signIn(path, arn, externalID, endpoint string) {
	v.matches(path+".role", arn, role, "the ARN of a role, such as arn:aws:iam::111111111111:role/deploy")
	if externalID != "" && arn == "" {
		v.wrong(path+".external-id", "an external id is for a role: add role")
	}
	if u, err := url.Parse(endpoint); endpoint != "" && (err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https") {
		v.wrong(path+".endpoint", "%q is no URL: want one such as https://vpce-1.ecr.us-east-1.vpce.amazonaws.com", endpoint)
	}
}
