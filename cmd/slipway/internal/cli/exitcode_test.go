package cli

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"git.example/slipway/pipelines"
	"git.example/slipway/pipelines/config"
)

func TestExitCode(t *testing.T) {
	interrupted, interrupt := context.WithCancel(t.Context())
	interrupt()
	tests := map[string]struct {
		ctx  context.Context
		err  error
		want int
		// hint says that the message names --help.
		hint bool
	}{
		"done":                           {t.Context(), nil, 0, false},
		"a failure":                      {t.Context(), errors.New("x"), 1, false},
		"a wrong flag":                   {t.Context(), flagError{errors.New("x")}, 2, true},
		"a wrong use of a verb":          {t.Context(), fmt.Errorf("x: %w", &pipelines.UsageError{}), 2, true},
		"a wrong slipway.yaml":           {t.Context(), fmt.Errorf("x: %w", &config.Error{}), 2, false},
		"without secrets":                {t.Context(), redacted{errors.New("x"), flagError{errors.New("x")}}, 2, true},
		"changes":                        {t.Context(), exitError(exitChanges), 3, false},
		"an interrupt":                   {interrupted, errors.New("x"), 130, false},
		"an interrupt, a wrong flag":     {interrupted, flagError{errors.New("x")}, 130, false},
		"a program that ended meanwhile": {interrupted, exitError(7), 7, false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			code := exitCode(test.ctx, test.err)
			if code != test.want {
				t.Errorf("exit code %d, want %d", code, test.want)
			}
			if test.err == nil || saysNothing(test.err) {
				return
			}
			message := errorMessage("slipway deploy", code, test.err)
			if hint := strings.HasSuffix(message, "\n\nSee 'slipway deploy --help'."); hint != test.hint {
				t.Errorf("message: %s", message)
			}
		})
	}
}
