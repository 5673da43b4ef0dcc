package targets

import "git.example/slipway/pipelines/config"

// kindOf is the kind that a target of the config is of.
func kindOf(t config.Target) kind {
	switch {
	case t.Compose != nil:
		return composeKind{ComposeTarget: *t.Compose}
	case t.Terraform != nil:
		return terraformKind{TerraformTarget: *t.Terraform}
	case t.ECS != nil:
		return ecsKind{ECSTarget: *t.ECS}
	case t.GitSync != nil:
		return gitsyncKind{GitSyncTarget: *t.GitSync}
	case t.Run != nil:
		return runKind{RunTarget: *t.Run}
	}
	panic("a target without a kind passed the config's validation")
}

// kindsOf are the kinds of an environment's targets, in their order.
func kindsOf(e config.Environment) []kind {
	kinds := make([]kind, len(e.Deploy))
	for i, t := range e.Deploy {
		kinds[i] = kindOf(t.Value)
	}
	return kinds
}
