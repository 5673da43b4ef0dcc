package plan

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"git.example/slipway/pipelines/composefile"
	"git.example/slipway/pipelines/config"
	"git.example/slipway/pipelines/deploy"
	"git.example/slipway/pipelines/deploy/compose/container"
	"git.example/slipway/pipelines/deploy/compose/model"
	"git.example/slipway/pipelines/deploy/compose/observe"
	"git.example/slipway/pipelines/deploy/compose/state"
)

// A host port that the release needs: others keep theirs, services of ours that
// it no longer has make room first.
func TestHostPorts(t *testing.T) {
	const file = `services: {web: {image: nginx, ports: ["127.0.0.1:8080:80"]}}`
	port := func(project, service, address, number string) observe.Port {
		return observe.Port{Container: "c", Project: project, Service: service, Address: address, Number: number}
	}
	tests := map[string]struct {
		taken observe.Port
		runs  []string // services that have a container
		error string
		first string // the first change, and its note
	}{
		"by itself":                    {taken: port("app", "web", "127.0.0.1", "8080/tcp"), first: "start web "},
		"by another project":           {taken: port("other", "web", "127.0.0.1", "8080/tcp"), error: `service "web": its host port 8080/tcp is taken by container c`},
		"on every address":             {taken: port("", "", "0.0.0.0", "8080/tcp"), error: "is taken by container c"},
		"on another address":           {taken: port("", "", "10.0.0.1", "8080/tcp"), first: "start web "},
		"by another protocol":          {taken: port("", "", "0.0.0.0", "8080/udp"), first: "start web "},
		"by a service that goes":       {taken: port("app", "old", "::", "8080/tcp"), runs: []string{"old"}, first: "remove old its host port is needed"},
		"by a one-off command of it":   {taken: port("app", "old", "::", "8080/tcp"), first: "start web "},
		"by a service that is nobodys": {taken: port("app", "hand-made", "::", "8080/tcp"), runs: []string{"hand-made"}, first: "start web "},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			project, err := composefile.Load(t.Context(), composefile.Options{
				Files: []string{"c.yml"}, Contents: map[string][]byte{"c.yml": []byte(file)}, Dir: "/srv/app", Name: "app",
			})
			if err != nil {
				t.Fatal(err)
			}
			o := observe.Observation{
				Model:      model.Model{Name: "app", Project: project, All: project},
				State:      state.State{Project: "app", Services: []string{"old"}},
				Containers: map[string][]container.Container{},
				Ports:      []observe.Port{test.taken},
				Resources:  observe.Resources{"network app_default": "app"},
			}
			for _, service := range test.runs {
				o.Containers[service] = []container.Container{at(service, service+"1", "old")}
			}
			plan, err := Make(Settings{Target: "app", Dir: "/srv/app"}, deploy.Desired{Main: []string{"c.yml"}}, o, false)
			if test.error != "" {
				if err == nil || !strings.Contains(err.Error(), test.error) {
					t.Errorf("error %v, want %q", err, test.error)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			c := plan.Changes[0]
			if diff := cmp.Diff(test.first, strings.Join([]string{string(c.Kind), c.Subject, c.Note}, " ")); diff != "" {
				t.Errorf("the first change (- want, + got):\n%s", diff)
			}
		})
	}
}

// A range of host ports has to have one for each container, and for a rolling
// deploy one for each that runs until it is done.
func TestHostPortRanges(t *testing.T) {
	by := func(project, service string, numbers ...string) (all []observe.Port) {
		for _, number := range numbers {
			all = append(all, observe.Port{Container: "c", Project: project, Service: service, Address: "0.0.0.0", Number: number})
		}
		return all
	}
	foreign := func(numbers ...string) []observe.Port { return by("other", "s", numbers...) }
	const twoEach = ", and a release beside the one before needs "
	tests := map[string]struct {
		ports    string
		old, new int
		taken    []observe.Port
		recreate string
		error    string
	}{
		"enough for both":              {ports: "127.0.0.1:8000-8003:80", old: 2, new: 2},
		"enough for one":               {ports: "8000-8002:80", old: 2, new: 2, recreate: "it publishes the host ports 8000-8002, which are 3" + twoEach + "4"},
		"fewer than before":            {ports: "8000-8002:80", old: 3, new: 1, recreate: "it publishes the host ports 8000-8002, which are 3" + twoEach + "4"},
		"more than before":             {ports: "8000-8002:80", old: 1, new: 2},
		"its own are not others'":      {ports: "8000-8003:80", old: 2, new: 2, taken: by("app", "web", "8000/tcp", "8001/tcp")},
		"others take what is left":     {ports: "8000-8003:80", old: 2, new: 2, taken: foreign("8002/tcp"), recreate: "of the host ports 8000-8003 others leave 3" + twoEach + "4"},
		"another service takes it":     {ports: "8000-8003:80", old: 2, new: 2, taken: by("app", "api", "8003/tcp"), recreate: "of the host ports 8000-8003 others leave 3" + twoEach + "4"},
		"a one-off docker run takes":   {ports: "8000-8003:80", old: 2, new: 2, taken: by("", "", "8003/tcp"), recreate: "of the host ports 8000-8003 others leave 3"},
		"others have another kind":     {ports: "8000-8003:80", old: 2, new: 2, taken: foreign("8002/udp", "8004/tcp", "7999/tcp")},
		"others have another address":  {ports: "127.0.0.2:8000-8003:80", old: 2, new: 2, taken: []observe.Port{{Container: "c", Address: "127.0.0.1", Number: "8000/tcp"}}},
		"both families of one port":    {ports: "8000-8004:80", old: 2, new: 2, taken: []observe.Port{{Container: "c", Address: "0.0.0.0", Number: "8000/tcp"}, {Container: "c", Address: "::", Number: "8000/tcp"}}},
		"too few for its own":          {ports: "8000-8001:80", new: 3, error: `service "web" can't run 3 times: it publishes the host ports 8000-8001, which are 2`},
		"others leave too few":         {ports: "8000-8002:80", new: 2, taken: foreign("8000/tcp", "8001/tcp"), error: "of its host ports 8000-8002 others leave only 1, for 2 containers: container c has one"},
		"another service makes room":   {ports: "8000-8002:80", old: 2, new: 2, taken: by("app", "gone", "8000/tcp", "8001/tcp"), recreate: "which are 3"},
		"one fixed port, two times":    {ports: "8000:80", new: 2, error: `service "web" can't run 2 times: it publishes the fixed host port 8000`},
		"any of docker's, many times":  {ports: "80", old: 5, new: 5, taken: foreign("8000/tcp")},
		"a range of one is fixed":      {ports: "8000-8000:80", old: 1, new: 1, recreate: "it publishes the fixed host port 8000"},
		"the same for udp, not enough": {ports: "8000-8001:53/udp", old: 2, new: 2, recreate: "which are 2" + twoEach + "4"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			file := fmt.Sprintf("services: {web: {image: nginx, scale: %d, ports: [%q]}}", test.new, test.ports)
			project, err := composefile.Load(t.Context(), composefile.Options{
				Files: []string{"c.yml"}, Contents: map[string][]byte{"c.yml": []byte(file)}, Dir: "/srv/app", Name: "app",
			})
			if err != nil {
				t.Fatal(err)
			}
			o := observe.Observation{
				Model: model.Model{Name: "app", Project: project, All: project, Accepted: map[string][]string{"web": {"d"}}},
				Ports: test.taken, Containers: map[string][]container.Container{},
			}
			for n := range test.old {
				c := at("web", fmt.Sprint("web", n), "old")
				c.State.Status = container.StateRunning
				o.Containers["web"] = append(o.Containers["web"], c)
			}
			err = refuseScale(deploy.Desired{}, o, []string{"web"})
			if err == nil {
				err = refusePorts(o, []string{"web"})
			}
			if test.error != "" {
				if err == nil || !strings.Contains(err.Error(), test.error) {
					t.Errorf("error %v, want %q", err, test.error)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			why := whyRecreate("rolling", o, project.Services["web"])
			if (why == "") != (test.recreate == "") || !strings.Contains(why, test.recreate) {
				t.Errorf("recreated: %q, want %q", why, test.recreate)
			}
		})
	}
}

// Of what often only one can hold, slipway.yaml asks for several only when the
// file says that they can share it.
func TestScaleOfWhatOneHolds(t *testing.T) {
	for name, test := range map[string]struct{ service, error string }{
		"a device":            {"devices: [/dev/fuse]", `scale: service "web" can't run 2 times: it uses the device /dev/fuse`},
		"a device to share":   {"devices: [/dev/fuse], deploy: {update_config: {order: start-first}}", ""},
		"a name":              {"container_name: web, deploy: {update_config: {order: start-first}}", `it has the fixed container_name "web"`},
		"stopped, then start": {"deploy: {update_config: {order: stop-first}}", ""},
	} {
		t.Run(name, func(t *testing.T) {
			project, err := composefile.Load(t.Context(), composefile.Options{
				Files: []string{"c.yml"}, Contents: map[string][]byte{"c.yml": []byte("services: {web: {image: nginx, " + test.service + "}}")}, Dir: "/srv/app", Name: "app",
			})
			if err != nil {
				t.Fatal(err)
			}
			o := observe.Observation{Model: model.Model{Name: "app", Project: project, All: project}}
			o.Scale = config.Map[int]{{Name: "web", Value: 2}}
			err = refuseScale(deploy.Desired{}, o, nil)
			if (err == nil) != (test.error == "") || err != nil && !strings.Contains(err.Error(), test.error) {
				t.Errorf("error %v, want %q", err, test.error)
			}
		})
	}
}
