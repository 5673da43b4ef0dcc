package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// underLoad compares deploys to a stack behind a real Caddy, under steady load,
// with the way of the documents: stop, pull, up.
type underLoad struct {
	strategy string
	// ours and plain are what the load saw of each deploy.
	ours, plain []seen
}

var rolling, blueGreen = &underLoad{strategy: "rolling"}, &underLoad{strategy: "blue-green"}

// loadRuns is how many deploys of each kind are measured at most.
const loadRuns = 3

const plainDeploy = "docker compose stop; pull; up -d"

// requests are all that were sent, in all deploys.
func (u *underLoad) requests(ctx context.Context, s *sample) (result, error) {
	r := result{What: u.strategy + " under load, requests", Plain: plainDeploy, Count: true}
	err := u.measure(ctx, s)
	u.count(&r, func(s seen) int { return s.answered + s.failed })
	return r, err
}

// failed are those without a good answer.
func (u *underLoad) failed(context.Context, *sample) (result, error) {
	r := result{What: u.strategy + " under load, failed requests", Plain: plainDeploy, Count: true, MostSeconds: 1}
	if len(u.ours) == 0 {
		return r, errSkipped
	}
	u.count(&r, func(s seen) int { return s.failed })
	return r, nil
}

func (u *underLoad) count(r *result, of func(seen) int) {
	for i := range u.ours {
		r.Ours, r.PlainSeconds = r.Ours+float64(of(u.ours[i])), r.PlainSeconds+float64(of(u.plain[i]))
	}
	r.Ratio = r.Ours / max(r.PlainSeconds, 1)
}

// away is the longest time without a good answer.
func (u *underLoad) away(context.Context, *sample) (result, error) {
	r := result{What: u.strategy + " under load, time without answer", Plain: plainDeploy}
	if len(u.ours) == 0 {
		return r, errSkipped
	}
	var ours, plain, ratios []float64
	for i := range u.ours {
		our, their := u.ours[i].away.Seconds(), u.plain[i].away.Seconds()
		ours, plain, ratios = append(ours, our), append(plain, their), append(ratios, our/their)
	}
	r.Ours, r.PlainSeconds, r.Ratio = median(ours), median(plain), median(ratios)
	return r, nil
}

func (u *underLoad) measure(ctx context.Context, s *sample) error {
	caddy, err := exec.LookPath("caddy")
	if err != nil {
		return fmt.Errorf("%w: it needs caddy", errSkipped)
	}
	p, err := u.project(ctx, s, caddy)
	if err != nil {
		return err
	}
	for round := range min(s.runs, loadRuns) + 1 {
		if err := p.change(p.images[0]); err != nil {
			return err
		}
		if err := p.commit(ctx); err != nil {
			return err
		}
		build := strconv.Itoa(round)
		if _, err := p.slip(ctx, "publish", "--build-number", build); err != nil {
			return err
		}
		ours := func() error { _, err := p.slip(ctx, "deploy", "--yes"); return err }
		plain, err := p.plainDeploy(ctx, build)
		if err != nil {
			return err
		}
		if round == 0 { // nothing runs yet
			if err := errors.Join(ours(), plain()); err != nil {
				return err
			}
			continue
		}
		our, err := loaded(p.addresses[0], ours)
		if err != nil {
			return err
		}
		their, err := loaded(p.addresses[1], plain)
		if err != nil {
			return err
		}
		u.ours, u.plain = append(u.ours, our), append(u.plain, their)
	}
	return nil
}

// proxiedProject is a project whose service is behind a proxy.
type proxiedProject struct {
	*project
	// addresses of our stack's proxy, and the plain one's.
	addresses [2]string
	// plain is the compose project of the plain one.
	plain string
}

// behindCaddy is as in examples/caddy.
const behindCaddy = `services:
  proxy:
    image: %[1]s/caddy:1
    ports: ["${ADDRESS}:80"]
    volumes: ["./proxy:/etc/caddy/upstreams:ro"]
    configs: [{source: site, target: /etc/caddy/Caddyfile}]
    sysctls: {net.ipv4.tcp_migrate_req: 1}
    depends_on: {app: {condition: service_healthy}}
  app:
    image: ${REGISTRY}/%[2]s/%[3]s:${DEPLOY_TAG}
    command: [web]
    healthcheck: {test: [CMD, /app, check], interval: 500ms, retries: 20}
configs:
  site:
    content: |
      :80 {
          reverse_proxy {
              import /etc/caddy/upstreams/*.caddy
              lb_try_duration 2s
              lb_try_interval 100ms
          }
      }
`

func (u *underLoad) project(ctx context.Context, s *sample, caddy string) (*proxiedProject, error) {
	name := "load-" + u.strategy
	inner, err := s.newProject(ctx, name, 1)
	if err != nil {
		return nil, err
	}
	stack := s.stack + "-" + u.strategy
	p := &proxiedProject{project: inner, plain: stack + "-plain"}
	s.stacks = append(s.stacks, stack, p.plain)
	files := map[string]string{
		filepath.Join(s.dir, name+"-caddy", "Dockerfile"): "FROM scratch\nCOPY --chmod=755 root /\nENV PATH=/usr/bin HOME=/\nCMD [\"caddy\", \"run\", \"--config\", \"/etc/caddy/Caddyfile\"]\n",
		p.context(inner.images[0], "Dockerfile"):          "FROM " + s.base + "\nCOPY src /src\n",
		filepath.Join(p.dir, "compose.yml"):               fmt.Sprintf(behindCaddy, s.host, name, inner.images[0]),
		filepath.Join(p.dir, "upstreams.tmpl"):            "to {{range .app}}{{.Name}}:3000 {{end}}\n",
		filepath.Join(p.dir, "proxy", "app.caddy"):        "to app:3000\n", // the plain one's
		filepath.Join(p.dir, ".gitignore"):                "/deploy/\n/.env\n",
	}
	for from, to := range withLibraries(ctx, caddy) {
		program, err := os.ReadFile(from)
		if err != nil {
			return nil, err
		}
		files[filepath.Join(s.dir, name+"-caddy", "root", to)] = string(program)
	}
	for i, dir := range []string{filepath.Join(p.dir, "deploy"), p.dir} {
		if p.addresses[i], err = freeAddress(); err != nil {
			return nil, err
		}
		files[filepath.Join(dir, ".env")] = "ADDRESS=" + p.addresses[i] + "\n"
	}
	for path, content := range files {
		if err := write(path, content); err != nil {
			return nil, err
		}
	}
	yaml := filepath.Join(p.dir, "slipway.yaml")
	config, err := os.ReadFile(yaml)
	if err != nil {
		return nil, err
	}
	switched := fmt.Sprintf("{compose: {file: compose.yml, path: deploy, project: %s, strategy: %s, drain: 2s, "+
		"switch: {service: proxy, file: proxy/app.caddy, template: upstreams.tmpl, run: [caddy, reload, --config, /etc/caddy/Caddyfile]}}}", stack, u.strategy)
	whole, _, _ := strings.Cut(string(config), "      stack: ")
	if err := write(yaml, whole+"      stack: "+switched+"\n"); err != nil {
		return nil, err
	}
	_, err = timed(ctx, s.build(filepath.Join(s.dir, name+"-caddy"), s.host+"/caddy:1"))
	return p, err
}

// withLibraries are caddy and the libraries that it is linked with, if there are
// any: where they are, and where in an image.
func withLibraries(ctx context.Context, caddy string) map[string]string {
	files := map[string]string{caddy: "/usr/bin/caddy"}
	libraries, _ := exec.CommandContext(ctx, "ldd", caddy).Output() // it fails for a static program
	for _, word := range strings.Fields(string(libraries)) {
		if filepath.IsAbs(word) {
			files[word] = word
		}
	}
	return files
}

// plainDeploy is the documents' deploy of a release.
func (p *proxiedProject) plainDeploy(ctx context.Context, build string) (func() error, error) {
	up, err := p.composeUp(ctx, build)
	if err != nil {
		return nil, err
	}
	return func() error {
		for _, words := range [][]string{{"stop"}, {"pull", "--quiet"}, {"up", "--detach"}} {
			c := p.in("docker", append([]string{"compose", "--project-name", p.plain}, words...)...)
			c.Env = up.Env
			if _, err := timed(ctx, c); err != nil {
				return err
			}
		}
		return nil
	}, nil
}

// loaded is what steady load sees while something is done, and for a moment
// after.
func loaded(address string, do func() error) (seen, error) {
	l := startLoad("http://" + address + "/")
	time.Sleep(500 * time.Millisecond)
	err := do()
	time.Sleep(2 * time.Second)
	return l.stop(), err
}
