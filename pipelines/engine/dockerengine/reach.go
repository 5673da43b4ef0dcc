package dockerengine

import (
	"context"
	"fmt"
	"strings"
	"time"

	"git.example/slipway/pipelines/engine"
	"git.example/slipway/pipelines/keyed"
)

// reach finds out, before an image is built for minutes, that whoever is going to
// push it does not believe the registry's certificate. Slipway itself has reached
// the registry by then; the daemon and a builder's BuildKit have certificates of
// their own.
type reach struct {
	cli cli
	// asked are the registries that were looked at.
	asked keyed.Once[string, struct{}]
}

// reachTimeout is how long that may take; the build tells what comes later.
const reachTimeout = 20 * time.Second

// nothing is the digest of no image.
var nothing = "sha256:" + strings.Repeat("0", 64)

// check is the error of a push that fails before its first byte.
func (r *reach) check(ctx context.Context, push engine.Push, with backend) error {
	host, _, _ := strings.Cut(push.Repository, "/")
	if engine.IsLoopback(host) || public(host) {
		return nil
	}
	_, err := r.asked.Do(ctx, host, func(ctx context.Context) (struct{}, error) {
		return struct{}{}, r.ask(ctx, push, with)
	})
	return err
}

// ask has them look for an image that can't be there.
func (r *reach) ask(ctx context.Context, push engine.Push, with backend) error {
	ctx, cancel := context.WithTimeout(ctx, reachTimeout)
	defer cancel()
	ask := r.cli.docker("pull", "--quiet", push.Repository+"@"+nothing)
	if !with.local() {
		ask = r.cli.docker("buildx", "build", "--progress", "plain", "--output", "type=cacheonly", "-")
		ask.Stdin = strings.NewReader("FROM " + push.Repository + "@" + nothing + "\n")
	}
	err := ask.Run(ctx, nil, nil)
	if err == nil || !unknownAuthority(err) && !(push.Insecure && plainHTTP(err)) {
		return nil
	}
	return hint(explain(fmt.Sprintf("looking whether %q can be pushed to", push.Repository), err), push, with)
}

// public says that a registry's certificate is of a public authority for sure.
func public(host string) bool {
	return !strings.ContainsAny(host, ".:") || host == "docker.io" || host == "index.docker.io" ||
		strings.HasSuffix(host, ".amazonaws.com") || strings.HasSuffix(host, ".amazonaws.com.cn")
}
