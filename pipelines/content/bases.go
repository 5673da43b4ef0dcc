package content

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"
	"github.com/moby/buildkit/frontend/dockerfile/parser"
	"github.com/moby/buildkit/frontend/dockerfile/shell"
)

// BaseInputs is what decides which images a Dockerfile builds on.
type BaseInputs struct {
	// Dockerfile as ReadDockerfile gives it.
	Dockerfile Dockerfile
	// Target is the stage that is built; the last one when empty.
	Target string
	Args   map[string]string
	// Platform is one platform, such as linux/amd64.
	Platform string
	// Contexts are named build contexts, which take the place of stages and images.
	Contexts map[string]string
}

// Bases are the images from elsewhere that the target depends on, by FROM,
// COPY --from or RUN --mount=from: full references such as
// "docker.io/library/busybox:1.36", sorted, each once. Stages that the target
// does not reach, "scratch", and the frontend that a "# syntax=" line names (it
// is a tool, as BuildKit is) are not among them. Errors name the file and line.
func Bases(in BaseInputs) ([]string, error) {
	found, err := bases(in)
	if err == nil {
		return slices.Sorted(maps.Keys(found)), nil
	}
	var at *parser.LocationError
	if errors.As(err, &at) && len(at.Locations) > 0 && len(at.Locations[0]) > 0 {
		return nil, fmt.Errorf("reading Dockerfile %q: line %d: %w", in.Dockerfile.Path, at.Locations[0][0].Start.Line, err)
	}
	return nil, fmt.Errorf("reading Dockerfile %q: %w", in.Dockerfile.Path, err)
}

func bases(in BaseInputs) (map[string]bool, error) {
	if len(bytes.TrimSpace(in.Dockerfile.Content)) == 0 {
		return nil, errors.New("it is empty; it needs at least a FROM line")
	}
	parsed, err := parser.Parse(bytes.NewReader(in.Dockerfile.Content))
	if err != nil {
		return nil, err
	}
	stages, global, err := instructions.Parse(parsed.AST, nil)
	if err != nil {
		return nil, err
	}
	if len(stages) == 0 {
		return nil, errors.New("it has no FROM line")
	}
	target, err := findTarget(stages, in.Target)
	if err != nil {
		return nil, err
	}
	lex := shell.NewLex(parsed.EscapeToken)
	args, err := globalArgs(lex, global, in, stages[target].Name)
	if err != nil {
		return nil, err
	}
	g := stageGraph{stages: stages, names: make([]string, len(stages)), contexts: in.Contexts, visited: map[int]bool{}, images: map[string]bool{}}
	for i, stage := range stages {
		name, _, err := lex.ProcessWord(stage.BaseName, args)
		if err != nil {
			return nil, parser.WithLocation(err, stage.Location)
		}
		if name == "" {
			return nil, parser.WithLocation(fmt.Errorf("FROM %s names no image: give its ARG a value", stage.BaseName), stage.Location)
		}
		g.names[i] = name
	}
	return g.images, g.visit(target)
}

func findTarget(stages []instructions.Stage, name string) (int, error) {
	if name == "" {
		return len(stages) - 1, nil
	}
	var names []string
	for i := len(stages) - 1; i >= 0; i-- {
		if strings.EqualFold(stages[i].Name, name) {
			return i, nil
		}
		if stages[i].Name != "" {
			names = append(names, fmt.Sprintf("%q", stages[i].Name))
		}
	}
	slices.Reverse(names)
	if len(names) == 0 {
		return 0, fmt.Errorf("there is no stage %q: no stage has a name; write FROM … AS %s", name, name)
	}
	return 0, fmt.Errorf("there is no stage %q; the stages are %s", name, strings.Join(names, ", "))
}
