package production

import (
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"

	"git.example/slipway/pipelines/composefile"
	"git.example/slipway/pipelines/lazy"
)

// tools are images that only developers use, by a part of their repository.
var tools = []string{"mailhog", "mailcatcher", "mailpit", "maildev", "adminer", "phpmyadmin", "pgadmin", "pgweb", "mongo-express", "redis-commander", "redisinsight", "playwright", "selenium", "cypress", "storybook", "portainer", "dozzle", "localstack", "ngrok", "livereload"}

var (
	devService = lazy.Regexp(`(?i)(^|[_-])(dev|development|debug|test|tests|testing|e2e|storybook|watch|watcher|livereload|seed|prestart-test)([_-]|$)`)
	devProfile = lazy.Regexp(`(?i)^(dev|development|debug|test|tests|testing|e2e|tools?|seed|assets|docs?|manual|donotstart|lint|ci)$`)
)

// dropping decides which services a stack does without.
type dropping struct{ m *maker }

// services takes out services that are for developers, unless another service needs
// them, and profiles: a deploy starts all that is in the file.
func (d dropping) services() {
	services := get(d.m.root, "services")
	named, told := d.activeProfiles()
	for _, name := range keys(services) {
		if why := d.whyDropped(name, get(services, name), named, told); why != "" && (why == notInGit || !d.needed(name, named, told)) {
			d.m.dropped[name] = why
		}
	}
	for _, name := range keys(services) {
		why, gone := d.m.dropped[name]
		if !gone {
			remove(get(services, name), "profiles")
			continue
		}
		d.m.say("service %s is left out: %s", name, why)
		if why == notInGit {
			d.m.unready("service %s: %s", name, why)
		}
		remove(services, name)
	}
	for _, name := range keys(services) {
		d.withoutDropped(get(services, name))
	}
}

// activeProfiles are those that the sample of .env starts; told says that it does.
func (d dropping) activeProfiles() (names []string, told bool) {
	v, ok := d.m.samples.Get("COMPOSE_PROFILES")
	return strings.Split(v, ","), ok && v != ""
}

func (d dropping) whyDropped(name string, service *yaml.Node, active []string, told bool) string {
	s := d.m.compose.Project.Services[name]
	repository := composefile.Repository(s.Image)
	switch {
	case slices.ContainsFunc(tools, func(t string) bool { return strings.Contains(repository, t) }) && repository != "" && !strings.HasSuffix(repository, "/"+d.m.Project):
		return "it is a tool for development"
	case devService().MatchString(name):
		return "it is for development or tests"
	case s.Build != nil && d.isStep(name):
		return "its image is a step of another one's build"
	case s.Build != nil && s.Image == "" && !d.runsOurs(name):
		return notInGit
	}
	for _, p := range s.Profiles {
		if devProfile().MatchString(p) {
			return "its profile is " + p
		}
	}
	if len(s.Profiles) > 0 && !(told && slices.ContainsFunc(s.Profiles, func(p string) bool { return slices.Contains(active, p) })) {
		return "its profile " + strings.Join(s.Profiles, ", ") + " has to be asked for"
	}
	return ""
}

// notInGit is why a service is left out whose image nobody has.
const notInGit = "what it builds can't be built from what git has"

func (d dropping) runsOurs(name string) bool {
	_, ours := d.m.ours[name]
	return ours
}

// isStep says that a service builds a stage that no image of ours is.
func (d dropping) isStep(name string) bool {
	_, ours := d.m.ours[name]
	if ours {
		return false
	}
	b := d.m.compose.Project.Services[name].Build
	for _, i := range d.m.survey.Images {
		target := i.Parsed.Target(b.Target)
		if b.Target == "" || target == nil {
			continue
		}
		for _, stage := range i.Parsed.Needed(i.Target) {
			if stage == target && stage != i.Stage() {
				return true
			}
		}
	}
	return false
}

// needed says that a service that stays waits for this one.
func (d dropping) needed(name string, active []string, told bool) bool {
	services := get(d.m.root, "services")
	for _, other := range keys(services) {
		on, ok := d.m.compose.Project.Services[other].DependsOn[name]
		if ok && on.Required && other != name && d.whyDropped(other, get(services, other), active, told) == "" {
			return true
		}
	}
	return false
}

// withoutDropped takes the services that are gone out of what another one waits for.
func (d dropping) withoutDropped(service *yaml.Node) {
	for _, key := range []string{"depends_on", "links"} {
		n := get(service, key)
		if n == nil {
			continue
		}
		for name := range d.m.dropped {
			remove(n, name)
		}
		if n.Kind == yaml.SequenceNode {
			n.Content = slices.DeleteFunc(n.Content, func(c *yaml.Node) bool {
				linked, _, _ := strings.Cut(c.Value, ":")
				_, gone := d.m.dropped[linked]
				return gone
			})
		}
		if len(n.Content) == 0 {
			remove(service, key)
		}
	}
}
