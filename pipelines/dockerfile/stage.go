package dockerfile

import (
	"maps"
	"path"
	"strconv"
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"
	"github.com/moby/buildkit/frontend/dockerfile/parser"
	"github.com/moby/buildkit/frontend/dockerfile/shell"
)

// reader turns BuildKit's instructions into stages.
type reader struct {
	lex *shell.Lex
	// args are the global arguments with their default values, given those of the build.
	args, given map[string]string
}

// platform are the arguments that a builder sets itself.
var platform = map[string]string{
	"TARGETPLATFORM": "linux/amd64", "TARGETOS": "linux", "TARGETARCH": "amd64", "TARGETVARIANT": "",
	"BUILDPLATFORM": "linux/amd64", "BUILDOS": "linux", "BUILDARCH": "amd64", "BUILDVARIANT": "",
}

func (r reader) stage(from instructions.Stage) Stage {
	s := Stage{Name: from.Name, Env: map[string]string{}}
	s.Base, _ = r.word(from.BaseName, r.args)
	vars := map[string]string{}
	for _, command := range from.Commands {
		r.command(&s, command, vars)
	}
	return s
}

func (r reader) command(s *Stage, command instructions.Command, vars map[string]string) {
	switch c := command.(type) {
	case *instructions.ArgCommand:
		r.arguments(c.Args, vars)
		for _, a := range c.Args {
			if _, own := vars[a.Key]; !own {
				if value, ok := r.args[a.Key]; ok {
					vars[a.Key] = value
				}
			}
		}
	case *instructions.EnvCommand:
		for _, pair := range c.Env {
			value, _ := r.word(pair.Value, vars)
			vars[pair.Key], s.Env[pair.Key] = value, value
		}
	case *instructions.CopyCommand:
		if c.From != "" {
			s.from = append(s.from, c.From)
			return
		}
		r.sources(s, c.SourcePaths, c.Location(), vars)
	case *instructions.AddCommand:
		r.sources(s, c.SourcePaths, c.Location(), vars)
	case *instructions.RunCommand:
		s.Runs = true
		s.Scripts = append(s.Scripts, strings.Join(c.CmdLine, " "))
		for _, m := range instructions.GetMounts(c) {
			switch {
			case m.From != "":
				s.from = append(s.from, m.From)
			case m.Type == instructions.MountTypeBind && m.Source != "":
				r.sources(s, []string{m.Source}, c.Location(), vars)
			}
		}
	case *instructions.ExposeCommand:
		for _, port := range c.Ports {
			r.port(s, port, vars)
		}
	case *instructions.VolumeCommand:
		s.Volumes = append(s.Volumes, c.Volumes...)
	case *instructions.CmdCommand:
		s.Starts = true
		s.Command = strings.TrimSpace(s.Command + " " + strings.Join(c.CmdLine, " "))
	case *instructions.EntrypointCommand:
		s.Starts = true
		s.Command = strings.TrimSpace(strings.Join(c.CmdLine, " ") + " " + s.Command)
	case *instructions.HealthCheckCommand:
		s.Health = c.Health != nil && (len(c.Health.Test) == 0 || c.Health.Test[0] != "NONE")
	}
}

// sources adds paths of the build context. URLs and files that the Dockerfile
// itself has are none.
func (r reader) sources(s *Stage, paths []string, at []parser.Range, vars map[string]string) {
	for _, p := range paths {
		name, known := r.word(p, vars)
		if strings.Contains(name, "://") || strings.HasPrefix(name, "git@") {
			continue
		}
		line := 0
		if len(at) > 0 {
			line = at[0].Start.Line
		}
		name = strings.TrimPrefix(path.Clean("/"+name), "/")
		if name == "" {
			name = "."
		}
		source := Source{Path: name, Known: name, Line: line}
		if !known {
			source.Path = strings.TrimPrefix(p, "./")
			source.Known, _, _ = strings.Cut(source.Path, "$")
		}
		s.Sources = append(s.Sources, source)
	}
}

func (r reader) port(s *Stage, text string, vars map[string]string) {
	text, known := r.word(text, vars)
	number, protocol, _ := strings.Cut(text, "/")
	first, _, _ := strings.Cut(number, "-")
	n, err := strconv.Atoi(first)
	if known && err == nil && protocol != "udp" {
		s.Ports = append(s.Ports, n)
	}
}

// arguments puts the default values of arguments into vars.
func (r reader) arguments(args []instructions.KeyValuePairOptional, vars map[string]string) {
	for _, a := range args {
		if given, ok := r.given[a.Key]; ok {
			vars[a.Key] = given
		} else if a.Value != nil {
			vars[a.Key], _ = r.word(*a.Value, vars)
		}
	}
}

// word fills in variables; known says that each one had a value.
func (r reader) word(text string, vars map[string]string) (filled string, known bool) {
	filled, unset, err := r.lex.ProcessWord(text, env(vars))
	if err != nil {
		return text, false
	}
	return filled, len(unset) == 0
}

// env are variables as BuildKit's shell lexer asks for them.
type env map[string]string

func (e env) Get(name string) (string, bool) {
	v, ok := e[name]
	return v, ok
}

func (e env) Keys() []string {
	var all []string
	for k := range maps.Keys(e) {
		all = append(all, k)
	}
	return all
}
