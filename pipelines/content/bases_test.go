package content

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestBases(t *testing.T) {
	const hub = "docker.io/library/"
	multi := `# syntax=docker/dockerfile:1
ARG GO=1.26
ARG BASE=debian:${SUITE:-bookworm}
FROM --platform=$BUILDPLATFORM golang:${GO} AS build
RUN --mount=type=cache,target=/x --mount=from=tools/img:2,target=/y true
FROM node:22 AS Assets
FROM alpine AS unused
COPY --from=unused/img /x /x
FROM ${BASE} AS prod
COPY --from=build /a /a
COPY --from=busybox /bin/sh /bin/sh
FROM prod AS test
COPY --from=assets /a /a
`
	tests := []struct {
		name, dockerfile, target string
		args                     map[string]string
		contexts                 map[string]string
		want                     []string
	}{
		{name: "one stage", dockerfile: "FROM busybox", want: []string{hub + "busybox:latest"}},
		{name: "registry and digest", dockerfile: "FROM ghcr.io/a/b:1@sha256:" + commitB, want: []string{"ghcr.io/a/b:1@sha256:" + commitB}},
		{name: "scratch", dockerfile: "FROM scratch\nCOPY --from=scratch / /", want: nil},
		{name: "last stage", dockerfile: multi, want: []string{hub + "busybox:latest", hub + "debian:bookworm", hub + "golang:1.26", hub + "node:22", "docker.io/tools/img:2"}},
		{name: "target", dockerfile: multi, target: "prod", want: []string{hub + "busybox:latest", hub + "debian:bookworm", hub + "golang:1.26", "docker.io/tools/img:2"}},
		{name: "target in capitals", dockerfile: multi, target: "ASSETS", want: []string{hub + "node:22"}},
		{name: "arguments", dockerfile: multi, target: "build", args: map[string]string{"GO": "1.27"}, want: []string{hub + "golang:1.27", "docker.io/tools/img:2"}},
		{name: "argument for a whole image", dockerfile: multi, target: "prod", args: map[string]string{"BASE": "scratch"},
			want: []string{hub + "busybox:latest", hub + "golang:1.26", "docker.io/tools/img:2"}},
		{name: "argument that is not declared", dockerfile: "FROM a:${X:-1}", args: map[string]string{"X": "2"}, want: []string{hub + "a:1"}},
		{name: "platform arguments", dockerfile: "FROM a:$TARGETOS-$TARGETARCH-$TARGETVARIANT", want: []string{hub + "a:linux-arm-v7"}},
		{name: "platform chooses a stage", dockerfile: "FROM a AS base-arm\nFROM b AS base-amd64\nFROM base-$TARGETARCH", want: []string{hub + "a:latest"}},
		{name: "platform argument given", dockerfile: "FROM a:$TARGETARCH", args: map[string]string{"TARGETARCH": "mine"}, want: []string{hub + "a:mine"}},
		{name: "stage by number", dockerfile: "FROM a\nFROM b\nCOPY --from=0 / /", want: []string{hub + "a:latest", hub + "b:latest"}},
		{name: "stage in capitals", dockerfile: "FROM a AS build\nFROM b\nCOPY --from=BUILD / /", want: []string{hub + "a:latest", hub + "b:latest"}},
		{name: "image named as a later stage", dockerfile: "FROM b\nFROM a AS b", target: "", want: []string{hub + "a:latest"}},
		{name: "stage named as its image", dockerfile: "FROM node AS node\nFROM node", want: []string{hub + "node:latest"}},
		{name: "on build", dockerfile: "FROM a AS a1\nONBUILD COPY --from=c / /\nFROM a1", want: []string{hub + "a:latest", hub + "c:latest"}},
		{name: "heredoc", dockerfile: "FROM a\nRUN <<EOF\nFROM not\nEOF\n", want: []string{hub + "a:latest"}},
		{name: "escape and lower case", dockerfile: "# escape=`\nfrom a `\n  as x\n", want: []string{hub + "a:latest"}},
		{name: "Windows line ends", dockerfile: "FROM a AS x\r\nRUN true\r\n", want: []string{hub + "a:latest"}},
		{name: "context for a stage", dockerfile: "FROM a AS x\nFROM x", contexts: map[string]string{"x": "/dir"}, want: nil},
		{name: "context for an image", dockerfile: "FROM a:1", contexts: map[string]string{"a:1": "docker-image://b:2"}, want: []string{hub + "b:2"}},
		{name: "context for latest", dockerfile: "FROM a:latest\nCOPY --from=src / /", contexts: map[string]string{"a": "/dir", "src": "/dir"}, want: nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, err := Bases(BaseInputs{Dockerfile: Dockerfile{Path: "Dockerfile", Content: []byte(test.dockerfile)},
				Target: test.target, Args: test.args, Platform: "linux/arm/v7", Contexts: test.contexts})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestBasesErrors(t *testing.T) {
	tests := []struct {
		name, dockerfile, target string
		want                     string
	}{
		{"empty", " \n\n", "", "it is empty"},
		{"comments only", "# nothing\n", "", "no instructions"},
		{"no FROM", "ARG A=1\n", "", "FROM"},
		{"unknown instruction", "FROM a\nRUN true\nFRM b\n", "", "line 3: "},
		{"bad flag", "FROM a\nCOPY --form=x a b\n", "", "line 2: "},
		{"no value", "FROM a AS x\nFROM $BASE\n", "", "line 2: "},
		{"not an image", "FROM a\nCOPY --from=UPPER/Case / /\n", "", "line 2: "},
		{"argument in from", "FROM a\n\nCOPY --from=$X / /\n", "", "line 3: "},
		{"stage number", "FROM a\nCOPY --from=4 / /\n", "", "line 2: "},
		{"bad expansion", "FROM a:${X\n", "", "line 1: "},
		{"missing target", "FROM a AS x\nFROM b AS y", "prod", `no stage "prod"; the stages are "x", "y"`},
		{"missing target, no names", "FROM a", "prod", "no stage has a name"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, err := Bases(BaseInputs{Dockerfile: Dockerfile{Path: "web/Dockerfile", Content: []byte(test.dockerfile)},
				Target: test.target, Platform: "linux/amd64"})
			if err == nil || !strings.Contains(err.Error(), test.want) || !strings.Contains(err.Error(), "web/Dockerfile") {
				t.Errorf("got %v, %v; want the file and %q", got, err, test.want)
			}
		})
	}
}
