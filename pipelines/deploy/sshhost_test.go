package deploy_test

import (
	"github.com/slipwayhq/slipway/pipelines/deploy"
	"github.com/slipwayhq/slipway/pipelines/ssh"
)

// A host behind SSH is deployed to like this machine.
var _ deploy.Host = (*ssh.Host)(nil)
