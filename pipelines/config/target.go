package config

// AutoTargets in place of targets' names stands for those that differ from what
// is live. No target can have this name.
const AutoTargets = "auto"

// Target is one thing to deploy. Exactly one of its kinds is set.
type Target struct {
	// Compose is a compose stack.
	Compose *ComposeTarget `yaml:"compose,omitempty" jsonschema:"oneof_required=compose"`
	// ECS are services of an Amazon ECS cluster.
	ECS *ECSTarget `yaml:"ecs,omitempty" jsonschema:"oneof_required=ecs"`
	// GitSync is a directory of the repository on hosts, such as Airflow's DAGs.
	GitSync *GitSyncTarget `yaml:"gitsync,omitempty" jsonschema:"oneof_required=gitsync"`
	// Run is a container of your own as a step of the deploy.
	Run *RunTarget `yaml:"run,omitempty" jsonschema:"oneof_required=run"`
	// Terraform is a directory of Terraform or OpenTofu code that takes image tags.
	Terraform *TerraformTarget `yaml:"terraform,omitempty" jsonschema:"oneof_required=terraform"`
}

// Hosts are the machines that the target is deployed to over SSH. A kind that has
// none in slipway.yaml has none here.
func (t Target) Hosts() []Host {
	switch {
	case t.Compose != nil:
		return t.Compose.Hosts
	case t.GitSync != nil:
		return t.GitSync.Hosts
	}
	return nil
}

// OnThisMachine says that the target is deployed to the machine that Slipway
// runs on: it is of a kind that has hosts, and no host is given.
func (t Target) OnThisMachine() bool {
	return (t.Compose != nil || t.GitSync != nil) && len(t.Hosts()) == 0
}

// NeedsAWS says that the target can't be deployed without signing in to AWS.
func (t Target) NeedsAWS() bool { return t.ECS != nil }
