package dockerengine

import (
	"errors"
	"strings"
	"testing"

	"git.example/slipway/pipelines/command"
	"git.example/slipway/pipelines/engine"
)

func TestExplain(t *testing.T) {
	cause := errors.New("exit status 1")
	tests := []struct {
		name   string
		err    error
		want   string
		lacked string
	}{
		{"BuildKit's summary", &command.Error{Args: []string{"docker", "buildx"}, ExitCode: 1, Err: cause,
			Stderr: "#5 [2/2] RUN false\n------\n > [2/2] RUN false:\n0.1 the reason\n------\nERROR: failed to build"}, "the reason", "#5"},
		{"one error", &command.Error{ExitCode: 1, Err: cause, Stderr: "#1 DONE\nERROR: no such target"}, "no such target", "#1"},
		{"last lines", &command.Error{ExitCode: 1, Err: cause, Stderr: strings.Repeat("early\n", 2) + strings.Repeat("line\n", 12)}, "line", "early"},
		{"did not start", &command.Error{Args: []string{"docker"}, ExitCode: -1, Err: cause}, `running "docker"`, "\n"},
		{"another error", cause, "exit status 1", "\n"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			err := explain(`building image "api"`, test.err)
			text := err.Error()
			if !strings.HasPrefix(text, `building image "api": `) || !strings.Contains(text, test.want) || strings.Contains(text, test.lacked) {
				t.Errorf("got %q", text)
			}
			if !errors.Is(err, cause) {
				t.Error("the cause is lost")
			}
		})
	}
}

func TestHint(t *testing.T) {
	refused, http := errors.New("dial tcp: connection refused"), errors.New("server gave HTTP response to HTTPS client")
	unknown := errors.New("tls: failed to verify certificate: x509: certificate signed by unknown authority")
	local, container := backend{driver: "docker"}, backend{driver: "docker-container"}
	tests := []struct {
		name string
		err  error
		push engine.Push
		with backend
		want string
	}{
		{"container's loopback", refused, engine.Push{Repository: "127.0.0.1:5077/a"}, container, "network=host"},
		{"daemon's loopback", refused, engine.Push{Repository: "127.0.0.1:5077/a"}, local, ""},
		{"other host", refused, engine.Push{Repository: "r.example/a"}, container, ""},
		{"plain HTTP", http, engine.Push{Repository: "r.example/a", Insecure: true}, local, "insecure-registries"},
		{"plain HTTP in a builder", http, engine.Push{Repository: "r.example:5000/a", Insecure: true}, container, `set http = true for [registry."r.example:5000"] in its buildkitd.toml`},
		{"the daemon's authorities", unknown, engine.Push{Repository: "r.example:5000/a"}, local, "/etc/docker/certs.d/r.example:5000/ca.crt on the daemon's machine"},
		{"a builder's authorities", unknown, engine.Push{Repository: "r.example:5000/a"}, container, "docker buildx create --buildkitd-config"},
		{"plain HTTP not asked for", http, engine.Push{Repository: "r.example/a"}, local, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := hint(test.err, test.push, test.with)
			if !errors.Is(got, test.err) || (test.want == "") != (got == test.err) || !strings.Contains(got.Error(), test.want) {
				t.Errorf("got %v", got)
			}
		})
	}
}
