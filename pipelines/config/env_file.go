package config

import "reflect"

// EnvFile is an env file that Slipway writes. A file of that name that somebody
// made by hand is never overwritten.
type EnvFile struct {
	// File is relative to the target's path.
	File string `yaml:"file,omitempty" jsonschema:"default=.env"`
	// AWSSecretsManager is a secret in AWS Secrets Manager: each key of its JSON
	// object becomes a variable.
	AWSSecretsManager *AWSSecret `yaml:"aws-secrets-manager,omitempty"`
	// AWSParameters is a path in AWS Parameter Store: each parameter directly below
	// it becomes a variable, called like the last part of its name.
	AWSParameters string `yaml:"aws-parameters,omitempty"`
	// Set are variables, which go before those of AWS. Values env://NAME,
	// file://PATH, aws-sm://SECRET#KEY and aws-ssm://PARAMETER are secrets.
	Set map[string]string `yaml:"set,omitempty"`
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

func (s *AWSSecret) decode(d *decoder, path string, n *node) {
	if n.kind != text {
		d.decodeStruct(path, n, reflect.ValueOf(s).Elem())
		return
	}
	s.ID = d.decodeText(path, n)
}
