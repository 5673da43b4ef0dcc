package plan

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"git.example/slipway/pipelines/composefile"
	"git.example/slipway/pipelines/config"
	"git.example/slipway/pipelines/deploy"
	"git.example/slipway/pipelines/deploy/compose/container"
	"git.example/slipway/pipelines/deploy/compose/model"
	"git.example/slipway/pipelines/deploy/compose/observe"
	"git.example/slipway/pipelines/deploy/compose/proxy"
	"git.example/slipway/pipelines/deploy/compose/state"
)

// The stack of these tests: api and web run the release's images, cron does so
// and can't run twice, proxy is somebody else's image.
const plannedStack = `
services:
  api: {image: r/api}
  web: {image: r/web, depends_on: [api], pre_stop: [{command: [touch, /tmp/drain]}]}
  page: {image: r/page}
  cron: {image: r/cron, container_name: cron}
  proxy: {image: nginx, ports: ["80:80"], depends_on: [web], volumes: ["./proxy:/etc/nginx/upstreams"]}
  agent: {image: agent, network_mode: "service:page", profiles: [inside]}
  probe: {image: probe, pid: "service:agent", profiles: [inside]}
`

const plannedTemplate = "{{range .web}}{{.Name}} {{end}}{{range .api}}{{.Name}} {{end}}"

// at is a container of the stack: its release is in its hash.
func at(service, id, release string) container.Container {
	c := container.Container{ID: id, Name: id}
	c.Config.Labels = map[string]string{container.LabelService: service, container.LabelHash: release}
	c.Config.Image = "r/" + service
	c.State.Status = container.StateRunning
	c.Image = "sha256:" + service
	c.State.StartedAt = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	return c
}

func starting(c container.Container) container.Container {
	c.State.Health = &container.Health{Status: container.HealthStarting}
	return c
}

// planned is the plan of release "new", as text.
func planned(t *testing.T, c config.ComposeTarget, running []container.Container, proxy proxy.State, returning bool) (actions, notes []string) {
	t.Helper()
	project, err := composefile.Load(t.Context(), composefile.Options{
		Files: []string{"c.yml"}, Contents: map[string][]byte{"c.yml": []byte(plannedStack)}, Dir: "/srv/app", Name: "app",
		Profiles: inside(running),
	})
	if err != nil {
		t.Fatal(err)
	}
	o := observe.Observation{
		Model:      model.Model{Name: "app", Project: project, All: project, Hashes: map[string]string{}, Accepted: map[string][]string{}},
		Containers: map[string][]container.Container{}, State: state.State{Project: "app"}, Scale: c.Scale, Proxy: proxy,
	}
	for _, name := range project.ServiceNames() {
		o.Model.Hashes[name] = "new"
		o.Model.Accepted[name] = []string{"sha256:" + name}
	}
	for _, name := range []string{"proxy", "agent", "probe"} {
		o.Model.Hashes[name] = "same"
		delete(o.Model.Accepted, name)
	}
	for _, one := range running {
		o.Containers[one.Service()] = append(o.Containers[one.Service()], one)
	}
	plan, err := Make(Settings{Target: "app", Dir: "/srv/app", Config: c}, deploy.Desired{Main: []string{"c.yml"}, Returning: returning}, o, false)
	if err != nil {
		return []string{"error: " + err.Error()}, nil
	}
	return actionTexts(t, plan), plan.Notes
}

// inside is the profile of the services that live in others, if some run.
func inside(running []container.Container) []string {
	if slices.ContainsFunc(running, func(c container.Container) bool { return c.Service() == "agent" }) {
		return []string{"inside"}
	}
	return nil
}

func actionTexts(t *testing.T, plan deploy.Plan) []string {
	t.Helper()
	var all struct{ Do []Action }
	if err := json.Unmarshal(plan.Actions, &all); err != nil {
		t.Fatal(err)
	}
	var texts []string
	for _, a := range all.Do {
		var words []string
		switch {
		case a.Up != nil:
			for _, u := range a.Up {
				word := fmt.Sprintf("%s=%d", u.Service, u.Scale)
				if u.Skip {
					word = u.Service + " is there"
				}
				words = append(words, word)
			}
			texts = append(texts, "up "+strings.Join(words, ", "))
		case a.Switch != nil:
			texts = append(texts, strings.TrimSpace("switch without "+strings.Join(a.Switch.Exclude, " ")))
		case a.Stop != nil:
			for _, r := range a.Stop.Services {
				words = append(words, r.Containers...)
				for _, h := range r.Hooks {
					words = append(words, "("+strings.Join(h.Command, " ")+")")
				}
			}
			if a.Stop.Drain {
				words = append([]string{"drain"}, words...)
			}
			texts = append(texts, "stop "+strings.Join(words, " "))
		}
	}
	return texts
}

func TestHandover(t *testing.T) {
	proxied := &config.ProxySwitch{Service: "proxy", File: "proxy/upstreams.conf", Template: "t", Run: config.Command{"reload"}}
	rolling, blueGreen := config.ComposeTarget{Strategy: config.Rolling}, config.ComposeTarget{Strategy: config.BlueGreen}
	rollingSwitch, blueGreenSwitch := rolling, blueGreen
	rollingSwitch.Switch, blueGreenSwitch.Switch = proxied, proxied
	old := []container.Container{at("api", "api1", "old"), at("web", "web1", "old"), at("page", "page1", "old"), at("cron", "cron1", "old"), at("proxy", "proxy1", "same")}
	fresh := []container.Container{at("api", "api2", "new"), at("web", "web2", "new"), at("page", "page2", "new"), at("cron", "cron2", "new"), at("proxy", "proxy1", "same")}
	onto := func(names ...string) proxy.State {
		s := proxy.State{Template: plannedTemplate, File: strings.Join(names, " ") + " \n"}
		s.Switched = proxy.Switched{File: s.File, Serving: map[string]string{}}
		for _, name := range names {
			s.Switched.Serving[name] = ""
		}
		return s
	}
	withAgent := []container.Container{at("agent", "agent1", "same"), at("probe", "probe1", "same")}
	half := append(append([]container.Container{}, old...), fresh[0], starting(fresh[1]))
	tests := map[string]struct {
		config    config.ComposeTarget
		running   []container.Container
		proxy     proxy.State
		returning bool
		want      []string
	}{
		"rolling: one after the other": {config: rolling, running: old, want: []string{
			"up api=2", "stop drain api1", "up cron=1", "up page=2", "stop drain page1", "up web=2", "stop drain web1 (touch /tmp/drain)",
		}},
		"blue-green: all at once, those that need others after them, what can't run twice last": {config: blueGreen, running: old, want: []string{
			"up api=2, page=2", "up web=2", "up cron=1", "stop drain api1 page1 web1 (touch /tmp/drain)",
		}},
		"rolling with a switch: one for each service that the proxy knows": {config: rollingSwitch, running: old, proxy: onto("web1", "api1"), want: []string{
			"up api=2", "switch without api1", "stop drain api1", "up cron=1", "up page=2", "stop drain page1",
			"up web=2", "switch without api1 page1 web1", "stop drain web1 (touch /tmp/drain)",
		}},
		"blue-green with a switch: one": {config: blueGreenSwitch, running: old, proxy: onto("web1", "api1"), want: []string{
			"up api=2, page=2", "up web=2", "up cron=1", "switch without api1 page1 web1", "stop drain api1 page1 web1 (touch /tmp/drain)",
		}},
		"the first deploy: the proxy starts when its file is there": {config: rollingSwitch, proxy: proxy.State{Template: plannedTemplate}, want: []string{
			"up api=1, cron=1, page=1", "up web=1", "switch without", "up proxy=1",
		}},
		"a service that the proxy does not know yet: no file without it": {config: rollingSwitch, running: old[:1], proxy: onto("api1"), want: []string{
			"up api=2, cron=1, page=1", "up web=1", "switch without api1", "stop drain api1", "up proxy=1",
		}},
		"killed while new ones started: they are used": {config: blueGreenSwitch, running: half, proxy: onto("web1", "api1"), want: []string{
			"up api is there, page=2", "up web is there", "up cron=1", "switch without api1 page1 web1", "stop drain api1 page1 web1 (touch /tmp/drain)",
		}},
		"killed in between, rolling: not switched to before they are healthy": {config: rollingSwitch, running: half, proxy: onto("web1", "api1"), want: []string{
			"up api is there", "switch without api1 web2", "stop drain api1", "up cron=1", "up page=2", "stop drain page1",
			"up web is there", "switch without api1 page1 web1", "stop drain web1 (touch /tmp/drain)",
		}},
		"killed before the old ones stopped": {config: blueGreenSwitch, running: append(append([]container.Container{}, fresh...), old[1]), proxy: onto("web2", "api2"), want: []string{
			"up web is there", "switch without web1", "stop web1 (touch /tmp/drain)",
		}},
		"back from new ones that were never switched to: no drain": {config: blueGreenSwitch, returning: true, proxy: onto("web2", "api2"),
			running: append(append([]container.Container{}, fresh...), at("web", "web3", "bad"), starting(at("api", "api3", "bad"))), want: []string{
				"up api is there", "up web is there", "switch without api3 web3", "stop api3 web3 (touch /tmp/drain)",
			}},
		"back without a switch: those that serve have a moment": {config: rolling, returning: true,
			running: append(append([]container.Container{}, fresh...), at("web", "web3", "bad"), starting(at("api", "api3", "bad"))), want: []string{
				"up api is there", "stop api3", "up web is there", "stop drain web3 (touch /tmp/drain)",
			}},
		"rolling: who lives in another one after that is gone, and who lives in that one after it": {config: rolling, running: append(slices.Clip(withAgent), fresh[0], fresh[1], fresh[3], fresh[4], old[2]), want: []string{
			"up page=2", "stop drain page1", "up agent=1", "up probe=1",
		}},
		"blue-green: who lives in another one after the old ones are gone": {config: blueGreen, running: append(slices.Clip(withAgent), old...), want: []string{
			"up page=2, api=2", "up web=2", "up cron=1", "stop drain page1 api1 web1 (touch /tmp/drain)", "up agent=1", "up probe=1",
		}},
		"nothing to do":                  {config: blueGreenSwitch, running: fresh, proxy: onto("web2", "api2")},
		"killed between file and reload": {config: blueGreenSwitch, running: fresh, proxy: proxy.State{Template: plannedTemplate, File: "web2 api2 \n", Switched: onto("web1", "api1").Switched}, want: []string{"switch without"}},
		"the file was edited":            {config: blueGreenSwitch, running: fresh, proxy: proxy.State{Template: plannedTemplate, File: "mine\n", Switched: onto("web2", "api2").Switched}, want: []string{"switch without"}},
		"scaled down: the proxy knows first": {config: blueGreenSwitch, running: append(append([]container.Container{}, fresh...), at("web", "web3", "new")), proxy: onto("web2", "web3", "api2"),
			want: nil},
	}
	scaled := tests["scaled down: the proxy knows first"]
	scaled.config.Scale = config.Map[int]{{Name: "web", Value: 1}}
	scaled.want = []string{"switch without web3", "stop drain web3 (touch /tmp/drain)"}
	tests["scaled down: the proxy knows first"] = scaled
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got, _ := planned(t, test.config, test.running, test.proxy, test.returning)
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("actions (- want, + got):\n%s", diff)
			}
		})
	}
}

func TestSwitchAndScaleAreChecked(t *testing.T) {
	on := func(service, file string) config.ComposeTarget {
		return config.ComposeTarget{Switch: &config.ProxySwitch{Service: service, File: file, Template: "t"}}
	}
	scale := func(service string, n int) config.ComposeTarget {
		return config.ComposeTarget{Scale: config.Map[int]{{Name: service, Value: n}}}
	}
	tests := map[string]struct {
		config   config.ComposeTarget
		template string
		want     string
	}{
		"no such proxy":         {on("caddy", "proxy/u"), "", `the compose file has no service "caddy"`},
		"not mounted":           {on("proxy", "other/u"), "", `does not mount the directory "/srv/app/other"`},
		"a file by itself":      {on("proxy", "proxy"), "", "mount the directory it is in"},
		"no such service in it": {on("proxy", "proxy/u"), "{{range .app}}{{end}}", `no entry for key "app"; it knows the services api, cron, page, proxy, web`},
		"no template":           {on("proxy", "proxy/u"), "{{", "reading the template"},
		"scale of nothing":      {scale("app", 2), "", `scale: the compose file has no service "app"`},
		"scale of one":          {scale("cron", 2), "", `service "cron" can't run 2 times: it has the fixed container_name`},
		"scaled to one":         {scale("cron", 1), "", ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got, _ := planned(t, test.config, nil, proxy.State{Template: test.template}, false)
			if text := strings.Join(got, "\n"); test.want == "" && strings.HasPrefix(text, "error") || !strings.Contains(text, test.want) {
				t.Errorf("got %s, want %s", text, test.want)
			}
		})
	}
}
