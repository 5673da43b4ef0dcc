package content

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/distribution/reference"
	"github.com/moby/buildkit/frontend/dockerfile/instructions"
	"github.com/moby/buildkit/frontend/dockerfile/parser"
)

// stageGraph collects the images that a stage depends on.
type stageGraph struct {
	stages []instructions.Stage
	// names are the stages' base names, with arguments filled in.
	names    []string
	contexts map[string]string
	visited  map[int]bool
	images   map[string]bool
}

// visit adds what stage i depends on.
func (g *stageGraph) visit(i int) error {
	if g.visited[i] {
		return nil
	}
	g.visited[i] = true
	stage := g.stages[i]
	if context, ok := g.contexts[stage.Name]; ok && stage.Name != "" {
		return g.context(context)
	}
	if err := g.from(g.names[i], i); err != nil {
		return parser.WithLocation(err, stage.Location)
	}
	for _, command := range stage.Commands {
		if err := g.command(command); err != nil {
			return parser.WithLocation(err, command.Location())
		}
	}
	return nil
}

// from adds what stage i's FROM names: a stage before it, or an image.
func (g *stageGraph) from(name string, i int) error {
	for earlier := i - 1; earlier >= 0; earlier-- {
		if g.stages[earlier].Name == name {
			return g.visit(earlier)
		}
	}
	return g.image(name)
}

func (g *stageGraph) command(command instructions.Command) error {
	switch c := command.(type) {
	case *instructions.CopyCommand:
		return g.source(c.From)
	case *instructions.RunCommand:
		for _, mount := range instructions.GetMounts(c) {
			if err := g.source(mount.From); err != nil {
				return err
			}
		}
	case *instructions.OnbuildCommand:
		return g.trigger(c.Expression)
	}
	return nil
}

// trigger adds what an ONBUILD command depends on: it runs in the stages that
// are made from this one.
func (g *stageGraph) trigger(expression string) error {
	parsed, err := parser.Parse(strings.NewReader(expression))
	if err != nil {
		return err
	}
	for _, node := range parsed.AST.Children {
		command, err := instructions.ParseCommand(node)
		if err != nil {
			return err
		}
		if err := g.command(command); err != nil {
			return err
		}
	}
	return nil
}

// source adds what a --from or from= names: a stage by number or name, or an image.
func (g *stageGraph) source(name string) error {
	if name == "" {
		return nil
	}
	if strings.Contains(name, "$") {
		return fmt.Errorf("from %q: arguments can't be used here; name a stage and use the argument in its FROM", name)
	}
	if number, err := strconv.Atoi(name); err == nil {
		if number < 0 || number >= len(g.stages) {
			return fmt.Errorf("from %q: there is no stage of that number", name)
		}
		return g.visit(number)
	}
	for i := len(g.stages) - 1; i >= 0; i-- {
		if strings.EqualFold(g.stages[i].Name, name) {
			return g.visit(i)
		}
	}
	return g.image(name)
}

func (g *stageGraph) image(name string) error {
	if name == "scratch" {
		return nil
	}
	named, err := reference.ParseNormalizedNamed(name)
	if err != nil {
		return fmt.Errorf("image %q: %w", name, err)
	}
	if context, ok := g.contexts[strings.TrimSuffix(reference.FamiliarString(named), ":latest")]; ok {
		return g.context(context)
	}
	g.images[reference.TagNameOnly(named).String()] = true
	return nil
}

// context adds the image that a named context takes something's place with.
func (g *stageGraph) context(where string) error {
	name, ok := strings.CutPrefix(where, "docker-image://")
	if !ok {
		return nil
	}
	named, err := reference.ParseNormalizedNamed(name)
	if err != nil {
		return fmt.Errorf("image %q: %w", name, err)
	}
	g.images[reference.TagNameOnly(named).String()] = true
	return nil
}
