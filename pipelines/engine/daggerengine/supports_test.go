package daggerengine

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"git.example/slipway/pipelines/engine"
)

func TestSupports(t *testing.T) {
	arm := func(b *engine.Build) { b.Platforms = []string{"linux/amd64", "linux/arm64"} }
	tests := map[string]struct {
		dockerfile string
		change     func(*engine.Build)
		want       string
	}{
		"plain":                    {"FROM alpine\nVOLUME /data\n", arm, ""},
		"docker's frontend":        {"# syntax=docker/dockerfile:1.7\nFROM alpine\n", nil, ""},
		"its full name":            {"# syntax=docker.io/docker/dockerfile@sha256:aa\nFROM alpine\n", nil, ""},
		"another frontend":         {"# syntax=acme/front:1\nFROM alpine\n", nil, "acme/front:1"},
		"checksum over HTTP":       {"FROM alpine\nADD --checksum=sha256:24454f830cdb571e2c4ad15481119c43b3cafd48dd869a9b2945d1036d1dc68d https://a.test/x /\n", nil, "ADD --checksum"},
		"named contexts":           {"FROM alpine\n", func(b *engine.Build) { b.Contexts = map[string]string{"a": "/b"} }, "named build contexts"},
		"caches":                   {"FROM alpine\n", func(b *engine.Build) { b.CacheTo = []string{"type=inline"} }, "cache-to"},
		"two agents":               {"FROM alpine\n", func(b *engine.Build) { b.SSH = []string{"default", "b=/tmp/b"} }, "SSH agents"},
		"one agent twice":          {"FROM alpine\n", func(b *engine.Build) { b.SSH = []string{"default", "b=/agent"} }, ""},
		"scratch elsewhere":        {"FROM scratch AS base\nVOLUME /data\nFROM base\nCOPY . /\n", arm, "VOLUME"},
		"scratch elsewhere, plain": {"FROM scratch\nENTRYPOINT [\"/a\"]\n", arm, ""},
		"scratch here":             {"FROM scratch\nVOLUME /data\n", nil, ""},
		"scratch not in target":    {"FROM alpine AS one\nFROM scratch\nVOLUME /data\n", func(b *engine.Build) { arm(b); b.Target = "one" }, ""},
		"malformed":                {"FRUM alpine\n", nil, ""},
		"missing":                  {"FROM alpine\n", func(b *engine.Build) { b.Context = filepath.Join(b.Context, "gone") }, ""},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			e := newEngine(newConnection(nil, nil), "linux/amd64", environment(map[string]string{"SSH_AUTH_SOCK": "/agent"}))
			b := engine.Build{Name: "api", Context: files(t, map[string]string{"Dockerfile": tc.dockerfile}), Dockerfile: "Dockerfile", Platforms: []string{"linux/amd64"}}
			if tc.change != nil {
				tc.change(&b)
			}
			err := e.Supports(t.Context(), b)
			if tc.want == "" {
				if err != nil {
					t.Error(err)
				}
				return
			}
			var unsupported *engine.Unsupported
			if !errors.As(err, &unsupported) || unsupported.Instead != "docker" || unsupported.Subject != "api" || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("got %v, want a refusal with %q", err, tc.want)
			}
		})
	}
}
