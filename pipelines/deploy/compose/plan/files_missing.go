package plan

import (
	"errors"
	"fmt"

	"git.example/slipway/pipelines/deploy"
	"git.example/slipway/pipelines/deploy/compose/observe"
)

// refuseMissing is the error for a release whose services need files that the host
// has not. One that comes back is let go ahead: it is better than nothing.
func refuseMissing(s Settings, d deploy.Desired, o observe.Observation, written *draft) error {
	if len(o.Missing) == 0 {
		return nil
	}
	if d.Returning {
		for _, m := range o.Missing {
			written.note("on %s %s", s.On, m)
		}
		return nil
	}
	errs := make([]error, len(o.Missing))
	for i, m := range o.Missing {
		errs[i] = fmt.Errorf("on %s %s", s.On, m)
	}
	return errors.Join(errs...)
}
