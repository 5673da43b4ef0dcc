package daggerengine

import (
	"context"
	"strings"

	"dagger.io/dagger"
)

// baseDigest is the digest of a base image as Engine.LocalDigest says.
func baseDigest(ctx context.Context, client *dagger.Client, ref string) (digest string, ok bool, err error) {
	pinned, err := client.Container().From(ref).ImageRef(ctx)
	if err != nil {
		if ctx.Err() != nil {
			return "", false, context.Cause(ctx)
		}
		return "", false, nil
	}
	_, digest, ok = strings.Cut(pinned, "@")
	return digest, ok, nil
}
