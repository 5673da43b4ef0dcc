package plan

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"git.example/slipway/pipelines/composefile"
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
