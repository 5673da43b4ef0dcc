package pipelines

import (
	"context"
	"slices"
	"strings"

	"git.example/slipway/pipelines/config"
	"git.example/slipway/pipelines/deploy"
	"git.example/slipway/pipelines/deploy/rollout"
	"git.example/slipway/pipelines/report"
)

// AutoTargets among DeployOptions.Only stands for the targets that differ from
// what is live.
const AutoTargets = config.AutoTargets

// onlyChanged keeps the items that differ from what is live. None is fine: the
// deploy then has nothing to do.
func (p *Project) onlyChanged(ctx context.Context, s *stage, items []rollout.Item) ([]rollout.Item, error) {
	live, err := s.live(ctx)
	if err != nil {
		return nil, err
	}
	parts, err := p.changedTargets(ctx, s, items, live)
	if err != nil {
		return nil, err
	}
	var changed []rollout.Item
	for i, part := range parts {
		if part.Changed {
			p.notice(report.Info, "%s: %s", part.Name, strings.Join(part.Reasons, "; "))
			changed = append(changed, items[i])
		}
	}
	if len(changed) == 0 {
		p.notice(report.Info, "nothing differs from what is live in %s: nothing to deploy", s.name)
	}
	return changed, nil
}

// chooser is what narrows a deploy's items down to what o asks for. It takes
// AutoTargets out of o.
func chooser(o *DeployOptions) (func(context.Context, *stage, []rollout.Item) ([]rollout.Item, error), error) {
	paths := o.Paths
	if !slices.Contains(o.Only, AutoTargets) {
		return func(_ context.Context, s *stage, items []rollout.Item) ([]rollout.Item, error) {
			return narrow(s, items, paths)
		}, nil
	}
	if len(o.Only) > 1 {
		return nil, usage("--only %s: auto stands for all targets that differ from what is live, so it stands alone", strings.Join(o.Only, ","))
	}
	if len(paths) > 0 {
		return nil, usage("--paths says what changes, and --only auto finds it: use one of them")
	}
	o.Only = nil
	return func(ctx context.Context, s *stage, items []rollout.Item) ([]rollout.Item, error) {
		return s.project.onlyChanged(ctx, s, items)
	}, nil
}

// asLive is a deploy that had nothing to do.
func (s *stage) asLive(ctx context.Context) (rollout.Result, error) {
	result := rollout.Result{Plans: []deploy.Plan{}, Proofs: map[string]deploy.Proof{}}
	live, err := s.journal.Live(ctx)
	if err == nil && live != nil {
		result.Entry, result.Previous = *live, live.Tag
	}
	return result, err
}
