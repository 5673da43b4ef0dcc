package dockerengine

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"git.example/slipway/pipelines/engine"
)

// output is where a build's result goes. Exactly one of its fields is set,
// metadata apart; none keeps the result in BuildKit's cache.
type output struct {
	// image is the name in the daemon's image store.
	image string
	// load brings it there from a builder of another driver.
	load bool
	// tag is pushed, with its repository.
	tag string
	// digestOf is a repository to push to without a tag.
	digestOf string
	insecure bool
	// metadata is the file that the digest is written to.
	metadata string
}

// buildCommand is the arguments of docker for a build, and the environment that
// holds its secrets.
func buildCommand(b engine.Build, from source, to output) (args, env []string) {
	// Attestations hold times and places: without them the same build gives the
	// same digest.
	args = []string{"buildx", "build", "--progress", "plain", "--provenance=false", "--file", from.dockerfile}
	if b.Target != "" {
		args = append(args, "--target", b.Target)
	}
	if len(b.Platforms) > 0 {
		args = append(args, "--platform", strings.Join(b.Platforms, ","))
	}
	pairs := func(flag string, values map[string]string) {
		for _, key := range slices.Sorted(maps.Keys(values)) {
			args = append(args, flag, key+"="+values[key])
		}
	}
	each := func(flag string, values []string) {
		for _, value := range values {
			args = append(args, flag, value)
		}
	}
	pairs("--build-arg", b.Args)
	pairs("--label", b.Labels)
	pairs("--build-context", b.Contexts)
	for i, id := range slices.Sorted(maps.Keys(b.Secrets)) {
		name := fmt.Sprintf("SLIPWAY_BUILD_SECRET_%d", i)
		args = append(args, "--secret", "id="+id+",env="+name)
		env = append(env, name+"="+b.Secrets[id].Reveal())
	}
	each("--ssh", b.SSH)
	each("--cache-from", b.CacheFrom)
	each("--cache-to", b.CacheTo)
	switch {
	case to.image != "":
		args = append(args, "--tag", to.image)
		if to.load {
			args = append(args, "--load")
		}
	case to.tag != "":
		args = append(args, "--tag", to.tag, "--push")
	case to.digestOf != "":
		out := "type=image,name=" + to.digestOf + ",push-by-digest=true,name-canonical=true,push=true"
		if to.insecure {
			out += ",registry.insecure=true"
		}
		args = append(args, "--output", out)
	default:
		args = append(args, "--output", "type=cacheonly")
	}
	if to.metadata != "" {
		args = append(args, "--metadata-file", to.metadata)
	}
	return append(args, from.context), env
}

// createCommand is the arguments of docker that create the container of r from
// image, and the environment that holds its secrets.
func createCommand(r engine.Run, image, run string) (args, env []string) {
	// The output is read while it is attached: kept nowhere, however much it is.
	args = []string{"create", "--label", runLabel + "=" + run, "--log-driver", "none"}
	for _, key := range slices.Sorted(maps.Keys(r.Env)) {
		args = append(args, "--env", key+"="+r.Env[key])
	}
	for _, key := range slices.Sorted(maps.Keys(r.Secrets)) {
		args = append(args, "--env", key)
		env = append(env, key+"="+r.Secrets[key].Reveal())
	}
	if r.Workdir != "" {
		args = append(args, "--workdir", r.Workdir)
	}
	if len(r.Command) == 0 {
		return append(args, image), env
	}
	args = append(args, "--entrypoint", r.Command[0], image)
	return append(args, r.Command[1:]...), env
}

// dockerVariables change what the docker command line itself does.
var dockerVariables = []string{"PATH", "HOME", "DOCKER_HOST", "DOCKER_CONTEXT", "DOCKER_CONFIG",
	"DOCKER_TLS", "DOCKER_TLS_VERIFY", "DOCKER_CERT_PATH", "DOCKER_API_VERSION"}

// checkSecretNames refuses secrets whose variables docker would take for its own.
func checkSecretNames[T any](subject string, secrets map[string]T) error {
	for _, name := range dockerVariables {
		if _, ok := secrets[name]; ok {
			return fmt.Errorf("%s: a secret can't be named %s with the docker engine, which obeys that variable itself: rename it", subject, name)
		}
	}
	return nil
}
