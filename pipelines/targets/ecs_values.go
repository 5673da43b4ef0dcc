package targets

import (
	"context"
	"fmt"

	"git.example/slipway/pipelines/config"
	"git.example/slipway/pipelines/deploy/terraform"
)

// ecsValues are what placeholders of an ECS target's files stand for: each is asked for
// when a file names it.
type ecsValues struct {
	site *site
	// dir is the directory of Terraform code; empty for none.
	dir   string
	state *terraform.Values
}

// Variable is one of the environment.
func (v *ecsValues) Variable(name string) (string, bool) { return v.site.workspace.Lookup(name) }

// Parameter reads a parameter, and refuses a secret one.
func (v *ecsValues) Parameter(ctx context.Context, name string) (string, error) {
	found, err := v.site.workspace.AWS.Parameters(ctx, v.site.awsOptions(), name)
	if err != nil {
		return "", err
	}
	if found[0].Secret {
		return "", fmt.Errorf("parameter %q is a SecureString, and everybody who may describe a task definition could read it: hand it to the container by \"secrets\", with its name as valueFrom", name)
	}
	return found[0].Value.Reveal(), nil
}

// Terraform reads the state of the directory, once.
func (v *ecsValues) Terraform(ctx context.Context, address string) (string, error) {
	if v.dir == "" {
		return "", fmt.Errorf("the target does not say where Terraform's code is: add terraform: DIRECTORY to it in slipway.yaml")
	}
	if v.state == nil {
		w := v.site.workspace
		_, ephemeral := w.Lookup(ephemeralVariable)
		state, err := terraform.New(terraform.Options{
			Name: "ecs", Project: w.Dir, Config: config.TerraformTarget{Dir: v.dir}, Dry: v.site.dry, Ephemeral: ephemeral,
		}).Values(ctx)
		if err != nil {
			return "", err
		}
		v.state = &state
	}
	return v.state.Text(address)
}
