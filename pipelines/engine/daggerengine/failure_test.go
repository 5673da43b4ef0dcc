package daggerengine

import (
	"errors"
	"testing"

	"git.example/slipway/pipelines/engine"
)

func TestPlain(t *testing.T) {
	tests := map[string]struct{ text, want string }{
		"ids and wrappers": {
			"load Container@CrASChV4eGgz+/=: load xxh3:3e15b33f: inputs: load xxh3:1f5e: inputs: failed to content hash dockerfile copy: failed to copy source directory: lstat /nowhere.txt: no such file or directory",
			"lstat /nowhere.txt: no such file or directory"},
		"path in the query":   {"input: host.directory: failed to stat: permission denied", "permission denied"},
		"repeated":            {"127.0.0.1:5000/a:1: 127.0.0.1:5000/a:1: not found", "127.0.0.1:5000/a:1: not found"},
		"own text":            {`target stage "two" could not be found`, `target stage "two" could not be found`},
		"nothing but wrapper": {"failed to do it", "failed to do it"},
		"names the subject":   {`failed to resolve image "a:1" (platform: "linux/amd64"): no such host`, `failed to resolve image "a:1" (platform: "linux/amd64"): no such host`},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			if got := plain(tc.text); got != tc.want {
				t.Errorf("got %q, want %q", got, tc.want)
			}
		})
	}
}

func TestRefused(t *testing.T) {
	err := refused("api", errors.New(`failed to convert: llbtodagger: unsupported op "exec" (sha256:12): ulimit is unsupported`))
	var unsupported *engine.Unsupported
	if !errors.As(err, &unsupported) || unsupported.Subject != "api" || unsupported.Instead != "docker" {
		t.Fatalf("got %v", err)
	}
	other := errors.New("boom")
	if got := refused("api", other); got != other {
		t.Errorf("got %v", got)
	}
}
