package workspace

import (
	"context"

	"git.example/slipway/pipelines/secrets"
)

// Resolve turns references (env://NAME, file://PATH, those of AWS) into secrets,
// which from then on are removed from everything that is reported.
func (w *Workspace) Resolve(ctx context.Context, references map[string]string) (map[string]secrets.Value, error) {
	return w.resolveWith(ctx, w.Secrets, references)
}

// Split parts plain values from references and resolves the latter.
func (w *Workspace) Split(ctx context.Context, values map[string]string) (plain map[string]string, secret map[string]secrets.Value, err error) {
	return w.splitWith(ctx, w.Secrets, values)
}

func (w *Workspace) resolveWith(ctx context.Context, resolver secrets.Resolver, references map[string]string) (map[string]secrets.Value, error) {
	values, err := resolver.ResolveAll(ctx, references)
	for _, value := range values {
		w.Redactor.Add(value)
	}
	return values, err
}

func (w *Workspace) splitWith(ctx context.Context, resolver secrets.Resolver, values map[string]string) (plain map[string]string, secret map[string]secrets.Value, err error) {
	plain = map[string]string{}
	for key, value := range values {
		if !secrets.IsRef(value) {
			plain[key] = value
		}
	}
	secret, err = w.resolveWith(ctx, resolver, values)
	return plain, secret, err
}

// Value is a plain value, or what a reference refers to.
func (w *Workspace) Value(ctx context.Context, text string) (string, error) {
	if !secrets.IsRef(text) {
		return text, nil
	}
	value, err := w.Secrets.Resolve(ctx, text)
	return value.Reveal(), err
}
