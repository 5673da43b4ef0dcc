package envfile

import (
	"context"
	"maps"

	"git.example/slipway/pipelines/deploy"
	"git.example/slipway/pipelines/deploy/compose/stack"
)

// Interpolation is what compose interpolates with once d is deployed: the
// stack's .env as it will be, and d's variables over it.
func (f File) Interpolation(ctx context.Context, s stack.Stack, d deploy.Desired) (map[string]string, error) {
	values := map[string]string{}
	switch {
	case f.Name == DotEnv && d.Env != nil:
		for key, value := range d.Env {
			values[key] = value.Reveal()
		}
	case f.Name == DotEnv && !f.Ours:
		maps.Copy(values, f.values)
	case f.Name != DotEnv:
		dotEnv, err := read(ctx, s, DotEnv)
		if err != nil {
			return nil, err
		}
		maps.Copy(values, dotEnv.values)
	}
	maps.Copy(values, d.Variables)
	return values, nil
}
