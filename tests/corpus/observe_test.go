package corpus

import (
	"encoding/json"
	"strings"
	"testing"

	"slices"
)

const (
	projectLabel = "com.docker.compose.project"
	serviceLabel = "com.docker.compose.service"
)

// inspected is a container as docker inspect tells it.
type inspected struct {
	ID    string `json:"Id"`
	State struct {
		Running   bool
		StartedAt string
	}
	Config, HostConfig map[string]any
	Mounts             []mount
	NetworkSettings    struct{ Networks map[string]network }
}

type mount struct {
	Type, Name, Source, Destination, Mode, Propagation string
	RW                                                 bool
	// Content is what the source has, where it is a file or a directory of the project.
	Content string `json:",omitempty"`
}

type network struct {
	Aliases, Links []string
	IPAMConfig     map[string]any
	DriverOpts     map[string]string
}

func (c inspected) label(name string) string {
	labels, _ := c.Config["Labels"].(map[string]any)
	value, _ := labels[name].(string)
	return value
}

// containerState is what a deploy that has nothing to do leaves as it is.
type containerState struct {
	Service, Image, StartedAt string
	Running                   bool
}

// containers are those of the stack's services, by id.
func (l *life) containers() map[string]containerState {
	l.Helper()
	found := map[string]containerState{}
	for _, c := range l.inspect() {
		image, _ := c.Config["Image"].(string)
		found[c.ID] = containerState{Service: c.label(serviceLabel), Image: image, StartedAt: c.State.StartedAt, Running: c.State.Running}
	}
	return found
}

// ids are the containers of a service, running ones first.
func (l *life) ids(service string) []string {
	l.Helper()
	var running, ended []string
	for id, c := range l.containers() {
		switch {
		case c.Service != service:
		case c.Running:
			running = append(running, id)
		default:
			ended = append(ended, id)
		}
	}
	slices.Sort(running)
	return append(running, ended...)
}

// images are what services run, by digest.
func images(containers map[string]containerState) map[string]string {
	found := map[string]string{}
	for _, c := range containers {
		name := c.Service
		found[name] = c.Image
		if strings.Contains(c.Image, "/app@") {
			found["app"] = c.Image
		}
	}
	return found
}

func (l *life) inspect() []inspected {
	l.Helper()
	ids := strings.Fields(docker(l, "ps", "-aq", "--no-trunc", "--filter", "label="+projectLabel+"="+l.values["STACK"], "--filter", "label=com.docker.compose.oneoff=False"))
	return inspectAll(l, ids)
}

func inspectAll(t testing.TB, ids []string) []inspected {
	t.Helper()
	if len(ids) == 0 {
		return nil
	}
	var found []inspected
	if err := json.Unmarshal([]byte(docker(t, append([]string{"inspect", "--type", "container"}, ids...)...)), &found); err != nil {
		t.Fatal(err)
	}
	return found
}

// others are what is there besides the stack but belongs to it: made before it, and
// not to be touched.
func (l *life) others() []string {
	l.Helper()
	var all []string
	mine := l.values["STACK"]
	for line := range strings.Lines(docker(l, "ps", "-a", "--no-trunc", "--format", "container {{.Names}} {{.ID}} {{.State}} {{.Label \""+projectLabel+"\"}}") +
		docker(l, "network", "ls", "--no-trunc", "--format", "network {{.Name}} {{.ID}} {{.Label \""+projectLabel+"\"}}") +
		docker(l, "volume", "ls", "--format", "volume {{.Name}} {{.Label \""+projectLabel+"\"}}")) {
		words := strings.Fields(line)
		if strings.HasPrefix(words[1], mine) && words[len(words)-1] != mine {
			all = append(all, strings.Join(words, " "))
		}
	}
	slices.Sort(all)
	return all
}
