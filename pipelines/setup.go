package pipelines

import (
	"context"
	"fmt"

	"golang.org/x/sync/errgroup"

	"git.example/slipway/pipelines/deploy"
	"git.example/slipway/pipelines/report"
)

// Setup looks at every host of an environment: whether it can be reached, and
// whether it has what deploys need. It changes nothing. A host that is not
// ready is a finding and no error.
func (p *Project) Setup(ctx context.Context, o PlaceOptions) ([]deploy.Finding, error) {
	places, err := p.places(ctx, o)
	if err != nil {
		return nil, err
	}
	found := make([][]deploy.Finding, len(places))
	var group errgroup.Group
	group.SetLimit(connectionsAtOnce)
	for i, at := range places {
		group.Go(func() error {
			name := "look at " + at.target
			if at.machine.name != "" {
				name += " on " + at.machine.name
			}
			return report.Run(ctx, p.reporter, name, func(*report.Task) error {
				found[i] = at.findings(ctx)
				return context.Cause(ctx)
			})
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	var all []deploy.Finding
	for _, findings := range found {
		all = append(all, findings...)
	}
	return all, nil
}

// findings are those of one target on one machine.
func (at place) findings(ctx context.Context) []deploy.Finding {
	var findings []deploy.Finding
	if at.machine.ssh != nil {
		connection := deploy.Finding{Target: at.target, Subject: "ssh", OK: true, Found: "connected"}
		if err := at.machine.ssh.Connect(ctx); err != nil {
			connection.OK, connection.Found, connection.Advice = false, err.Error(), "see the message"
			connection.Host = at.machine.name
			return []deploy.Finding{connection}
		}
		findings = append(findings, connection)
	}
	more, err := at.check(ctx)
	if err != nil {
		more = []deploy.Finding{{Target: at.target, Subject: "shell", Found: fmt.Sprint(err), Advice: "see the message"}}
	}
	findings = append(findings, more...)
	for i := range findings {
		findings[i].Host = at.machine.name
	}
	return findings
}
