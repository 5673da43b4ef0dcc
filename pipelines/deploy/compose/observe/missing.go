package observe

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"git.example/slipway/pipelines/composefile"
	"git.example/slipway/pipelines/deploy"
	"git.example/slipway/pipelines/deploy/compose/hostfiles"
	"git.example/slipway/pipelines/deploy/compose/stack"
)

// missing are the host's own files that the release's services need and that are not
// there.
func missing(ctx context.Context, s stack.Stack, d deploy.Desired, o Observation) ([]hostfiles.Missing, error) {
	needs := hostfiles.Own(s, d, o.Env.Path, o.Model.Versions, o.Model.Project, o.Model.All)
	found, err := hostfiles.Look(ctx, s, needs)
	return hostfiles.Of(needs, found), err
}

// unread is err, of a compose project that the host could not resolve, or that a
// file it reads for that is not there.
func unread(ctx context.Context, s stack.Stack, d deploy.Desired, o Observation, err error) error {
	needs := hostfiles.Own(s, d, o.Env.Path, o.Model.Versions, o.Model.All, o.Model.All)
	needs = slices.DeleteFunc(needs, func(n composefile.Need) bool {
		return n.Kind != composefile.NeedEnvFile && n.Kind != composefile.NeedLabelFile
	})
	found, lookErr := hostfiles.Look(ctx, s, needs)
	if lookErr != nil {
		return err
	}
	var all []error
	for _, m := range hostfiles.Of(needs, found) {
		all = append(all, fmt.Errorf("on %s %s", s.On(), m))
	}
	return cmp.Or(errors.Join(all...), err)
}
