package campaign

import (
	"fmt"
	"slices"
)

const promoteConfig = `version: 1
project: %[1]s
images:
  web: {context: web}
  api: {context: api}
registries:
  first: {oci: {host: "%[2]s"}}
  second: {oci: {host: "%[3]s"}}
environments:
  staging:
    registry: first
    ssh: &ssh {user: %[4]s, key: "file://%[5]s", known-hosts: "file://%[6]s"}
    deploy:
      app:
        compose: &compose
          hosts: %[7]s
          path: %[9]s
          file: compose.yml
          drain: 500ms
          health-timeout: 1m
          keep: 3
          switch: {service: proxy, file: proxy/upstreams.conf, template: upstreams.tmpl, run: [nginx, -s, reload]}
  prod:
    registry: second
    promote-from: staging
    ssh: *ssh
    deploy:
      app:
        compose:
          <<: *compose
          hosts: %[8]s
`

// promoted are two environments, each with a registry and a host. The stack is
// that of the second one.
type promoted struct {
	*stack
	second *dockerRegistry
}

func (w *world) newPromoted(first, second *dockerRegistry) *promoted {
	w.t.Helper()
	hosts, known, key := w.newHosts(2)
	services := []string{"web", "api"}
	s := &promoted{stack: &stack{world: w, registry: first, services: services, env: "prod", hosts: hosts[1:]}, second: second}
	p := w.newProject("project", fmt.Sprintf(promoteConfig, w.name, first.address, second.address, hosts[0].User, key, known,
		sshAddresses(hosts[:1]), sshAddresses(hosts[1:]), hosts[0].root))
	w.stackFiles(p, first.address, services)
	for range 2 {
		r := s.staged(nil)
		d := s.run(howToRun{}, "promote", "--env", "prod")
		if d.code != 0 {
			s.t.Fatalf("before anything is disturbed: %s", d)
		}
		s.live, s.entries, s.usual = r, s.entries+1, usual{d.took, d.borders}
		s.seeVolumes(s.hosts)
	}
	s.remember(s.kept()...)
	return s
}

// staged is a new release that runs in staging.
func (s *promoted) staged(tr *trial) published {
	r, words := s.project.next("ok", s.services...)
	for _, words := range [][]string{append(words, "--env", "staging"), {"deploy", "--env", "staging"}} {
		if d := s.run(howToRun{}, words...); d.code != 0 {
			if tr != nil {
				tr.runs = append(tr.runs, d)
				tr.wrong("slipway %q in staging: %s", words, lastLines(d.stderr))
				tr.FailNow()
			}
			s.t.Fatalf("in staging: %s", d)
		}
	}
	return r
}

// copied wants the second registry to have all of the release, by the same digests.
func (s *promoted) copied(tr *trial, r published) {
	tr.Helper()
	for _, image := range s.services {
		repository := s.name + "/" + image
		from, to := digestOf(s.registry.dir, repository, r.tag), digestOf(s.second.dir, repository, r.tag)
		if from == "" || from != to {
			tr.wrong("%s:%s is %q in the second registry, want %q", image, r.tag, to, from)
		}
	}
	if digestOf(s.second.dir, s.name+"/release", r.tag+".release") == "" {
		tr.wrong("%s has no record in the second registry", r.tag)
	}
	tr.line.Numbers = map[string]float64{"unfinished uploads": float64(len(uploads(s.second.dir)))}
}

func openPromote(w *world) func(*trial) {
	first, second := w.newRegistry("registry"), w.newRegistry("second")
	w.makeBase(first)
	w.makeProxy(first, second)
	s := w.newPromoted(first, second)
	return func(tr *trial) {
		load := startLoad(urls(s.hosts, s.services))
		var r published
		tr.disturbed(func() []string {
			if r.tag != "" {
				s.entries++
			}
			r = s.staged(tr)
			return []string{"promote", "--env", "prod"}
		})
		s.seeVolumes(s.hosts)
		again := tr.plain("promote", "--env", "prod")
		tr.line.Again = seconds(again.took)
		s.counted(tr, r.tag+" interrupted?", r.tag+" deployed", r.tag+" deployed?")
		s.settled(tr, r)
		s.copied(tr, r)
		load.stop(tr)
	}
}

func openRollback(w *world) func(*trial) {
	s := w.newStack(2, "rolling", "web")
	s.begin(nil)
	all := map[string]published{s.live.tag: s.live}
	back := func() {
		before := s.live
		r := s.release("ok")
		if d := s.run(howToRun{}, "deploy"); d.code != 0 {
			s.t.Fatalf("before anything is disturbed: %s", d)
		}
		s.entries++
		all[r.tag] = r
		s.live = before
	}
	return func(tr *trial) {
		words := []string{"rollback"}
		load := startLoad(urls(s.hosts, s.services))
		first := true
		tr.disturbed(func() []string {
			if !first {
				s.entries++ // it had ended before it was killed
			}
			first = false
			back()
			if tr.seed%2 == 0 {
				words = []string{"rollback", "--to", s.live.tag}
			}
			return slices.Clone(words)
		})
		s.seeVolumes(s.hosts)
		ended := slices.ContainsFunc(tr.entries("prod")[s.entries:], func(e entry) bool { return e.Outcome == "rollback" })
		if ended { // it was killed when it had done all: the next one without --to would go further back
			words = []string{"rollback", "--to", s.live.tag}
			tr.line.What += ", when it was done"
		}
		again := tr.plain(words...)
		tr.line.Again = seconds(again.took)
		tag := s.live.tag
		s.counted(tr, tag+" interrupted?", tag+" rollback", tag+" rollback?")
		s.settled(tr, s.live)
		load.stop(tr)
	}
}
