package dockerengine

import (
	"errors"
	"fmt"
	"strings"

	"git.example/slipway/pipelines/command"
	"git.example/slipway/pipelines/engine"
)

// tailLines is how many lines of a failed program's output its error shows when
// the program gives no summary of its own.
const tailLines = 12

// failed is a docker command that failed, told by what it printed. The arguments
// of a build say nothing to its author.
type failed struct {
	doing string
	text  string
	err   error
}

func (f *failed) Error() string { return f.doing + ": " + f.text }
func (f *failed) Unwrap() error { return f.err }

// explain is err, told as what doing (such as `building image "api"`) printed.
func explain(doing string, err error) error {
	var ran *command.Error
	if !errors.As(err, &ran) || ran.ExitCode < 0 || ran.Stderr == "" {
		return fmt.Errorf("%s: %w", doing, err)
	}
	return &failed{doing: doing, text: summary(ran.Stderr), err: err}
}

// summary is BuildKit's own account of a failure, which starts at a line of
// dashes after the progress; else the last lines.
func summary(output string) string {
	lines := strings.Split(strings.TrimSpace(output), "\n")
	for i, line := range lines {
		if strings.TrimSpace(line) == "------" {
			return strings.Join(lines[i+1:], "\n")
		}
	}
	for _, line := range lines {
		if text, ok := strings.CutPrefix(line, "ERROR: "); ok {
			return text
		}
	}
	return strings.Join(lines[max(0, len(lines)-tailLines):], "\n")
}

// hint adds to the error of a push what to do, where that is known.
func hint(err error, push engine.Push, with backend) error {
	host, _, _ := strings.Cut(push.Repository, "/")
	if !with.local() && engine.IsLoopback(host) && strings.Contains(err.Error(), "connection refused") {
		return fmt.Errorf("%w; a buildx builder with the driver %s has a network of its own, in which %s is not this machine: "+
			"use the daemon's builder (docker buildx use default) or make one with --driver-opt network=host", err, with.driver, host)
	}
	if push.Insecure && !with.local() && plainHTTP(err) {
		return fmt.Errorf("%w; a buildx builder with the driver %s has a configuration of its own: set http = true for [registry.%q] in its buildkitd.toml", err, with.driver, host)
	}
	return certificateHint(insecureHint(err, push.Insecure), push.Repository, with)
}

// localBackend is the daemon's own builder.
var localBackend = backend{driver: "docker"}

// certificateHint adds where the one that spoke to the registry of image looks for
// its authority: not where Slipway itself does.
func certificateHint(err error, image string, with backend) error {
	host, _, _ := strings.Cut(image, "/")
	switch {
	case !unknownAuthority(err):
		return err
	case with.local():
		return fmt.Errorf("%w; the Docker daemon does not know the authority of its certificate: put that into /etc/docker/certs.d/%s/ca.crt on the daemon's machine", err, host)
	}
	return fmt.Errorf("%w; the BuildKit of a buildx builder with the driver %s has certificates of its own: name the authority under [registry.%q] in buildkitd.toml, "+
		"and make the builder with docker buildx create --buildkitd-config buildkitd.toml", err, with.driver, host)
}

// unknownAuthority and plainHTTP know Go's words in what a program printed.
func unknownAuthority(err error) bool {
	return strings.Contains(err.Error(), "certificate signed by unknown authority")
}

func plainHTTP(err error) bool { return strings.Contains(err.Error(), "HTTP response to HTTPS client") }

// insecureHint adds what to do when the daemon insists on HTTPS.
func insecureHint(err error, insecure bool) error {
	if insecure && plainHTTP(err) {
		return fmt.Errorf("%w; add the registry to \"insecure-registries\" in the Docker daemon's daemon.json", err)
	}
	return err
}
