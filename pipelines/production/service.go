package production

import (
	"context"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"
	"go.yaml.in/yaml/v4"

	"git.example/slipway/pipelines/composefile"
	"git.example/slipway/pipelines/lazy"
	"git.example/slipway/pipelines/survey"
)

// devCommand is a command that serves developers: it watches files, reloads, or
// does nothing.
var devCommand = lazy.Regexp(`(?i)(--reload\b|\bnodemon\b|\bwatchexec\b|\b(npm|yarn|pnpm|bun)\s+(run\s+)?(start:)?(dev|watch|serve|start:dev)\b|--watch\b|\bwatch\b|manage\.py\s+runserver|flask\s+(--debug\s+)?run|\bng\s+serve|vite(\s+--|\s*$)|\bnext\s+dev|webpack-dev-server|webpack\s+serve|\bgo\s+run\b|\bair\b(\s+-c|\s*$)|cargo\s+(watch|run)|spring-boot:run|bootRun|dotnet\s+watch|tail\s+-f\s+/dev/null|sleep\s+(infinity|inf)|debugpy|--inspect|mix\s+phx\.server|artisan\s+serve|\breflex\b|-tags\s+dev)`)

func (m *maker) service(ctx context.Context, name string, s *yaml.Node) {
	image, ours := m.ours[name]
	model := m.compose.Project.Services[name]
	switch {
	case ours:
		m.oursIs(name, s, image)
	case model.Build != nil:
		m.notBuilt(name, s, model)
	default:
		m.readyMade(ctx, name, s, model)
	}
	remove(s, "develop", "tty", "stdin_open")
	if get(s, "container_name") != nil {
		remove(s, "container_name")
	}
	m.environment(name, s)
	m.envFiles(name, s)
	m.mounts(name, s, ours)
	m.ports(name, s, model, ours)
	m.health(name, s, model)
	if get(s, "restart") == nil && !m.ends(name, model) {
		set(s, "restart", text("unless-stopped"))
	}
}

// oursIs makes a service run a release's image.
func (m *maker) oursIs(name string, s *yaml.Node, image survey.Image) {
	remove(s, "build", "image", "pull_policy", "platform")
	repository := m.Project + "/" + image.Name
	if image.Repository != "" {
		repository = image.Repository
	}
	s.Content = append([]*yaml.Node{text("image"), text("${REGISTRY}/" + repository + ":${DEPLOY_TAG}")}, s.Content...)
	if !slices.Contains(m.stack.Used, image.Name) {
		m.stack.Used = append(m.stack.Used, image.Name)
	}
	model := m.compose.Project.Services[name]
	starts := false
	for _, stage := range image.Parsed.Lineage(image.Target) {
		starts = starts || stage.Starts
	}
	for _, key := range []string{"command", "entrypoint"} {
		line := strings.Join(model.Command, " ")
		if key == "entrypoint" {
			line = strings.Join(model.Entrypoint, " ")
		}
		if line == "" || !devCommand().MatchString(line) {
			continue
		}
		if !starts {
			m.say("service %s keeps its %s %q: its Dockerfile has none, but this one is for development", name, key, line)
			continue
		}
		remove(s, key)
		m.say("service %s runs what its image runs: %q is for development", name, line)
	}
	if u := get(s, "user"); u != nil && strings.Contains(u.Value, "$") {
		remove(s, "user")
	}
}

// notBuilt is a service whose image can't be built from git alone.
func (m *maker) notBuilt(name string, s *yaml.Node, model types.ServiceConfig) {
	remove(s, "build")
	m.unready("service %s runs %s, which can't be built from what git has: it has to be in a registry", name, model.Image)
}

// readyMade pins an image of somebody else.
func (m *maker) readyMade(ctx context.Context, name string, s *yaml.Node, model types.ServiceConfig) {
	n := get(s, "image")
	if n == nil {
		m.unready("service %s has neither an image nor a build", name)
		return
	}
	if strings.Contains(n.Value, "@") || m.Pin == nil {
		return
	}
	if strings.Contains(n.Value, "$") && strings.Contains(model.Image, "48") {
		return
	}
	digest := m.Pin(ctx, model.Image)
	if digest == "" {
		m.say("image %s of service %s is not pinned: its registry does not answer from here", model.Image, name)
		return
	}
	n.SetString(model.Image + "@" + digest)
}

// envFiles makes .env the only one of those that git does not have.
func (m *maker) envFiles(name string, s *yaml.Node) {
	n := get(s, "env_file")
	if n == nil {
		return
	}
	items := n.Content
	if n.Kind == yaml.ScalarNode {
		items = []*yaml.Node{n}
	}
	kept := &yaml.Node{Kind: yaml.SequenceNode, Tag: "!!seq"}
	for _, item := range items {
		file := item
		if item.Kind == yaml.MappingNode {
			file = get(item, "path")
		}
		if file == nil {
			continue
		}
		full := path.Join(m.compose.Dir(), file.Value)
		base := path.Base(file.Value)
		if base == ".env" || !m.survey.Tree.IsFile(full) && !strings.Contains(file.Value, "$") {
			if samples := m.values.envFile(full); samples {
				m.fromEnvFile = true
				if !slices.ContainsFunc(kept.Content, func(c *yaml.Node) bool { return c.Value == ".env" }) {
					kept.Content = append(kept.Content, text(".env"))
				}
				continue
			}
			m.say("service %s reads %s, which git does not have and nothing is a sample of: write what it needs into environment", name, file.Value)
			continue
		}
		kept.Content = append(kept.Content, m.moved(item, file))
	}
	if remove(s, "env_file"); len(kept.Content) > 0 {
		set(s, "env_file", kept)
	}
}

// moved is a path of a compose file in a folder, as one at the project's root has it.
func (m *maker) moved(item, at *yaml.Node) *yaml.Node {
	if m.compose.Dir() != "." && !path.IsAbs(at.Value) && !strings.HasPrefix(at.Value, "$") && !strings.HasPrefix(at.Value, "~") {
		at.Value = "./" + path.Join(m.compose.Dir(), at.Value)
	}
	return item
}

// ends says that a service is meant to end.
func (m *maker) ends(name string, model types.ServiceConfig) bool {
	return m.awaited(name) || model.Restart != "" || model.Deploy != nil && model.Deploy.RestartPolicy != nil
}

// afterServices writes what needs all services: whom a service waits for.
func (m *maker) afterServices(services *yaml.Node) {
	for _, name := range keys(services) {
		s := get(services, name)
		on := get(s, "depends_on")
		if on == nil || on.Kind != yaml.SequenceNode {
			continue
		}
		conditions := mapping()
		for _, item := range on.Content {
			condition := types.ServiceConditionStarted
			if other := get(services, item.Value); other != nil && get(other, "healthcheck") != nil && get(get(other, "healthcheck"), "disable") == nil {
				condition = types.ServiceConditionHealthy
			}
			one := mapping("condition", condition)
			one.Style = yaml.FlowStyle
			set(conditions, item.Value, one)
		}
		set(s, "depends_on", conditions)
	}
}

// externals makes networks and volumes that somebody else would have to make
// the stack's own.
func (m *maker) externals() {
	for _, kind := range []string{"networks", "volumes"} {
		all := get(m.root, kind)
		for _, name := range keys(all) {
			n := get(all, name)
			if n == nil || n.Kind != yaml.MappingNode {
				continue
			}
			if external := get(n, "external"); external != nil && external.Value != "false" {
				remove(n, "external", "name")
				m.say("%s %s is the stack's own: on a machine that has it from elsewhere, write external: true", strings.TrimSuffix(kind, "s"), name)
			}
		}
	}
	for _, kind := range []string{"secrets", "configs"} {
		all := get(m.root, kind)
		for _, name := range keys(all) {
			file := get(get(all, name), "file")
			if file == nil || strings.Contains(file.Value, "$") {
				continue
			}
			if full := path.Join(m.compose.Dir(), file.Value); !m.survey.Tree.IsFile(full) {
				m.unready("%s %s is in the file %s, which git does not have", strings.TrimSuffix(kind, "s"), name, full)
				continue
			}
			m.moved(file, file)
		}
	}
}

func (m *maker) addVolumes() {
	if len(m.volumes) == 0 {
		return
	}
	all := get(m.root, "volumes")
	if all == nil || all.Kind != yaml.MappingNode {
		all = mapping()
		set(m.root, "volumes", all)
	}
	for _, name := range m.volumes {
		if !slices.Contains(keys(all), name) {
			set(all, name, &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map", Style: yaml.FlowStyle})
		}
	}
}

// datastores are images that keep data, with how one asks them whether they work.
var datastores = []struct {
	repository string
	probe      string
}{
	{"docker.io/library/postgres", "pg_isready -U \"$${POSTGRES_USER:-postgres}\""},
	{"docker.io/postgis/postgis", "pg_isready -U \"$${POSTGRES_USER:-postgres}\""},
	{"docker.io/pgvector/pgvector", "pg_isready -U \"$${POSTGRES_USER:-postgres}\""},
	{"docker.io/timescale/timescaledb", "pg_isready -U \"$${POSTGRES_USER:-postgres}\""},
	{"docker.io/library/mysql", "mysqladmin ping -h 127.0.0.1 --silent"},
	{"docker.io/library/mariadb", "healthcheck.sh --connect --innodb_initialized"},
	{"docker.io/library/redis", "redis-cli ping"},
	{"docker.io/valkey/valkey", "valkey-cli ping"},
	{"docker.io/library/mongo", "mongosh --quiet --eval 'db.runCommand({ping: 1}).ok' || mongo --quiet --eval 'db.runCommand({ping: 1}).ok'"},
	{"docker.io/library/rabbitmq", "rabbitmq-diagnostics -q ping"},
	{"docker.io/library/memcached", ""},
	{"docker.io/library/elasticsearch", ""},
}

// datastore says that an image keeps data, and how to ask it.
func datastore(image string) (probe string, ok bool) {
	repository := composefile.Repository(image)
	for _, d := range datastores {
		if d.repository == repository {
			return d.probe, true
		}
	}
	return "", false
}

func (m *maker) health(name string, s *yaml.Node, model types.ServiceConfig) {
	if get(s, "healthcheck") != nil {
		return
	}
	if probe, ok := datastore(model.Image); ok && probe != "" {
		set(s, "healthcheck", check("CMD-SHELL", probe))
		return
	}
	image, ours := m.ours[name]
	if !ours || image.Stage().Health || m.awaited(name) {
		return
	}
	port := 0
	for _, p := range model.Ports {
		if p.Protocol != "udp" && !slices.Contains(debugPorts, p.Target) {
			port = int(p.Target)
			break
		}
	}
	if port == 0 && model.Command == nil {
		port = exposed(image)
	}
	if port == 0 {
		return
	}
	if test := probe(image, port); test != nil {
		set(s, "healthcheck", check(test...))
	}
}

// check is a health check that runs a command.
func check(test ...string) *yaml.Node {
	c := mapping()
	c.Style = yaml.FlowStyle
	set(c, "test", list(test...))
	for _, pair := range [][2]string{{"interval", "5s"}, {"timeout", "5s"}, {"retries", "12"}, {"start_period", "10s"}} {
		set(c, pair[0], &yaml.Node{Kind: yaml.ScalarNode, Value: pair[1]})
	}
	return c
}

// exposed is the first port that an image names, 0 for none.
func exposed(i survey.Image) int {
	for _, stage := range i.Parsed.Lineage(i.Target) {
		if len(stage.Ports) > 0 {
			return stage.Ports[0]
		}
	}
	base := i.Parsed.Image(i.Target)
	for _, known := range baseComes {
		if composefile.Repository(base) == "docker.io/library/"+known.name && strings.Contains(base, known.tag) {
			return known.port
		}
	}
	return 0
}

// baseComes are official images that name a port themselves, which images made from
// them keep.
var baseComes = []struct {
	name, tag string
	port      int
}{{"nginx", "", 80}, {"httpd", "", 80}, {"caddy", "", 80}, {"php", "apache", 80}, {"wordpress", "", 80}, {"tomcat", "", 8080}, {"jetty", "", 8080}}

// interpreters are what images of a language can ask a port with.
var interpreters = []struct {
	base string
	test func(port int) []string
}{
	{"node", func(p int) []string {
		return []string{"CMD", "node", "-e", fmt.Sprintf("require('net').connect(%d,'127.0.0.1').on('connect',()=>process.exit(0)).on('error',()=>process.exit(1))", p)}
	}},
	{"python", func(p int) []string {
		return []string{"CMD", "python", "-c", fmt.Sprintf("import socket; socket.create_connection(('127.0.0.1', %d), 3)", p)}
	}},
	{"ruby", func(p int) []string {
		return []string{"CMD", "ruby", "-rsocket", "-e", fmt.Sprintf("TCPSocket.new('127.0.0.1', %d)", p)}
	}},
	{"php", func(p int) []string {
		return []string{"CMD", "php", "-r", fmt.Sprintf("exit(@fsockopen('127.0.0.1', %d) ? 0 : 1);", p)}
	}},
}

// probe asks a port with what the image has; nil when nothing is known to be in it.
func probe(i survey.Image, port int) []string {
	base := i.Parsed.Image(i.Target)
	repository := composefile.Repository(base)
	name := path.Base(repository)
	for _, in := range interpreters {
		if name == in.base {
			return in.test(port)
		}
	}
	alpine := strings.Contains(base, "alpine") || name == "busybox"
	var scripts strings.Builder
	for _, stage := range i.Parsed.Lineage(i.Target) {
		scripts.WriteString(strings.Join(stage.Scripts, "\n"))
	}
	switch {
	case alpine:
		return []string{"CMD-SHELL", fmt.Sprintf("nc -z 127.0.0.1 %d", port)}
	case base == "scratch" || strings.Contains(base, "distroless") || strings.Contains(base, "chainguard") || strings.HasSuffix(repository, "/static"):
		return nil
	case slices.Contains([]string{"debian", "ubuntu", "nginx", "httpd", "golang", "rust", "amazoncorretto", "eclipse-temurin", "openjdk", "elixir", "fedora", "almalinux", "rockylinux", "centos", "amazonlinux", "caddy", "perl", "buildpack-deps", "postgres", "tomcat"}, name):
		return []string{"CMD", "bash", "-c", fmt.Sprintf("</dev/tcp/127.0.0.1/%d", port)}
	case strings.Contains(scripts.String(), "curl"):
		return []string{"CMD-SHELL", fmt.Sprintf("curl -s -o /dev/null http://127.0.0.1:%d/", port)}
	}
	return nil
}
