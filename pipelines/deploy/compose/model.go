package compose

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"

	"git.example/slipway/pipelines/composefile"
	"git.example/slipway/pipelines/deploy"
	"git.example/slipway/pipelines/shell"
)

// model is a release's compose project as the host's own compose sees it.
type model struct {
	name string
	// project has the enabled services, resolved.
	project *types.Project
	// all has the services of every profile, not resolved.
	all *types.Project
	// pins are the references that services run, by service.
	pins map[string]string
	// accepted are the digests that prove the image of a service of ours.
	accepted map[string][]string
	// hashes are compose's config hashes, by enabled service.
	hashes map[string]string
}

// loadPins reads the compose files on this machine: the project's name, and
// which services use which of our images.
func (t *Target) loadPins(ctx context.Context, d deploy.Desired, env map[string]string) (model, error) {
	m := model{pins: maps.Clone(d.Adopted), accepted: map[string][]string{}}
	if m.pins == nil {
		m.pins = map[string]string{}
	}
	contents := make(map[string][]byte, len(d.Files))
	for name, content := range d.Files {
		if !filepath.IsLocal(name) {
			return m, fmt.Errorf("reading the release's file %q: it is outside of the project", name)
		}
		contents[name] = []byte(content)
	}
	for _, name := range d.Main {
		if _, recorded := d.Files[name]; !recorded {
			return m, fmt.Errorf("the release %s has no file %q: it was published before slipway.yaml named that; publish again", tagOf(d), name)
		}
	}
	var err error
	m.all, err = composefile.Load(ctx, composefile.Options{
		Files: d.Main, Dir: t.Dir, Name: t.Config.Project, Env: env, Contents: contents, Profiles: []string{"*"},
	})
	if err != nil {
		return m, err
	}
	m.name = m.all.Name
	repositories := make(map[string]string, len(d.Images))
	for name, image := range d.Images {
		repositories[name] = image.Repository()
	}
	for name, services := range composefile.Users(m.all, repositories) {
		for _, service := range services {
			m.pins[service] = d.Images[name].Reference
			m.accepted[service] = d.Images[name].Accepted
		}
	}
	return m, nil
}

// resolve has the host's compose resolve the project and hash its services,
// with the env file as it will be. Nothing of it stays on the host.
func (t *Target) resolve(ctx context.Context, d deploy.Desired, m model, file envFile) (model, error) {
	s := &script{}
	dir := s.Temporary()
	for _, name := range sortedKeys(d.Files) {
		s.File(path.Join(dir, "files", name), d.Files[name])
	}
	s.File(dir+"/pins.yml", string(composefile.Override(m.pins)))
	staged, err := stageEnv(s, dir, d, m, file)
	if err != nil {
		return m, err
	}
	s.Export(d.Variables)
	s.Raw("cd " + shell.Quote(t.Dir) + " 2>/dev/null || cd " + dir)
	words := t.compose(m.name)
	if staged && t.envName() == dotEnv {
		words = append(words, "--env-file", dir+"/env")
	}
	for _, name := range d.Main {
		words = append(words, "-f", path.Join(dir, "files", name))
	}
	words = append(words, "-f", dir+"/pins.yml", "-f", dir+"/env.yml", "config", "--format", "json")
	s.Raw(shell.Words(words...) + " >" + dir + "/model.json || exit")
	// Hashing the resolved model gives what "up" labels containers with; hashing
	// the files does not, because "config --hash" leaves env files out.
	s.Raw(shell.Words(append(t.compose(m.name), "-f", dir+"/model.json", "config", "--hash", "*")...) + " || exit")
	s.Raw("echo")
	s.Line("cat", dir+"/model.json")
	out, err := t.output(ctx, s)
	if err != nil {
		return m, fmt.Errorf("reading the compose file of %s: %w", tagOf(d), scriptError(err))
	}
	hashes, resolved, _ := bytes.Cut(out, []byte("\n\n"))
	m.hashes = map[string]string{}
	for line := range strings.Lines(string(hashes)) {
		service, hash, _ := strings.Cut(strings.TrimSpace(line), " ")
		m.hashes[service] = hash
	}
	m.project, err = composefile.Load(ctx, composefile.Options{
		Files: []string{"model.json"}, Contents: map[string][]byte{"model.json": resolved}, Dir: t.Dir, Name: m.name,
	})
	return m, err
}

// stageEnv writes the env file as it will be into the script's directory, and
// an override that makes services read it there.
func stageEnv(s *script, dir string, d deploy.Desired, m model, file envFile) (staged bool, err error) {
	services := map[string]any{}
	if staged = d.Env != nil || file.ours; staged {
		content, err := encodeEnv(d.Env)
		if err != nil {
			return false, err
		}
		s.File(dir+"/env", string(content))
		for name, service := range m.all.Services {
			if i := slices.IndexFunc(service.EnvFiles, func(f types.EnvFile) bool { return f.Path == file.path }); i >= 0 {
				files := slices.Clone(service.EnvFiles)
				files[i].Path = dir + "/env"
				services[name] = files
			}
		}
	}
	override := "services: {}\n"
	if len(services) > 0 {
		override = "services:\n"
	}
	for _, name := range sortedKeys(services) {
		files, err := json.Marshal(services[name])
		if err != nil {
			return false, err
		}
		override += fmt.Sprintf("  %q:\n    env_file: !override %s\n", name, files)
	}
	s.File(dir+"/env.yml", override)
	return staged, nil
}

// compose is the start of a compose command line.
func (t *Target) compose(project string) []string {
	return []string{"docker", "compose", "--project-directory", t.Dir, "-p", project}
}

func tagOf(d deploy.Desired) string {
	switch {
	case d.Release.Tag != "":
		return d.Release.Tag
	case len(d.Main) == 0:
		return "nothing"
	}
	return "the adopted stack"
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
