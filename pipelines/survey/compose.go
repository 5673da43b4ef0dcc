package survey

import (
	"context"
	"fmt"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/dotenv"
	"github.com/compose-spec/compose-go/v2/types"

	"git.example/slipway/pipelines/composefile"
	"git.example/slipway/pipelines/lazy"
)

// Compose is a compose file, or several that belong together, as it was read.
type Compose struct {
	// Files are relative to the project; the first one's folder is what paths in
	// them are relative to.
	Files   []string
	Project *types.Project

	filled composefile.StandIns
}

// unknown says that a value has a part that only a deploy knows.
func (c *Compose) unknown(value string) bool { return c.filled.Hide(value) != value }

// Dir is the folder that the files' paths are relative to.
func (c *Compose) Dir() string { return path.Dir(c.Files[0]) }

// Name is what the files are called, in one line.
func (c *Compose) Name() string { return strings.Join(c.Files, " with ") }

var (
	composeName = lazy.Regexp(`(?i)^(docker-|podman-)?compose([._-][\w.-]+)?\.ya?ml$`)
	devCompose  = lazy.Regexp(`(?i)(^|[._-])(dev|devel|development|override|test|tests|testing|ci|local|debug|e2e|devcontainer|lint|build|exporters)([._-]|$)`)
	prodCompose = lazy.Regexp(`(?i)(^|[._-])(prod|production)([._-]|$)`)
)

// isComposeFile says that a path is called as compose files are.
func isComposeFile(name string) bool { return composeName().MatchString(path.Base(name)) }

// mostCompose bounds how many compose files are read.
const mostCompose = 60

// composeFiles are the compose files that could be read, those nearer to the
// project's folder first, and those that could not.
func (t *Tree) composeFiles(ctx context.Context) (all []*Compose, left []Left) {
	var names []string
	for _, f := range t.Files {
		if isComposeFile(f) {
			names = append(names, f)
		}
	}
	slices.SortStableFunc(names, func(a, b string) int { return strings.Count(a, "/") - strings.Count(b, "/") })
	if len(names) > mostCompose {
		names = names[:mostCompose]
	}
	for _, name := range names {
		c, err := t.Load(ctx, name)
		if err != nil {
			base := strings.ToLower(path.Base(name))
			if !devCompose().MatchString(base) && !prodCompose().MatchString(base) && !strings.Contains(base, "deploy") {
				left = append(left, Left{name, fmt.Sprintf("it can't be read: %v", err)})
			}
			continue
		}
		all = append(all, c)
	}
	return all, left
}

// Load reads compose files of the project that belong together. Variables have
// the values that their defaults or a sample of .env say; others are stood in for.
func (t *Tree) Load(ctx context.Context, names ...string) (*Compose, error) {
	samples := t.Samples(path.Dir(names[0]))
	env := map[string]string{"REGISTRY": RegistryHost}
	var files, unknown []string
	for _, name := range names {
		files = append(files, filepath.Join(t.Dir, filepath.FromSlash(name)))
		for _, v := range composefile.Variables(t.Read(name)) {
			switch value, ok := samples.Get(v.Name); {
			case v.Default || env[v.Name] != "":
			case ok && value != "":
				env[v.Name] = value
			default:
				unknown = append(unknown, v.Name)
			}
		}
	}
	slices.Sort(unknown)
	o := composefile.Options{Files: files, Dir: filepath.Dir(files[0]), Env: env, Profiles: []string{"*"}}
	p, filled, err := composefile.LoadStandingIn(ctx, o, slices.Compact(unknown))
	if p == nil && err == nil {
		err = fmt.Errorf("it has nothing")
	}
	if err != nil {
		return nil, fmt.Errorf("%s", strings.ReplaceAll(lastLine(err.Error()), t.Dir+string(filepath.Separator), ""))
	}
	return &Compose{Files: names, Project: p, filled: filled}, nil
}

func lastLine(text string) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	return lines[len(lines)-1]
}

// RegistryHost stands for what Slipway sets REGISTRY to.
const RegistryHost = "registry.invalid"

// Rel is a path that compose made absolute, relative to the project; false when
// it is outside of it.
func (t *Tree) Rel(name string) (string, bool) {
	rel, err := filepath.Rel(t.Dir, name)
	if err != nil || !filepath.IsAbs(name) || !filepath.IsLocal(rel) && rel != "." {
		return "", false
	}
	return filepath.ToSlash(rel), true
}

// builds are the images of services with build:.
func (t *Tree) builds(files []*Compose) (images []Image, left []Left) {
	for _, c := range files {
		for _, name := range c.Project.ServiceNames() {
			b := c.Project.Services[name].Build
			if b == nil {
				continue
			}
			at := fmt.Sprintf("%s, service %s", c.Files[0], name)
			if b.DockerfileInline != "" {
				left = append(left, Left{at, "its Dockerfile is in the compose file: move it into a file of its own"})
				continue
			}
			context, ok := t.Rel(b.Context)
			if !ok {
				left = append(left, Left{at, fmt.Sprintf("its context %s is outside of the project", b.Context)})
				continue
			}
			i := Image{kind: kindOf(t, c), Name: component(name), Context: context, Target: b.Target, Platforms: b.Platforms, Evidence: at, Service: name, Compose: c.Files[0]}
			i.File = path.Join(context, filepath.ToSlash(b.Dockerfile))
			if filepath.IsAbs(b.Dockerfile) {
				i.File, _ = t.Rel(b.Dockerfile)
			}
			for key, value := range b.Args {
				if value != nil && !c.unknown(*value) {
					i.Args = with(i.Args, key, *value)
				}
			}
			for key, where := range b.AdditionalContexts {
				if rel, inside := t.Rel(where); inside {
					where = rel
				}
				i.Contexts = with(i.Contexts, key, where)
			}
			for _, s := range b.Secrets {
				i.secret(t, c, s)
			}
			if !t.IsFile(i.File) {
				left = append(left, Left{at, fmt.Sprintf("its Dockerfile %s is not in git", i.File)})
				continue
			}
			images = append(images, i)
		}
	}
	return images, left
}

// kindOf says how much a compose file's word on images counts.
func kindOf(t *Tree, c *Compose) kind {
	name := c.Files[0]
	if whyNotOurs(path.Join(c.Dir(), "Dockerfile")) != "" || devCompose().MatchString(path.Base(name)) || isRemote(name) {
		return byOther
	}
	return byCompose
}

// usual are the folders that the stack's compose file may be in.
var usual = []string{".", "docker", "deploy", "deployment", "deployments", "compose", "docker-compose", "scripts", "build", "infra", "ops", "infrastructure", "packaging", "container", "containers", "server", "app", "backend", "src"}

// isRemote says that a compose file is where the stack's own usually is not.
func isRemote(name string) bool {
	parts := strings.Split(path.Dir(name), "/")
	return slices.ContainsFunc(parts, func(p string) bool { return !slices.Contains(usual, strings.ToLower(p)) })
}

// secret adds a build secret of a compose service.
func (i *Image) secret(t *Tree, c *Compose, s types.ServiceSecretConfig) {
	from := c.Project.Secrets[s.Source]
	switch rel, inside := t.Rel(from.File); {
	case from.Environment != "":
		i.Secrets = with(i.Secrets, s.Source, "env://"+from.Environment)
	case inside:
		i.Secrets = with(i.Secrets, s.Source, "file://"+rel)
	}
}

// Samples are the variables of the sample of .env that a folder has, or of a .env
// that is in git, in the order of the file.
type Samples struct {
	// File is empty when there is none.
	File   string
	Names  []string
	values map[string]string
}

// Get is a variable's value in the sample.
func (s Samples) Get(name string) (string, bool) {
	v, ok := s.values[name]
	return v, ok
}

// sampleNames are what samples of .env are called.
var sampleNames = []string{".env", ".env.example", ".env.sample", ".env.dist", ".env.template", ".env.tmpl", ".env.default", ".env.defaults", "env.example", "example.env", "sample.env", ".env.docker", ".env.prod.example", ".env.production.example", ".env-example", ".env_example"}

var assigned = lazy.Regexp(`(?m)^\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=`)

// Samples are those of a folder.
func (t *Tree) Samples(dir string) Samples {
	var names []string
	for _, n := range sampleNames {
		names = append(names, path.Join(dir, n))
	}
	return t.samplesIn(t.first(names...))
}

// SamplesOf are those of an env file of any name, from a sample of it.
func (t *Tree) SamplesOf(name string) Samples {
	var names []string
	for _, suffix := range []string{".example", ".sample", ".dist", ".template", "-example", "-sample", "_example", ".tmpl"} {
		names = append(names, name+suffix)
	}
	return t.samplesIn(t.first(names...))
}

func (t *Tree) samplesIn(file string) Samples {
	s := Samples{File: file}
	if file == "" {
		return s
	}
	text := t.Read(s.File)
	values, err := dotenv.ParseWithLookup(strings.NewReader(string(text)), func(string) (string, bool) { return "", false })
	if err != nil {
		return Samples{}
	}
	s.values = values
	for _, m := range assigned().FindAllSubmatch(text, -1) {
		if name := string(m[1]); !slices.Contains(s.Names, name) {
			if _, ok := values[name]; ok {
				s.Names = append(s.Names, name)
			}
		}
	}
	return s
}

// stack is the compose files that say best how the whole runs: those for
// production, else the plain one nearest to the project's folder.
func (t *Tree) stack(ctx context.Context, all []*Compose) (*Compose, []Left) {
	var plain, prod []*Compose
	var left []Left
	for _, c := range all {
		name, dir := path.Base(c.Files[0]), path.Dir(c.Files[0])
		switch {
		case whyNotOurs(path.Join(dir, "Dockerfile")) != "":
			left = append(left, Left{c.Files[0], whyNotOurs(path.Join(dir, "Dockerfile"))})
		case isRemote(c.Files[0]):
			left = append(left, Left{c.Files[0], fmt.Sprintf("it is in %s/: nothing says that it is the whole stack", dir)})
		case devCompose().MatchString(name):
			left = append(left, Left{c.Files[0], "it is for development or tests"})
		case prodCompose().MatchString(name):
			prod = append(prod, c)
		default:
			plain = append(plain, c)
		}
	}
	// The plain name goes before those with another word, such as compose.mariadb.yml.
	slices.SortStableFunc(plain, func(a, b *Compose) int {
		if d := strings.Count(a.Files[0], "/") - strings.Count(b.Files[0], "/"); d != 0 {
			return d
		}
		return len(path.Base(a.Files[0])) - len(path.Base(b.Files[0]))
	})
	chosen := (*Compose)(nil)
	switch {
	case len(prod) > 0 && beside(ctx, t, all, prod[0]) != nil:
		chosen = beside(ctx, t, all, prod[0])
	case len(prod) > 0 && whole(prod[0]):
		chosen = prod[0]
	case len(plain) > 0:
		chosen = plain[0]
		dir := plain[0].Dir()
		for _, f := range t.Files {
			if path.Dir(f) == dir && isComposeFile(f) && prodCompose().MatchString(path.Base(f)) {
				if both, err := t.Load(ctx, chosen.Files[0], f); err == nil {
					chosen = both
					break
				}
			}
		}
	case len(prod) > 0:
		chosen = prod[0]
	}
	for _, c := range append(plain, prod...) {
		if chosen != nil && !slices.Contains(chosen.Files, c.Files[0]) {
			left = append(left, Left{c.Files[0], chosen.Name() + " is taken for the stack"})
		}
	}
	return chosen, left
}

// beside is a file for production together with the plain one beside it, where
// that one can't be read alone: each has what the other one lacks.
func beside(ctx context.Context, t *Tree, all []*Compose, prod *Compose) *Compose {
	for _, name := range []string{"compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml"} {
		name = path.Join(prod.Dir(), name)
		if !t.IsFile(name) || slices.ContainsFunc(all, func(c *Compose) bool { return c.Files[0] == name }) {
			continue
		}
		if both, err := t.Load(ctx, name, prod.Files[0]); err == nil {
			return both
		}
	}
	return nil
}

// whole says that each service of a file has an image or is built.
func whole(c *Compose) bool {
	for _, s := range c.Project.Services {
		if s.Image == "" && s.Build == nil {
			return false
		}
	}
	return len(c.Project.Services) > 0
}
