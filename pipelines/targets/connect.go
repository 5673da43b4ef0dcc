package targets

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"git.example/slipway/pipelines/report"
	"git.example/slipway/pipelines/ssh"
)

// ConnectionsAtOnce bounds logins: sshd drops some of those that come together,
// and so do machines between.
const ConnectionsAtOnce = 20

// How a verb does without a host that can't be reached.
const (
	// WithoutHost is for verbs that take the hosts from slipway.yaml.
	WithoutHost = "take it out of hosts in slipway.yaml"
	// WithoutPublishedHost is for those that take them from a release.
	WithoutPublishedHost = WithoutHost + ", commit, and publish (no image is built again)"
)

// Connect connects to all hosts of the environment behind SSH, so that one that can't
// be reached is known before anything begins. All that can't are in the error;
// without says how to go on without them.
func (e *Environment) Connect(ctx context.Context, without string) error {
	s := e.site
	if len(s.hosts) == 0 {
		return nil
	}
	return report.Run(ctx, s.workspace.Reporter, "connect", func(t *report.Task) error {
		names := slices.Sorted(maps.Keys(s.hosts))
		errs := make([]error, len(names))
		var group errgroup.Group
		group.SetLimit(ConnectionsAtOnce)
		for i, name := range names {
			group.Go(func() error {
				errs[i] = s.hosts[name].Connect(ctx)
				return nil
			})
		}
		_ = group.Wait() // the errors are in errs
		t.Detail(report.Count(len(s.hosts), "host"))
		var away []string
		for i, name := range names {
			if errs[i] != nil {
				away = append(away, name)
			}
		}
		if 0 < len(away) && len(away) < len(names) && ctx.Err() == nil {
			errs = append(errs, s.awayError(away, without))
		}
		return errors.Join(errs...)
	})
}

// awayError says what to do when some hosts can't be reached, and others can.
func (s *site) awayError(away []string, without string) error {
	text := fmt.Sprintf("nothing was changed; bring %s back, or go on without: %s; once a host is there again, the next deploy brings it to what the others run",
		strings.Join(away, ", "), without)
	if host := s.journalHost(); slices.Contains(away, host) {
		text += fmt.Sprintf(" (%s keeps the environment's lock and history, which begin anew without it)", host)
	}
	return errors.New(text)
}

// journalHost is the name of the host behind SSH that has the journal; empty
// when it is elsewhere.
func (s *site) journalHost() string {
	host, ok := s.files.(*ssh.Host)
	if !ok {
		return ""
	}
	return host.String()
}
