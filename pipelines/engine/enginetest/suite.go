// Package enginetest is the suite that every engine has to pass, with the same
// result on the same input. Only tests import it.
package enginetest

import (
	"context"
	"testing"
	"time"

	"git.example/slipway/pipelines/engine"
)

// caseTimeout ends a case that hangs.
const caseTimeout = 3 * time.Minute

// Suite runs all cases on an engine. It skips where no base image can be made.
func Suite(t *testing.T, newEngine func(t *testing.T) engine.Engine, env Environment) {
	host, base := Base(t)
	if env.Registry != nil {
		env.Registry(t, host)
	}
	f := &fixture{host: host, base: base, env: env}
	f.engine = newEngine(t)
	groups := []struct {
		name  string
		cases []testCase
		// alone cases look at what the engine has on the machine.
		alone bool
	}{
		{"cancel", cancelCases, true},
		{"build", buildCases, false}, {"push", pushCases, false}, {"run", runCases, false},
		{"compose", composeCases, false}, {"refusal", refusalCases, false}, {"secret", secretCases, false},
	}
	for _, group := range groups {
		t.Run(group.name, func(t *testing.T) {
			for _, c := range group.cases {
				t.Run(c.name, func(t *testing.T) {
					if !group.alone {
						t.Parallel()
					}
					ctx, cancel := context.WithTimeout(t.Context(), caseTimeout)
					defer cancel()
					c.run(ctx, t, f)
				})
			}
		})
	}
}
