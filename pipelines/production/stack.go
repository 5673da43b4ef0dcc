// Package production makes a compose file for production: from the one that a
// repository has for development, or from what its Dockerfiles say, with the
// values that the stack needs.
package production

import (
	"bytes"
	"context"
	"fmt"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"
	"go.yaml.in/yaml/v4"

	"git.example/slipway/pipelines/composefile"
	"git.example/slipway/pipelines/survey"
)

// Stack is a compose file for production.
type Stack struct {
	// Text of the file.
	Text []byte
	// Used are the names of the images that it runs.
	Used []string
	// Values are what its .env has.
	Values []Value
	// Said is what was changed, and what somebody has to know.
	Said []string
	// Addresses are where it answers on this machine, such as 127.0.0.1:8080.
	Addresses []string
	// Unready says why it can't be brought up as it is; empty when it can.
	Unready []string
}

// Options are what a stack needs besides the survey.
type Options struct {
	// Project is the name of the project.
	Project string
	// Pin finds the digest of an image of somebody else; nil and "" leave the image
	// as it is.
	Pin func(ctx context.Context, image string) string
	// Random makes n random bytes.
	Random func(n int) []byte
}

// maker makes a stack from a compose file.
type maker struct {
	Options
	survey  *survey.Survey
	compose *survey.Compose
	root    *yaml.Node
	samples survey.Samples
	stack   *Stack
	// content is the compose file where it is not in the repository.
	content []byte
	// ours are the images that services run, by service.
	ours    map[string]survey.Image
	dropped map[string]string
	volumes []string
	values  *values
	// fromEnvFile says that a service takes all of .env.
	fromEnvFile bool
}

// FromCompose is the stack of the survey's compose file.
func FromCompose(ctx context.Context, s *survey.Survey, o Options) (*Stack, error) {
	m := &maker{Options: o, survey: s, compose: s.Stack, stack: &Stack{}, ours: map[string]survey.Image{}, dropped: map[string]string{}}
	return m.make(ctx)
}

func (m *maker) make(ctx context.Context) (*Stack, error) {
	if err := m.read(ctx); err != nil {
		return nil, err
	}
	m.samples = m.survey.Tree.Samples(m.compose.Dir())
	m.values = newValues(m)
	m.assign()
	dropping{m}.services()
	remove(m.root, "version", "name", "include")
	for _, key := range keys(m.root) {
		if strings.HasPrefix(key, "x-") {
			remove(m.root, key)
		}
	}
	services := get(m.root, "services")
	m.root.Style, services.Style = 0, 0
	for _, name := range keys(services) {
		get(services, name).Style = 0
		m.service(ctx, name, get(services, name))
	}
	m.afterServices(services)
	m.externals()
	m.addVolumes()
	m.published(services)
	m.values.replace(services)
	m.values.collect(services)
	return m.finish(ctx)
}

// read takes the compose files as one document without aliases.
func (m *maker) read(ctx context.Context) error {
	dir := filepath.Join(m.survey.Tree.Dir, filepath.FromSlash(m.compose.Dir()))
	content := m.content
	if content == nil {
		content = m.survey.Tree.Read(m.compose.Files[0])
	}
	if m.content == nil && (len(m.compose.Files) > 1 || composefile.TakesIn(content)) {
		var names []string
		for _, f := range m.compose.Files {
			names = append(names, path.Base(f))
		}
		model, err := composefile.Model(ctx, dir, names)
		if err != nil {
			return err
		}
		if content, err = yaml.Marshal(model); err != nil {
			return err
		}
	}
	var doc yaml.Node
	if err := yaml.Unmarshal(content, &doc); err != nil {
		return err
	}
	if len(doc.Content) == 0 {
		return fmt.Errorf("%s is empty", m.compose.Name())
	}
	m.root = plain(doc.Content[0])
	if m.root == nil || get(m.root, "services") == nil {
		return fmt.Errorf("%s has no services", m.compose.Name())
	}
	return nil
}

// assign finds the image of ours that each service runs.
func (m *maker) assign() {
	for _, name := range m.compose.Project.ServiceNames() {
		service := m.compose.Project.Services[name]
		for _, i := range m.survey.Images {
			if m.runs(service, i) {
				m.ours[name] = i
				break
			}
		}
	}
}

// runs says that a service runs an image of ours: it builds it, or names what a
// workflow calls it.
func (m *maker) runs(service types.ServiceConfig, i survey.Image) bool {
	if b := service.Build; b != nil {
		context, _ := m.survey.Tree.Rel(b.Context)
		file := path.Join(context, filepath.ToSlash(b.Dockerfile))
		if m.survey.Tree.Same(file, i.File) && i.Target == m.releasedTarget(i, b.Target) {
			return true
		}
		return false
	}
	if service.Image == "" {
		return false
	}
	repository := composefile.Repository(service.Image)
	if ours, ok := strings.CutPrefix(repository, survey.RegistryHost+"/"); ok {
		return path.Base(ours) == i.Name || len(m.survey.Images) == 1
	}
	for _, tag := range i.Tags {
		if composefile.Repository(tag) == repository {
			return true
		}
	}
	for name, other := range m.compose.Project.Services { // service B runs what service A builds
		if other.Build != nil && other.Image != "" && name != service.Name && composefile.Repository(other.Image) == repository {
			return m.runs(other, i)
		}
	}
	// A file for ready-made images of this very project.
	base := path.Base(repository)
	return !strings.HasPrefix(repository, "docker.io/library/") && len(m.survey.Images) == 1 && (base == m.Project || base == i.Name) && strings.Contains(repository, "/")
}

// releasedTarget is the target that is released in the place of a service's own.
func (m *maker) releasedTarget(i survey.Image, target string) string {
	if i.Target == target {
		return target
	}
	for _, other := range m.survey.Images {
		if other.File == i.File && other.Target == target {
			return target
		}
	}
	return i.Target
}

func (m *maker) say(format string, args ...any) {
	line := fmt.Sprintf(format, args...)
	if !slices.Contains(m.stack.Said, line) {
		m.stack.Said = append(m.stack.Said, line)
	}
}

func (m *maker) unready(format string, args ...any) {
	m.stack.Unready = append(m.stack.Unready, fmt.Sprintf(format, args...))
}

// finish writes the file, once the services are as they have to be, and looks at
// what it made.
func (m *maker) finish(ctx context.Context) (*Stack, error) {
	content, err := m.encode()
	if err != nil {
		return nil, err
	}
	project, err := m.load(ctx, content)
	if err != nil {
		return nil, fmt.Errorf("what was made of %s is no compose file: %w", m.compose.Name(), err)
	}
	services := get(m.root, "services")
	for _, name := range keys(services) {
		if _, ours := m.ours[name]; !ours {
			continue
		}
		service := project.Services[name]
		if ok, _ := composefile.CanRunTwice(service, 2*max(1, service.GetScale())); !ok {
			stopFirst(get(services, name))
		}
		if c := service.HealthCheck; (c == nil || c.Disable) && !m.ours[name].Parsed.Target(m.ours[name].Target).Health && !m.awaited(name) {
			commented(services, name, "# slipway:ignore healthcheck-missing: nothing says how to ask it")
		}
	}
	m.stack.Text, err = m.encode()
	m.stack.Addresses = addresses(project)
	return m.stack, err
}

// load reads what was made as a deploy would.
func (m *maker) load(ctx context.Context, content []byte) (*types.Project, error) {
	env := map[string]string{"REGISTRY": survey.RegistryHost, "DEPLOY_TAG": "1"}
	var unknown []string
	for _, v := range composefile.Variables(content) {
		value, ok := m.values.known(v.Name)
		switch {
		case env[v.Name] != "" || v.Default && !ok:
		case ok && value != "":
			env[v.Name] = value
		default:
			unknown = append(unknown, v.Name)
		}
	}
	slices.Sort(unknown)
	const name = "docker-compose.prod.yml"
	project, _, err := composefile.LoadStandingIn(ctx, composefile.Options{
		Files: []string{name}, Dir: m.survey.Tree.Dir, Env: env, Contents: map[string][]byte{name: content}, Profiles: []string{"*"},
	}, slices.Compact(unknown))
	return project, err
}

func (m *maker) encode() ([]byte, error) {
	var out bytes.Buffer
	e := yaml.NewEncoder(&out)
	e.SetIndent(2)
	if err := e.Encode(m.root); err != nil {
		return nil, err
	}
	from := m.compose.Name()
	if m.content != nil {
		from = "the Dockerfiles"
	}
	head := fmt.Sprintf("# Made by `slipway init` from %s: what a release runs. It is yours: change what you like.\n", from)
	return append([]byte(head), out.Bytes()...), e.Close()
}

// stopFirst says of a service that its new container can't start beside the old one.
func stopFirst(service *yaml.Node) {
	deploy := get(service, "deploy")
	if deploy == nil {
		deploy = mapping()
		set(service, "deploy", deploy)
	}
	update := get(deploy, "update_config")
	if update == nil {
		update = mapping()
		update.Style = yaml.FlowStyle
		set(deploy, "update_config", update)
	}
	if get(update, "order") == nil {
		set(update, "order", text("stop-first"))
	}
}

// awaited says that a service waits for the end of this one.
func (m *maker) awaited(name string) bool {
	for _, other := range m.compose.Project.Services {
		if other.DependsOn[name].Condition == types.ServiceConditionCompletedSuccessfully {
			return true
		}
	}
	return false
}

// addresses are the TCP ports that a stack publishes on this machine.
func addresses(p *types.Project) []string {
	var all []string
	for _, name := range p.ServiceNames() {
		for _, port := range p.Services[name].Ports {
			if port.Published != "" && port.Protocol != "udp" && !strings.Contains(port.Published, "-") {
				host := port.HostIP
				if host == "" || host == "0.0.0.0" {
					host = "127.0.0.1"
				}
				all = append(all, host+":"+port.Published)
			}
		}
	}
	return all
}
