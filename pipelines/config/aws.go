package config

import (
	"net/url"
	"reflect"
	"regexp"
	"strings"
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

// AWSSecret is a secret in AWS Secrets Manager: a mapping, or a string, its
// name or ARN, for one that needs no more.
type AWSSecret struct {
	// ID is the secret's name or ARN.
	ID string `yaml:"id"`
	// Version is a version's id or a stage such as AWSPREVIOUS.
	Version string `yaml:"version,omitempty" jsonschema:"default=AWSCURRENT"`
	// Keys of its JSON object to take. All when absent.
	Keys []string `yaml:"keys,omitempty"`
	// As is the variable for a secret that is plain text.
	As string `yaml:"as,omitempty"`
}

func (s *AWSSecret) decode(d *document, path string, n *node) {
	if n.kind != text {
		d.decodeStruct(path, n, reflect.ValueOf(s).Elem())
		return
	}
	s.ID = d.decodeText(path, n)
}

var (
	secretID      = regexp.MustCompile(`^[a-zA-Z0-9/_+=.@:-]+$`)
	parameterPath = regexp.MustCompile(`^/[a-zA-Z0-9_./-]*$`)
)

// envSources checks where an env file's secrets come from.
func (v validator) envSources(path string, e EnvFile) {
	if s := e.AWSSecretsManager; s != nil {
		at := path + ".aws-secrets-manager"
		v.matches(at, s.ID, secretID, "the name or ARN of a secret")
		for i, key := range s.Keys {
			v.matches(index(at+".keys", i), key, variableName, "a name that a variable can have")
		}
		v.matches(at+".as", s.As, variableName, "a name that a variable can have")
		if s.As != "" && len(s.Keys) > 0 {
			v.wrong(at+".as", "a plain secret has no keys: take out as or keys")
		}
	}
	v.matches(path+".aws-parameters", e.AWSParameters, parameterPath, "a path such as /prod/tracker/")
}

// awsReference is a secret in AWS where a value of slipway.yaml may be one.
var awsReference = regexp.MustCompile(`^(aws-sm://[a-zA-Z0-9/_+=.@:-]+(#.+)?|aws-ssm://[a-zA-Z0-9_./:-]+)$`)

func isAWSReference(value string) bool {
	return strings.HasPrefix(value, "aws-sm://") || strings.HasPrefix(value, "aws-ssm://")
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
