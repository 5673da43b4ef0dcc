package daggerengine

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"
	"github.com/moby/buildkit/frontend/dockerfile/parser"

	"git.example/slipway/pipelines/content"
	"git.example/slipway/pipelines/engine"
)

// frontends are those of which Dagger has its own version.
var frontends = []string{"docker/dockerfile", "docker/dockerfile-upstream", "moby/dockerfile", "moby/dockerfile-upstream"}

// abilities are what Dagger's Dockerfile builds have.
type abilities struct {
	platforms platforms
	lookup    func(string) (string, bool)
}

// check is an *engine.Unsupported for what b asks for that is not among them, or
// nil. A Dockerfile that can't be read or parsed is the build's to report.
func (a abilities) check(b engine.Build) error {
	if feature := a.lacking(b); feature != "" {
		return unsupported(b.Name, feature)
	}
	return nil
}

func (a abilities) lacking(b engine.Build) string {
	switch {
	case len(b.Contexts) > 0:
		return "named build contexts"
	case len(b.CacheFrom) > 0 || len(b.CacheTo) > 0:
		return "cache-from and cache-to"
	case len(agentSockets(b.SSH, a.lookup)) > 1:
		return "several SSH agents in one build"
	}
	read, err := content.ReadDockerfile(b.Context, b.Dockerfile)
	if err != nil {
		return ""
	}
	if syntax, _, _, ok := parser.DetectSyntax(read.Content); ok && !knownFrontend(syntax) {
		return fmt.Sprintf("the Dockerfile frontend %q", syntax)
	}
	parsed, err := parser.Parse(bytes.NewReader(read.Content))
	if err != nil {
		return ""
	}
	stages, _, err := instructions.Parse(parsed.AST, nil)
	if err != nil {
		return ""
	}
	return a.lackingInStages(stages, b)
}

func knownFrontend(syntax string) bool {
	name := strings.TrimPrefix(strings.TrimPrefix(strings.ToLower(syntax), "index."), "docker.io/")
	return slices.ContainsFunc(frontends, func(known string) bool {
		return name == known || strings.HasPrefix(name, known+":") || strings.HasPrefix(name, known+"@")
	})
}

func (a abilities) lackingInStages(stages []instructions.Stage, b engine.Build) string {
	foreign := slices.ContainsFunc(b.Platforms, a.platforms.foreign)
	final := finalStages(stages, b.Target)
	for i, stage := range stages {
		for _, command := range stage.Commands {
			if add, ok := command.(*instructions.AddCommand); ok && add.Checksum != "" && slices.ContainsFunc(add.SourcePaths, overHTTP) {
				return "ADD --checksum over HTTP"
			}
			if !foreign || !slices.Contains(final, i) {
				continue
			}
			switch command.(type) {
			case *instructions.VolumeCommand, *instructions.StopSignalCommand, *instructions.OnbuildCommand, *instructions.ShellCommand:
				return strings.ToUpper(command.Name()) + " in an image from scratch for another platform than the engine's"
			}
		}
	}
	return ""
}

func overHTTP(source string) bool {
	return strings.HasPrefix(source, "http://") || strings.HasPrefix(source, "https://")
}

// finalStages are the stages that make up the image, if it is from scratch.
func finalStages(stages []instructions.Stage, target string) []int {
	if len(stages) == 0 {
		return nil
	}
	at := len(stages) - 1
	if found, ok := instructions.HasStage(stages, target); ok {
		at = found
	}
	final := []int{at}
	for {
		base, ok := instructions.HasStage(stages[:at], stages[at].BaseName)
		if !ok {
			break
		}
		at = base
		final = append(final, at)
	}
	if stages[at].BaseName != "scratch" {
		return nil
	}
	return final
}
