package lint

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"

	"git.example/slipway/pipelines/composefile"
	"git.example/slipway/pipelines/config"
)

// stack is one compose project: of a check, or of a target of an environment.
type stack struct {
	files []*file
	// project has the services; none when err says why the files don't load.
	project *types.Project
	err     error
	// unknowable is why they can't be read without values that only a deploy knows.
	unknowable error
	// filled are the values that were made up for those.
	filled composefile.StandIns
	// variables are what is known of the others, and unset the uses of variables that
	// are not known to be set and have no default.
	variables variables
	unset     []variable
	// refused is what compose says of the files when a variable is empty that nothing
	// sets, by its name.
	refused map[string]string
	// others are files that the stack's take in, of these bases are there for extends
	// alone, and some are included with variables of their own.
	others       []*file
	bases        map[*file]bool
	ownVariables map[*file]bool
	// users are the services of each of our images.
	users map[string][]string

	// check, or else environment, registry and target, say whose it is.
	check       *config.ComposeCheck
	environment string
	registry    config.Registry
	target      *config.ComposeTarget
}

type variable struct {
	composefile.Variable
	at position
}

// The tag and the digests that stand for the release's while linting.
const releaseTag = "slipway-lint-0000000"

var releaseDigest = "@sha256:" + strings.Repeat("0", 64)

// checkStack is the stack of a check.
func checkStack(ctx context.Context, dir string, check config.Entry[config.Check], env map[string]string) *stack {
	s := &stack{check: check.Value.Compose}
	known := map[string]string{}
	maps.Copy(known, env)
	maps.Copy(known, check.Value.Env)
	s.variables = variables{values: known, open: "whoever runs the check"}
	s.load(ctx, dir, check.Value.Compose.File, "")
	return s
}

// targetStack is the stack of a target as a release of the images has it.
func targetStack(ctx context.Context, dir string, in Input, environment config.Entry[config.Environment], target config.Entry[config.Target]) *stack {
	t := target.Value.Compose
	registry, _ := in.Config.Registries.Get(environment.Value.Registry)
	s := &stack{environment: environment.Name, registry: registry, target: t}
	repositories := map[string]string{}
	for _, image := range in.Images {
		repositories[image.Name] = registry.Repository(in.Config.Project, image.Name, image.Value)
	}
	s.variables = released(in, environment, registry)
	s.variables.envFileOf(dir, t)
	o := s.load(ctx, dir, t.File, t.Project)
	if s.err == nil && s.unknowable == nil {
		s.users = composefile.Users(s.project, repositories)
		s.leaveOut(ctx, o)
	}
	return s
}

// load reads the files as a deploy does. A variable whose value nobody knows yet
// gets one that fits where it stands, so that the rest can be looked at.
func (s *stack) load(ctx context.Context, dir string, paths []string, name string) composefile.Options {
	absolute := make([]string, len(paths))
	for i, path := range paths {
		absolute[i] = filepath.Join(dir, path)
		s.files = append(s.files, newYAML(dir, absolute[i]))
	}
	s.readOthers(dir)
	var unknown []string
	for _, f := range s.all() {
		for _, v := range composefile.Variables(f.content) {
			known := s.variables.known(v.Name) && !s.variables.set[v.Name]
			if known || !v.Counts(s.variables.isSet) || v.Default && !s.variables.set[v.Name] {
				continue
			}
			unknown = append(unknown, v.Name)
			if !s.variables.set[v.Name] && !s.ownVariables[f] {
				s.unset = append(s.unset, variable{v, position{f, v.Line, v.Column}})
			}
		}
	}
	slices.Sort(unknown)
	o := composefile.Options{Files: absolute, Dir: filepath.Dir(absolute[0]), Name: name, Env: s.variables.values, Profiles: []string{"*"}}
	s.project, s.filled, s.err = composefile.LoadStandingIn(ctx, o, slices.Compact(unknown))
	var unknowable *composefile.Unknowable
	if errors.As(s.err, &unknowable) {
		s.unknowable, s.err = s.err, nil
	}
	if s.project == nil {
		s.project = &types.Project{}
	}
	return o
}

// leaveOut finds the variables that nothing sets and without which compose refuses
// the files, as a deploy would.
func (s *stack) leaveOut(ctx context.Context, o composefile.Options) {
	s.refused = map[string]string{}
	if s.variables.open != "" {
		return
	}
	known := o.Env
	for _, v := range s.unset {
		if _, done := s.refused[v.Name]; done || v.Required {
			continue
		}
		o.Env = maps.Clone(known)
		maps.Copy(o.Env, s.filled)
		delete(o.Env, v.Name)
		project, err := composefile.Load(ctx, o)
		s.refused[v.Name] = s.wrong(project, err)
	}
}

// wrong is what is wrong with the files now that a variable is empty; empty for
// nothing.
func (s *stack) wrong(project *types.Project, err error) string {
	if err != nil {
		if inner := errors.Unwrap(err); inner != nil {
			err = inner
		}
		lines := strings.Split(err.Error(), "\n")
		return lines[len(lines)-1] // what goes before says that something failed
	}
	for name, service := range project.Services {
		// Ours are pinned, whatever the tag.
		if _, ours := s.image(name); !ours && service.Image != "" && !isReference(service.Image) && isReference(s.project.Services[name].Image) {
			return fmt.Sprintf("the image of service %s is %q", name, service.Image)
		}
	}
	return ""
}

// services are the services by name.
func (s *stack) services() []types.ServiceConfig {
	var all []types.ServiceConfig
	for _, name := range s.project.ServiceNames() {
		all = append(all, s.project.Services[name])
	}
	return all
}

// image is the name of our image that a service runs; false when it is none of ours.
func (s *stack) image(service string) (string, bool) {
	for image, services := range s.users {
		if slices.Contains(services, service) {
			return image, true
		}
	}
	return "", false
}

// rolling says that new containers start beside old ones.
func (s *stack) rolling() bool {
	return s.target != nil && s.target.Strategy != config.Recreate
}
