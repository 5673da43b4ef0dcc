package pipelines

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

// connectionsAtOnce bounds logins: sshd drops some of those that come together,
// and so do machines between.
const connectionsAtOnce = 20

// How a verb does without a host that can't be reached.
const (
	// withoutHost is for verbs that take the hosts from slipway.yaml.
	withoutHost = "take it out of hosts in slipway.yaml"
	// publishedWithoutHost is for those that take them from a release.
	publishedWithoutHost = withoutHost + ", commit, and publish (no image is built again)"
)

// connect connects to all hosts of the stage behind SSH, so that one that can't
// be reached is known before anything begins. All that can't are in the error;
// without says how to go on without them.
func (s *stage) connect(ctx context.Context, without string) error {
	if len(s.hosts) == 0 {
		return nil
	}
	return report.Run(ctx, s.project.reporter, "connect", func(t *report.Task) error {
		names := slices.Sorted(maps.Keys(s.hosts))
		errs := make([]error, len(names))
		var group errgroup.Group
		group.SetLimit(connectionsAtOnce)
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
			errs = append(errs, s.awayError(ctx, away, without))
		}
		return errors.Join(errs...)
	})
}

// awayError says what to do when some hosts can't be reached, and others can.
func (s *stage) awayError(ctx context.Context, away []string, without string) error {
	text := fmt.Sprintf("nothing was changed; bring %s back, or go on without: %s; once a host is there again, the next deploy brings it to what the others run",
		strings.Join(away, ", "), without)
	if host := s.journalHost(ctx); slices.Contains(away, host) {
		text += fmt.Sprintf(" (%s keeps the environment's lock and history, which begin anew without it)", host)
	}
	return errors.New(text)
}

// journalHost is the name of the host behind SSH that has the journal; empty
// when it is elsewhere.
func (s *stage) journalHost(ctx context.Context) string {
	files, _, err := s.journalPlace(ctx)
	host, ok := files.(*ssh.Host)
	if err != nil || !ok {
		return ""
	}
	return host.String()
}
