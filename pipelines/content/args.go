package content

import (
	"runtime"
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"
	"github.com/moby/buildkit/frontend/dockerfile/parser"
	"github.com/moby/buildkit/frontend/dockerfile/shell"
)

// globalArgs are the arguments that FROM lines can use: those that BuildKit
// defines for every build, and the Dockerfile's own before the first FROM, with
// their defaults or the values that the user gives.
func globalArgs(lex *shell.Lex, own []instructions.ArgCommand, in BaseInputs, target string) (shell.EnvGetter, error) {
	if target == "" {
		target = "default"
	}
	values := map[string]string{"TARGETSTAGE": target}
	setPlatform(values, "TARGET", in.Platform)
	// Images are built on Linux, also where the caller is a Mac.
	setPlatform(values, "BUILD", "linux/"+runtime.GOARCH)
	for name := range values {
		if value, ok := in.Args[name]; ok {
			values[name] = value
		}
	}
	for _, command := range own {
		for _, arg := range command.Args {
			if value, ok := in.Args[arg.Key]; ok {
				values[arg.Key] = value
				continue
			}
			if arg.Value == nil {
				continue
			}
			value, _, err := lex.ProcessWord(*arg.Value, environment(values))
			if err != nil {
				return nil, parser.WithLocation(err, command.Location())
			}
			values[arg.Key] = value
		}
	}
	return environment(values), nil
}

func setPlatform(values map[string]string, prefix, platform string) {
	system, rest, _ := strings.Cut(platform, "/")
	architecture, variant, _ := strings.Cut(rest, "/")
	values[prefix+"PLATFORM"] = platform
	values[prefix+"OS"] = system
	values[prefix+"ARCH"] = architecture
	values[prefix+"VARIANT"] = variant
}

// environment is a shell.EnvGetter over values.
type environment map[string]string

func (e environment) Get(name string) (string, bool) {
	value, ok := e[name]
	return value, ok
}

func (e environment) Keys() []string {
	keys := make([]string, 0, len(e))
	for key := range e {
		keys = append(keys, key)
	}
	return keys
}
