package config

import (
	"strings"

	"git.example/slipway/pipelines/lazy"
)

var (
	secretReference = lazy.Regexp(`^(env://[A-Za-z_][A-Za-z0-9_]*|file://.+)$|` + awsReference)
	variableName    = lazy.Regexp(`^[A-Za-z_][A-Za-z0-9_.-]*$`)
)

func isReference(value string) bool {
	return strings.HasPrefix(value, "env://") || strings.HasPrefix(value, "file://") || isAWSReference(value)
}

// awsReference is a secret in AWS where a value of slipway.yaml may be one.
const awsReference = `^(aws-sm://[a-zA-Z0-9/_+=.@:-]+(#.+)?|aws-ssm://[a-zA-Z0-9_./:-]+)$`

func isAWSReference(value string) bool {
	return strings.HasPrefix(value, "aws-sm://") || strings.HasPrefix(value, "aws-ssm://")
}
