package report

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// outcomes keeps how tasks ended.
type outcomes []Outcome

func (o *outcomes) Report(e Event) {
	if done, ok := e.(TaskDone); ok {
		*o = append(*o, done.Outcome)
	}
}

// What was stopped is told from what failed, whether its error has the cause
// (an interrupt, another task's failure) or just says that it was cancelled.
func TestStoppedTaskIsCancelled(t *testing.T) {
	cause, own := errors.New("interrupt signal received"), errors.New("exit code 1")
	tests := []struct {
		name   string
		cancel bool
		err    error
		want   Outcome
	}{
		{"the cause", true, fmt.Errorf("building: %w", cause), Cancelled},
		{"cancelled", true, fmt.Errorf("asking a registry: %w", context.Canceled), Cancelled},
		{"a failure of its own", true, own, Failed},
		{"cancelled by itself", false, context.Canceled, Failed},
		{"nothing", true, nil, Done},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			ctx, cancel := context.WithCancelCause(t.Context())
			var got outcomes
			err := Run(ctx, &got, "task", func(*Task) error {
				if test.cancel {
					cancel(cause)
				}
				return test.err
			})
			if err != test.err {
				t.Errorf("error %v, want %v", err, test.err)
			}
			if want := (outcomes{test.want}); !cmp.Equal(got, want) {
				t.Errorf("outcome %v, want %v", got, want)
			}
		})
	}
}
