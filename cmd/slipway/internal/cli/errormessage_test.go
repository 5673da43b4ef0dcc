package cli

import (
	"context"
	"errors"
	"testing"

	"git.example/slipway/pipelines/deploy/rollout"
)

func TestInterruptedSaysWhatRuns(t *testing.T) {
	for want, failure := range map[string]rollout.Failure{
		"interrupted: deploying 2: context canceled; 1 runs again": {ReturnedTo: "1", Changed: true},
		"interrupted: deploying 2: context canceled; going back failed, too: it does not start": {
			ReturnErr: errors.New("it does not start"), Changed: true,
		},
		"interrupted": {},
	} {
		t.Run(want, func(t *testing.T) {
			failure.Tag, failure.Err = "2", context.Canceled
			if got := interrupted(redacted{&failure, &failure}); got != want {
				t.Errorf("got %q", got)
			}
		})
	}
}
