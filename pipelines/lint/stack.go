package lint

import (
	"context"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"

	"git.example/slipway/pipelines/composefile"
	"git.example/slipway/pipelines/config"
	"git.example/slipway/pipelines/deploy"
)

// stack is one compose project: of a check, or of a target of an environment.
type stack struct {
	files []*file
	// project has the services; none when err says why the files don't load.
	project *types.Project
	err     error
	// unset are the uses of variables that nothing sets and that have no default.
	unset []variable
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
	s.load(ctx, dir, check.Value.Compose.File, "", []map[string]string{env, check.Value.Env})
	return s
}

// targetStack is the stack of a target as a release of the images has it.
func targetStack(ctx context.Context, dir string, in Input, environment config.Entry[config.Environment], target config.Entry[config.Target]) *stack {
	t := target.Value.Compose
	registry, _ := in.Config.Registries.Get(environment.Value.Registry)
	s := &stack{environment: environment.Name, registry: registry, target: t}
	repositories := map[string]string{}
	released := map[string]deploy.Image{}
	for _, image := range in.Images {
		repository := registry.Repository(in.Config.Project, image.Name, image.Value)
		repositories[image.Name] = repository
		released[image.Name] = deploy.Image{Reference: repository + releaseDigest}
	}
	host := strings.TrimSuffix(registry.Repository("", "", config.Image{Repository: "x"}), "/x")
	known := []map[string]string{in.Env, deploy.Variables(releaseTag, environment.Name, host, released)}
	if t.Env != nil {
		known = append(known, t.Env.Set)
	}
	s.load(ctx, dir, t.File, t.Project, known)
	if s.err == nil {
		s.users = composefile.Users(s.project, repositories)
	}
	return s
}

// load reads the files. A variable that nothing sets gets a value that fits
// wherever one can stand, so that the rest can be looked at.
func (s *stack) load(ctx context.Context, dir string, paths []string, name string, known []map[string]string) {
	env := map[string]string{}
	for _, variables := range known {
		maps.Copy(env, variables)
	}
	absolute := make([]string, len(paths))
	unset := map[string]string{}
	for i, path := range paths {
		absolute[i] = filepath.Join(dir, path)
		f := newYAML(dir, absolute[i])
		s.files = append(s.files, f)
		for _, v := range composefile.Variables(f.content) {
			if _, ok := env[v.Name]; !ok && !v.Default {
				unset[v.Name] = "1"
				s.unset = append(s.unset, variable{v, position{f, v.Line, 1}})
			}
		}
	}
	maps.Copy(env, unset)
	s.project, s.err = composefile.Load(ctx, composefile.Options{
		Files: absolute, Dir: filepath.Dir(absolute[0]), Name: name, Env: env, Profiles: []string{"*"},
	})
	if s.err != nil {
		s.project = &types.Project{}
	}
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

// at is the position of a service, or of something in it, in the last file that
// has it: that one wins.
func (s *stack) at(service string, path ...string) position {
	full := append([]string{"services", service}, path...)
	for n := len(full); n >= 2; n-- {
		for _, f := range slices.Backward(s.files) {
			if at, ok := f.at(full[:n]...); ok {
				return at
			}
		}
	}
	return s.files[0].near("services")
}
