package rollout

import (
	"errors"
	"testing"
)

func TestFailureUnwrapsToWhatThereIs(t *testing.T) {
	t.Parallel()
	why, back := errors.New("it does not start"), errors.New("no answer")
	for _, test := range []struct {
		failure Failure
		want    int
	}{
		{Failure{Err: why}, 1},
		{Failure{Err: why, ReturnErr: back}, 2},
		{Failure{}, 0},
	} {
		errs := test.failure.Unwrap()
		if len(errs) != test.want {
			t.Errorf("%v, want %d", errs, test.want)
		}
		for _, err := range errs {
			if err == nil {
				t.Error("it unwraps to nil")
			}
		}
	}
}
