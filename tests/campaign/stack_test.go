package campaign

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"git.example/slipway/internal/waittest"
)

// stack is a compose stack on hosts: services behind an nginx, which answers
// "/SERVICE" with what the service answers.
type stack struct {
	*world
	hosts    []*host
	registry *dockerRegistry
	services []string
	// env is the environment's name, live what runs there.
	env  string
	live published
	// entries is how long the history is.
	entries int
}

// strategies and times are such that a deploy takes little time.
const stackConfig = `version: 1
project: %[1]s
images:
%[2]sregistries:
  main: {oci: {host: "%[3]s"}}
environments:
  prod:
    registry: main
    ssh: {user: %[4]s, key: "file://%[5]s", known-hosts: "file://%[6]s"}
    deploy:
      app:
        compose:
          hosts: %[7]s
          path: %[8]s
          file: compose.yml
          strategy: %[9]s
          drain: 500ms
          health-timeout: 1m
          keep: 3
          before: [{service: %[10]s, run: [migrate]}]
          switch: {service: proxy, file: proxy/upstreams.conf, template: upstreams.tmpl, run: [nginx, -s, reload]}
`

// newStack makes a stack on so many hosts, and its first two releases.
func (w *world) newStack(hosts int, strategy string, services ...string) *stack {
	w.t.Helper()
	return w.stackFrom(w.newRegistry("registry"), hosts, strategy, services...)
}

// stackFrom makes a stack whose images come from a registry.
func (w *world) stackFrom(r *dockerRegistry, hosts int, strategy string, services ...string) *stack {
	w.t.Helper()
	s := &stack{world: w, registry: r, services: services, env: "prod"}
	w.makeBase(s.registry)
	w.makeProxy(s.registry)
	all, known, key := w.newHosts(hosts)
	s.hosts = all
	p := w.newProject("project", fmt.Sprintf(stackConfig, w.name, images(services), s.registry.address, all[0].User, key, known,
		sshAddresses(all), all[0].root, strategy, services[0]))
	w.stackFiles(p, s.registry.address, services)
	return s
}

func images(services []string) string {
	var b strings.Builder
	for _, name := range services {
		fmt.Fprintf(&b, "  %[1]s: {context: %[1]s}\n", name)
	}
	return b.String()
}

// stackFiles writes the compose file, the proxy's template and the images.
func (w *world) stackFiles(p *project, registry string, services []string) {
	var compose, upstreams, locations strings.Builder
	for _, name := range services {
		p.image(name, registry+"/"+w.name+"/base:1")
		fmt.Fprintf(&locations, "          location /%[1]s { proxy_pass http://%[1]s; proxy_connect_timeout 2s; proxy_next_upstream error timeout; }\n", name)
		fmt.Fprintf(&upstreams, "upstream %[1]s {\n{{- range .%[1]s}}\n    server {{.Name}}:3000;\n{{- end}}\n}\n", name)
		fmt.Fprintf(&compose, `  %[1]s:
    image: ${REGISTRY}/%[2]s/%[1]s:${DEPLOY_TAG}
    volumes: ["/scratch"]
    stop_grace_period: 10s
    healthcheck: {test: [CMD, /app, check], interval: 2s, timeout: 20s, retries: 3}
`, name, w.name)
	}
	// Docker resolves a mount where it runs itself, not in the host's own mount
	// namespace: so the directory is named twice, and the second is what nginx reads.
	p.write("compose.yml", fmt.Sprintf(`name: ${NAME}
services:
  proxy:
    image: ${REGISTRY}/%s/nginx:1
    ports: ["${ADDRESS}:80"]
    volumes: ["./proxy:/unused:ro", "${HERE}/proxy:/etc/nginx/upstreams:ro"]
    configs: [{source: site, target: /etc/nginx/conf.d/default.conf}]
    stop_grace_period: 1s
    depends_on: {%s: {condition: service_healthy}}
%sconfigs:
  site:
    content: |
      include /etc/nginx/upstreams/*.conf;
      server {
          listen 80;
%s      }
`, w.name, services[0], compose.String(), locations.String()))
	p.write("upstreams.tmpl", upstreams.String())
}

// urls are where the services answer.
func urls(hosts []*host, services []string) (all []string) {
	for _, h := range hosts {
		for _, service := range services {
			all = append(all, "http://"+h.address+"/"+service)
		}
	}
	return all
}

// begin deploys two releases that nobody disturbs, the second of which is the usual one.
func (s *stack) begin(verb func() []string) {
	s.t.Helper()
	for range 2 {
		r := s.release("ok")
		words := []string{"deploy"}
		if verb != nil {
			words = verb()
		}
		d := s.run(howToRun{}, words...)
		if d.code != 0 {
			s.t.Fatalf("before anything is disturbed: %s", d)
		}
		s.live, s.entries, s.usual = r, s.entries+1, usual{d.took, d.borders}
		s.seeVolumes(s.hosts)
	}
	s.remember(s.kept()...)
}

// release publishes the next one.
func (s *stack) release(behaviour string) published {
	s.t.Helper()
	r, words := s.project.next(behaviour, s.services...)
	if p := s.run(howToRun{}, words...); p.code != 0 {
		s.t.Fatalf("publishing: %s", p)
	}
	return r
}

// kept are the directories whose files are looked at.
func (s *stack) kept() (dirs []string) {
	for _, h := range s.hosts {
		dirs = append(dirs, h.Dir)
	}
	return append(dirs, s.home, s.tmp)
}

// serves wants every service of every host to answer as the release does.
func (tr *trial) serves(hosts []*host, services []string, r published) {
	tr.Helper()
	for _, url := range urls(hosts, services) {
		var body string
		var err error
		if !waittest.Within(15*time.Second, func() bool { // a switch that goes on by itself takes a moment
			for range 3 {
				if body, err = ask(url); err != nil || body != r.answers {
					return false
				}
			}
			return true
		}) {
			tr.wrong("%s answers %q (%v), want %s", url, body, err, r.answers)
		}
	}
}

// settled wants everything in order: r is served and proven, and nothing is left behind.
func (s *stack) settled(tr *trial, r published) {
	tr.Helper()
	s.live = r
	tr.serves(s.hosts, s.services, r)
	if v := tr.run(howToRun{}, "verify", "--env", s.env); v.code != 0 || !strings.Contains(v.out, r.tag) {
		tr.wrong("verify ended with %d: %s%s", v.code, v.out, lastLines(v.stderr))
	}
	tr.onlyServices(s.hosts, append(slices.Clone(s.services), "proxy")...)
	tr.noProcesses()
	tr.nothingNew(s.kept()...)
	for _, h := range s.hosts {
		tr.empty(h.tmp)
	}
	if n := len(s.docker("image", "ls", "-q", "--filter", "reference="+s.registry.address+"/*/*")); n > 12*len(s.services) {
		tr.wrong("%d images of the project are kept", n)
	}
}

// counted ends a trial's look at the history.
func (s *stack) counted(tr *trial, want ...string) {
	tr.Helper()
	tr.added(s.env, s.entries, want...)
	s.entries = len(tr.history(s.env))
}
