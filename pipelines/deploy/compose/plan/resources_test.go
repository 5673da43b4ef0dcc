package plan

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"git.example/slipway/pipelines/composefile"
	"git.example/slipway/pipelines/config"
	"git.example/slipway/pipelines/deploy"
	"git.example/slipway/pipelines/deploy/compose/container"
	"git.example/slipway/pipelines/deploy/compose/kept"
	"git.example/slipway/pipelines/deploy/compose/model"
	"git.example/slipway/pipelines/deploy/compose/observe"
	"git.example/slipway/pipelines/deploy/compose/state"
)

// A plan says which networks and volumes are made, in the words that docker has for
// them: those of services that start, and no other.
func TestResources(t *testing.T) {
	const file = `
services:
  web: {image: web, networks: [front, outside], volumes: ["data:/data", "/srv:/srv", "/anonymous"], depends_on: [db]}
  db: {image: db, volumes: ["data:/data", "kept:/kept"]}
  alone: {image: db, network_mode: host, tmpfs: /x}
  admin: {image: web, networks: [back], profiles: [admin]}
networks:
  front: {}
  back: {name: the-back}
  outside: {external: true}
  unused: {}
volumes:
  data: {}
  kept: {external: true}
  unused: {}
`
	all := []string{"create network app_default", "create network app_front", "create volume app_data"}
	for name, test := range map[string]struct {
		there   []string
		kept    []kept.Resource
		running []string
		config  config.ComposeTarget
		steps   Steps
		want    []string
	}{
		"nothing is there":       {want: all},
		"some are there":         {there: []string{"network app_front", "network front", "volume other_data"}, want: []string{"create network app_default", "create volume app_data"}},
		"one was made otherwise": {kept: []kept.Resource{{Kind: kept.Network, Name: "app_front", ID: "1"}, {Kind: kept.Volume, Name: "app_data"}}, there: []string{"network app_default"}, want: []string{"create volume app_data"}},
		"all are there":          {there: []string{"network app_front", "network app_default", "volume app_data"}},
		"one service starts":     {running: []string{"db", "alone"}, want: []string{"create network app_front", "create volume app_data"}},
		"what starts has none":   {running: []string{"db", "web"}},
		"a step's":               {running: []string{"db", "web", "alone"}, config: config.ComposeTarget{Before: []config.Step{{Service: "admin", Run: []string{"x"}}}}, want: []string{"create network the-back"}},
		"a step's after":         {running: []string{"db", "web", "alone"}, config: config.ComposeTarget{After: []config.Step{{Service: "admin", Run: []string{"x"}}}}, want: []string{"create network the-back"}},
		"that of a step that runs at the end of several hosts": {
			running: []string{"db", "web", "alone"}, config: config.ComposeTarget{After: []config.Step{{Service: "admin", Run: []string{"x"}}}}, steps: StepsBefore,
			want: []string{"create network the-back"},
		},
		"a step of another host": {running: []string{"db", "web", "alone"}, config: config.ComposeTarget{After: []config.Step{{Service: "admin", Run: []string{"x"}}}}, steps: StepsNone},
	} {
		t.Run(name, func(t *testing.T) {
			load := func(profiles ...string) composefile.Options {
				return composefile.Options{
					Files: []string{"c.yml"}, Contents: map[string][]byte{"c.yml": []byte(file)}, Dir: "/srv/app", Name: "app", Profiles: profiles,
				}
			}
			project, err := composefile.Load(t.Context(), load())
			if err != nil {
				t.Fatal(err)
			}
			every, err := composefile.Load(t.Context(), load("*"))
			if err != nil {
				t.Fatal(err)
			}
			o := observe.Observation{
				Model:      model.Model{Name: "app", Project: project, All: every, Hashes: map[string]string{"web": "h", "db": "h", "alone": "h"}},
				Containers: map[string][]container.Container{}, State: state.State{Project: "app"}, Resources: observe.Resources{}, Kept: test.kept,
			}
			for _, there := range test.there {
				o.Resources[there] = "app"
			}
			for _, service := range test.running {
				c := at(service, service, "h")
				for _, v := range project.Services[service].Volumes {
					c.Mounts = append(c.Mounts, container.Mount{Type: v.Type, Name: project.Volumes[v.Source].Name})
				}
				o.Containers[service] = []container.Container{c}
			}
			plan, err := Make(Settings{Target: "app", Dir: "/srv/app", Config: test.config, Steps: test.steps}, deploy.Desired{Main: []string{"c.yml"}}, o, false)
			if err != nil {
				t.Fatal(err)
			}
			made := madeOf(plan, deploy.Create)
			if diff := cmp.Diff(test.want, made); diff != "" {
				t.Errorf("made (-want +got):\n%s", diff)
			}
			if len(made) > 0 && plan.Changes[0].Kind != deploy.Create {
				t.Errorf("they are made before anything starts: %+v", plan.Changes)
			}
		})
	}
}

// The project's networks go with its last container, and its volumes stay.
func TestResourcesThatGo(t *testing.T) {
	o := observe.Observation{
		Model: model.Model{Name: "app"}, State: state.State{Project: "app", Services: []string{"web"}},
		Containers: map[string][]container.Container{"web": {at("web", "1", "h")}},
		Resources:  observe.Resources{"network app_default": "app", "network other": "other", "network bridge": "", "volume app_data": "app"},
	}
	for name, test := range map[string]struct {
		services []string
		want     []string
	}{
		"all of it":              {services: []string{"web"}, want: []string{"destroy network app_default"}},
		"something else is left": {services: nil},
	} {
		t.Run(name, func(t *testing.T) {
			o := o
			o.State.Services = test.services
			plan, err := Make(Settings{Target: "app", Dir: "/srv/app"}, deploy.Desired{}, o, false)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, madeOf(plan, deploy.Destroy)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// madeOf are the changes of a kind, as text.
func madeOf(p deploy.Plan, kind deploy.Kind) []string {
	var all []string
	for _, c := range p.Changes {
		if c.Kind == kind {
			all = append(all, fmt.Sprint(c.Kind, " ", c.Subject))
		}
	}
	slices.Sort(all)
	return all
}
