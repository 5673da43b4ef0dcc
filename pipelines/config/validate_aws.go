package config

import (
	"net/url"

	"git.example/slipway/pipelines/lazy"
)

var (
	role   = lazy.Regexp(`^arn:aws[a-z-]*:iam::([0-9]{12}):role/[\w+=,.@/-]+$`)
	region = lazy.Regexp(`^[a-z]{2,}(-[a-z]+)+-[0-9]+$`)
)

func validateAWS(v validator, path string, a *AWS) {
	if a == nil {
		return
	}
	v.matches(path+".region", a.Region, region(), "an AWS region, such as us-east-1")
	validateSignIn(v, path, a.Role, a.ExternalID, a.Endpoint)
}

// validateSignIn checks what registries and environments have in common.
func validateSignIn(v validator, path, arn, externalID, endpoint string) {
	v.matches(path+".role", arn, role(), "the ARN of a role, such as arn:aws:iam::111111111111:role/deploy")
	if externalID != "" && arn == "" {
		v.wrong(path+".external-id", "an external id is for a role: add role")
	}
	if u, err := url.Parse(endpoint); endpoint != "" && (err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https") {
		v.wrong(path+".endpoint", "%q is no URL: want one such as https://vpce-1.ecr.us-east-1.vpce.amazonaws.com", endpoint)
	}
}
