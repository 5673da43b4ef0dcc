package main

import (
	"strings"

	"git.example/slipway/pipelines/config"
)

// unnamed refuses a verb for which nobody named an environment. "dagger call --env
// prod" names none where dagger.toml has no overlay "prod" for this module, and is
// silent about it: what it would do elsewhere is not what was asked for.
func unnamed(c *config.Config, v verb) error {
	names := c.Environments.Names()
	if len(names) == 0 || v.saved != nil || len(names) == 1 && !v.changes {
		return nil
	}
	return wrongUse("no environment named: use --environment before the function, or --env, for which dagger.toml needs an overlay that slipway init writes; environments: %s",
		strings.Join(names, ", "))
}
