package plan

import (
	"fmt"
	"slices"

	"git.example/slipway/pipelines/deploy"
)

// draft is a plan that is being written.
type draft struct {
	plan    deploy.Plan
	actions Actions
	// decided are the services of which the plan says already what becomes of them.
	decided map[string]bool
}

func (d *draft) change(c deploy.Change) { d.plan.Changes = append(d.plan.Changes, c) }

func (d *draft) do(a Action) { d.actions.Do = append(d.actions.Do, a) }

func (d *draft) note(format string, args ...any) {
	d.plan.Notes = append(d.plan.Notes, fmt.Sprintf(format, args...))
}

// changes says whether the plan changes a service in one of those ways.
func (d *draft) changes(service string, kinds ...deploy.Kind) bool {
	return slices.ContainsFunc(d.plan.Changes, func(c deploy.Change) bool {
		return c.Subject == service && slices.Contains(kinds, c.Kind)
	})
}
