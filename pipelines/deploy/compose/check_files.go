package compose

import (
	"context"
	"slices"

	"github.com/compose-spec/compose-go/v2/types"

	"git.example/slipway/pipelines/composefile"
	"git.example/slipway/pipelines/deploy"
	"git.example/slipway/pipelines/deploy/compose/envfile"
	"git.example/slipway/pipelines/deploy/compose/hostfiles"
	"git.example/slipway/pipelines/report"
)

// CheckFiles looks for the files that a project's services need on the host and that
// d does not bring. Known says of a path that it is what it will be: some depend on
// variables.
func (t *Target) CheckFiles(ctx context.Context, d deploy.Desired, p *types.Project, known func(path string) bool) ([]deploy.Finding, error) {
	env, err := envfile.Read(ctx, t.stack)
	if err != nil {
		return nil, err
	}
	needs := hostfiles.Own(t.stack, d, env.Path, hostfiles.Versions(t.stack, d, p), p, p)
	needs = slices.DeleteFunc(needs, func(n composefile.Need) bool { return !known(n.Path) })
	found := map[string]hostfiles.Found{}
	if len(needs) == 0 {
		return nil, nil
	}
	if err := t.stack.Ask(ctx, hostfiles.Look(needs, found)); err != nil {
		return nil, err
	}
	var findings []deploy.Finding
	for _, m := range hostfiles.Of(needs, found) {
		findings = append(findings, deploy.Finding{Target: t.name, Subject: "files", Found: m.Problem(), Advice: m.Advice})
	}
	if findings == nil {
		findings = []deploy.Finding{{Target: t.name, Subject: "files", OK: true, Found: report.Count(len(found), "path") + " of the host's own"}}
	}
	return findings, nil
}
