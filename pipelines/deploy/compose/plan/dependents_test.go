package plan

import (
	"testing"
	"time"

	"github.com/compose-spec/compose-go/v2/types"

	"git.example/slipway/pipelines/deploy"
	"git.example/slipway/pipelines/deploy/compose/container"
	"git.example/slipway/pipelines/deploy/compose/model"
	"git.example/slipway/pipelines/deploy/compose/observe"
)

func TestDependentsStartAnew(t *testing.T) {
	at := func(minute int) []container.Container {
		return []container.Container{{Created: time.Date(2026, 1, 1, 0, minute, 0, 0, time.UTC)}}
	}
	restarts, depends, shares := types.ServiceConfig{Name: "proxy"}, types.ServiceConfig{Name: "proxy"}, types.ServiceConfig{Name: "proxy"}
	restarts.DependsOn = types.DependsOnConfig{"web": {Restart: true}}
	depends.DependsOn = types.DependsOnConfig{"web": {}}
	shares.NetworkMode = "service:web"
	inside, files, named := types.ServiceConfig{Name: "proxy"}, types.ServiceConfig{Name: "proxy"}, types.ServiceConfig{Name: "proxy"}
	inside.Pid, files.VolumesFrom, named.Ipc = "service:web", []string{"web:ro"}, "container:the-web"
	web := types.ServiceConfig{Name: "web"}
	web.ContainerName = "the-web"
	replaced := []deploy.Change{{Kind: deploy.Replace, Subject: "web"}}
	tests := map[string]struct {
		service    types.ServiceConfig
		web, proxy []container.Container
		changes    []deploy.Change
		stopping   string
		want       string
	}{
		"replaced now":          {service: restarts, web: at(1), proxy: at(2), changes: replaced, want: "it restarts with web"},
		"replaced before":       {service: restarts, web: at(3), proxy: at(2), want: "it restarts with web"},
		"as it is":              {service: restarts, web: at(1), proxy: at(2)},
		"another one":           {service: restarts, web: at(1), proxy: at(2), changes: []deploy.Change{{Kind: deploy.Replace, Subject: "db"}}},
		"not there yet":         {service: restarts, web: at(1), changes: replaced},
		"removed":               {service: restarts, web: at(1), proxy: at(2), changes: []deploy.Change{{Kind: deploy.Remove, Subject: "web"}}},
		"a plain dependency":    {service: depends, web: at(3), proxy: at(2), changes: replaced},
		"a network it lives in": {service: shares, web: at(1), proxy: at(2), changes: replaced, want: "it shares the network of web"},
		"processes it is among": {service: inside, web: at(1), proxy: at(2), changes: replaced, want: "it shares the pid namespace of web"},
		"volumes it has":        {service: files, web: at(1), proxy: at(2), changes: replaced, want: "it shares the volumes of web"},
		"by container_name":     {service: named, web: at(1), proxy: at(2), changes: replaced, want: "it shares the ipc namespace of web"},
		"its first one stops":   {service: inside, web: at(1), proxy: at(2), stopping: "web1", want: "it shares the pid namespace of web"},
		"another one stops":     {service: inside, web: at(1), proxy: at(2), stopping: "web2"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			seen := observe.Observation{Containers: map[string][]container.Container{"web": test.web}}
			if test.proxy != nil {
				seen.Containers["proxy"] = test.proxy
			}
			for service, containers := range seen.Containers {
				containers[0].ID, containers[0].Config.Labels = service+"1", map[string]string{container.LabelService: service, container.LabelHash: "h"}
			}
			seen.Model = model.Model{Hashes: map[string]string{"web": "h", "proxy": "h"}, Project: &types.Project{Services: types.Services{
				"web": web, "proxy": test.service,
			}}}
			d := dependents{
				seen: seen, draft: &draft{plan: deploy.Plan{Changes: test.changes}}, proxy: &proxySwitch{},
				handover: &handover{stopping: []string{test.stopping}},
			}
			if got := d.startAnew(test.service); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}
