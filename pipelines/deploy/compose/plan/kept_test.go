package plan

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"git.example/slipway/pipelines/composefile"
	"git.example/slipway/pipelines/deploy"
	"git.example/slipway/pipelines/deploy/compose/container"
	"git.example/slipway/pipelines/deploy/compose/kept"
	"git.example/slipway/pipelines/deploy/compose/model"
	"git.example/slipway/pipelines/deploy/compose/observe"
)

// Where the data of a service goes is told when it is not where it was.
func TestDataThatStaysBehind(t *testing.T) {
	const was = `service "db": /data was volume app_data, and is now `
	anonymousName := strings.Repeat("0f", 32)
	tests := map[string]struct {
		service, volumes string
		mount            container.Mount
		there            bool   // the new volume
		want             string // the end of the note; empty for none
	}{
		"the same":                    {service: "volumes: ['data:/data']", volumes: "data: {}"},
		"the same by another key":     {service: "volumes: ['store:/data']", volumes: "store: {name: app_data}"},
		"another key":                 {service: "volumes: ['store:/data']", volumes: "store: {}", want: "volume app_store, which is made new and empty"},
		"another name":                {service: "volumes: ['data:/data']", volumes: "data: {name: mine}", want: "volume mine, which is made new and empty"},
		"another one, which is there": {service: "volumes: ['data:/data']", volumes: "data: {name: mine}", there: true, want: "volume mine;"},
		"external":                    {service: "volumes: ['data:/data']", volumes: "data: {name: mine, external: true}", there: true, want: "volume mine;"},
		"a directory":                 {service: "volumes: ['/srv/data:/data']", volumes: "{}", want: "a bind /srv/data;"},
		"memory":                      {service: "volumes: [{type: tmpfs, target: /data}]", volumes: "{}", want: "a tmpfs;"},
		"anonymous":                   {service: "volumes: ['/data']", volumes: "{}", want: "a volume;"},
		"elsewhere":                   {service: "volumes: ['data:/var/data']", volumes: "data: {}", want: "no volume;"},
		"nowhere":                     {service: "init: true", volumes: "{}", want: "no volume;"},
		"of another service":          {service: "volumes_from: [side]}, side: {image: y", volumes: "{}"},
		"docker's own before":         {service: "volumes: ['data:/data']", volumes: "data: {}", mount: container.Mount{Type: "volume", Name: anonymousName, Destination: "/data"}},
		"a directory before":          {service: "volumes: ['data:/data']", volumes: "data: {}", mount: container.Mount{Type: "bind", Source: "/srv", Destination: "/data"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			file := fmt.Sprintf("services: {db: {image: x, %s}}\nvolumes: {%s}\n", test.service, strings.TrimPrefix(test.volumes, "{}"))
			project, err := composefile.Load(t.Context(), composefile.Options{
				Files: []string{"c.yml"}, Contents: map[string][]byte{"c.yml": []byte(file)}, Dir: "/srv/app", Name: "app",
			})
			if err != nil {
				t.Fatal(err)
			}
			c := at("db", "db1", "old")
			c.Mounts = []container.Mount{{Type: "volume", Name: "app_data", Destination: "/data"}}
			if test.mount.Type != "" {
				c.Mounts = []container.Mount{test.mount}
			}
			o := observe.Observation{
				Model: model.Model{Name: "app", Project: project, All: project}, Containers: map[string][]container.Container{"db": {c, c}},
			}
			for key, v := range project.Volumes {
				r := kept.Resource{Kind: kept.Volume, Key: key, Name: v.Name, External: bool(v.External)}
				if test.there || v.Name == "app_data" {
					r.ID = v.Name
				}
				o.Kept = append(o.Kept, r)
			}
			plan, err := Make(Settings{Target: "app", Dir: "/srv/app"}, deploy.Desired{Main: []string{"c.yml"}}, o, false)
			if err != nil {
				t.Fatal(err)
			}
			switch {
			case test.want == "" && len(plan.Notes) > 0:
				t.Errorf("notes %q", plan.Notes)
			case test.want != "" && (len(plan.Notes) != 1 || !strings.HasPrefix(plan.Notes[0], was+test.want)):
				t.Errorf("notes %q, want %q", plan.Notes, was+test.want)
			}
		})
	}
}

// What compose would not start with is refused before anything changes, and not on
// the way back to what ran.
func TestVolumesAndNetworksThatAreRefused(t *testing.T) {
	file := "services: {web: {image: x, volumes: ['data:/data'], networks: [front]}}\nvolumes: {data: {external: true, name: outside}}\nnetworks: {front: {}}\n"
	project, err := composefile.Load(t.Context(), composefile.Options{
		Files: []string{"c.yml"}, Contents: map[string][]byte{"c.yml": []byte(file)}, Dir: "/srv/app", Name: "app",
	})
	if err != nil {
		t.Fatal(err)
	}
	o := observe.Observation{
		Model: model.Model{Name: "app", Project: project, All: project}, Containers: map[string][]container.Container{},
		Kept: []kept.Resource{
			{Kind: kept.Volume, Key: "data", Name: "outside", External: true},
			{Kind: kept.Network, Key: "front", Name: "app_front", ID: "n", NotOurs: "compose did not make it"},
		},
	}
	want := `volume "data" is external, and host app1 has no volume "outside": make it there (docker volume create outside), or leave external: out` + "\n" +
		`network "front": host app1 has a network "app_front" already, and compose did not make it; say external: true to use it, or rename this one (name:)`
	_, err = Make(Settings{Target: "app", On: "host app1", Dir: "/srv/app"}, deploy.Desired{Main: []string{"c.yml"}}, o, false)
	if diff := cmp.Diff(want, fmt.Sprint(err)); diff != "" {
		t.Errorf("error (- want, + got):\n%s", diff)
	}
	if _, err := Make(Settings{Target: "app", Dir: "/srv/app"}, deploy.Desired{Main: []string{"c.yml"}, Returning: true}, o, false); err != nil {
		t.Errorf("on the way back: %v", err)
	}
}
