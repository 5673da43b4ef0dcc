package observe

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/compose-spec/compose-go/v2/types"

	"git.example/slipway/pipelines/composefile"
	"git.example/slipway/pipelines/deploy"
	"git.example/slipway/pipelines/deploy/compose/hostfiles"
	"git.example/slipway/pipelines/deploy/compose/stack"
)

// needs are the host's own files that services of a project need, of which All is
// what its files say.
func (o Observation) needs(s stack.Stack, d deploy.Desired, p *types.Project) []composefile.Need {
	return hostfiles.Own(s, d, o.Env.Path, o.Model.Versions, p, o.Model.All)
}

// missing are the host's own files that the release's services need and that are not
// there. Found is what was seen; what was not asked for is, now.
func missing(ctx context.Context, s stack.Stack, d deploy.Desired, o Observation, found map[string]hostfiles.Found) ([]hostfiles.Missing, error) {
	needs := o.needs(s, d, o.Model.Project)
	var left []composefile.Need
	for _, n := range needs {
		if _, asked := found[n.Path]; !asked {
			left = append(left, n)
		}
	}
	if len(left) > 0 {
		if err := s.Ask(ctx, hostfiles.Look(left, found)); err != nil {
			return nil, err
		}
	}
	return hostfiles.Of(needs, found), nil
}

// unread is err, of a compose project that the host could not resolve, or that a
// file it reads for that is not there.
func unread(s stack.Stack, d deploy.Desired, o Observation, found map[string]hostfiles.Found, err error) error {
	needs := o.needs(s, d, o.Model.All)
	needs = slices.DeleteFunc(needs, func(n composefile.Need) bool {
		return n.Kind != composefile.NeedEnvFile && n.Kind != composefile.NeedLabelFile
	})
	var all []error
	for _, m := range hostfiles.Of(needs, found) {
		all = append(all, fmt.Errorf("on %s %s", s.On(), m))
	}
	return cmp.Or(errors.Join(all...), err)
}
