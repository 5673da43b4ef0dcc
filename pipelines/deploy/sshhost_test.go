package deploy_test

import (
	"git.example/slipway/pipelines/deploy"
	"git.example/slipway/pipelines/ssh"
)

// A host behind SSH is deployed to like this machine.
var _ deploy.Host = (*ssh.Host)(nil)
