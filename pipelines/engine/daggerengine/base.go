package daggerengine

import (
	"context"
	"strings"
)

// LocalDigest is the digest that this engine resolves a base image to, for one
// that the caller can't resolve itself: the engine may have mirrors or a network
// of its own. ok is false when the engine can't resolve it either.
func (e *Engine) LocalDigest(ctx context.Context, ref string) (digest string, ok bool, err error) {
	pinned, err := e.client.Container().From(ref).ImageRef(ctx)
	if err != nil {
		if ctx.Err() != nil {
			return "", false, context.Cause(ctx)
		}
		return "", false, nil
	}
	_, digest, ok = strings.Cut(pinned, "@")
	return digest, ok, nil
}
