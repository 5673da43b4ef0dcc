package ecs

import (
	"context"
	"fmt"
	"maps"

	"git.example/slipway/pipelines/deploy"
)

// recordedRevision is what a release ran a service with when it was proven; empty when
// that is not known, or when the service is to get secrets in other versions now.
func recordedRevision(s serviceSpec, d deploy.Desired) string {
	if s.TaskDefinition != "" && !maps.Equal(d.RevisionSecrets, d.PinnedSecrets) {
		return ""
	}
	return d.Revisions[s.Name]
}

// setRecorded wants exactly a revision. One that is gone is registered anew, as it was.
func (o *observer) setRecorded(ctx context.Context, s *observedService, arn string) error {
	r := s.running
	if r.arn != arn {
		var err error
		r, err = o.api.taskDefinition(ctx, arn)
		if code(err) == "ClientException" || code(err) == "InvalidParameterException" {
			s.gone = fmt.Sprintf("%s is gone: another revision is registered from the release's task definition", shortARN(arn))
			if err := s.setWanted(o.desired); err != nil {
				return err
			}
			s.setBefore(nil)
			return nil
		}
		if err != nil {
			return err
		}
	}
	var err error
	if s.wanted, s.assigned, err = s.spec.pinned(r.document, o.desired); err != nil {
		return fmt.Errorf("its task definition %s: %w", shortARN(arn), err)
	}
	s.before, s.recorded = s.running.document, true
	if r.active || s.there && arn == s.current() {
		s.revision = arn
		return nil
	}
	s.base = arn
	s.gone = fmt.Sprintf("%s was deregistered: it is registered anew", shortARN(arn))
	return nil
}
