package composefile

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestUsers(t *testing.T) {
	p := mustLoad(t, `
services:
  web: {image: "acme/api:${TAG}"}
  worker: {image: "docker.io/acme/api@sha256:`+strings.Repeat("a", 64)+`"}
  front: {image: "127.0.0.1:5077/acme/api:1"}
  db: {image: postgres}
  built: {build: .}
  odd: {image: "Not A Reference"}
`)
	got := Users(p, map[string]string{
		"api": "acme/api", "hub": "index.docker.io/acme/api", "local": "127.0.0.1:5077/acme/api",
		"pg": "docker.io/library/postgres", "unused": "acme/api-extra", "built": "built",
	})
	want := map[string][]string{
		"api": {"web", "worker"}, "hub": {"web", "worker"}, "local": {"front"}, "pg": {"db"},
	}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(Variable{})); diff != "" {
		t.Error(diff)
	}
}

func TestOverride(t *testing.T) {
	pinned := "127.0.0.1:5077/acme/api@sha256:" + strings.Repeat("a", 64)
	base := "services: {web: {build: ., image: 'x:${TAG}', pull_policy: build}, on: {build: .}, db: {image: postgres:16}}"
	p, err := Load(context.Background(), Options{
		Files: []string{"base.yml", "override.yml"}, Dir: "/opt/app",
		Contents: map[string][]byte{
			"base.yml": []byte(base), "override.yml": Override(map[string]string{"web": pinned, "on": pinned}),
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"web", "on"} {
		s := p.Services[name]
		if s.Image != pinned || s.Build != nil || s.PullPolicy != "missing" {
			t.Errorf("%s: image %q, build %v, pull policy %q", name, s.Image, s.Build, s.PullPolicy)
		}
	}
	if got := p.Services["db"].Image; got != "postgres:16" {
		t.Errorf("db's image is %q", got)
	}
}

func TestOverrideOfNothingLoads(t *testing.T) {
	_, err := Load(context.Background(), Options{
		Files: []string{"base.yml", "override.yml"}, Dir: "/opt/app",
		Contents: map[string][]byte{"base.yml": []byte("services: {a: {image: b}}"), "override.yml": Override(nil)},
	})
	if err != nil {
		t.Error(err)
	}
}

func TestOrder(t *testing.T) {
	p := mustLoad(t, `
services:
  a: {image: x, depends_on: {migrate: {condition: service_completed_successfully}, z: {condition: service_started}}}
  b: {image: x}
  db: {image: x}
  linked: {image: x, links: [z]}
  migrate: {image: x, depends_on: {db: {condition: service_healthy}}}
  z: {image: x}
`)
	if diff := cmp.Diff([]string{"db", "migrate", "z", "a", "b", "linked"}, Order(p)); diff != "" {
		t.Error(diff)
	}
}

// A container that is named is found by docker, so it has to be there.
func TestOrderByContainerName(t *testing.T) {
	p := mustLoad(t, `
services:
  a: {image: x, network_mode: "container:one"}
  b: {image: x, volumes_from: ["container:two:ro"], container_name: three}
  c: {image: x, pid: "container:outside", container_name: four}
  d: {image: x, container_name: two, ipc: "container:three"}
  z: {image: x, container_name: one}
`)
	if diff := cmp.Diff([]string{"z", "a", "d", "b", "c"}, Order(p)); diff != "" {
		t.Error(diff)
	}
}

func TestOrderSkipsDisabledDependencies(t *testing.T) {
	p := mustLoad(t, "services: {a: {image: x, depends_on: {b: {condition: service_started, required: false}}}, b: {image: x, profiles: [p]}}")
	if diff := cmp.Diff([]string{"a"}, Order(p)); diff != "" {
		t.Error(diff)
	}
}

func TestCanRunTwice(t *testing.T) {
	tests := map[string]struct{ service, reason string }{
		"plain":               {"ports: ['80'], volumes: [./up:/up, logs:/logs], environment: {A: b}", ""},
		"range of one each":   {"ports: ['127.0.0.1:8000-8001:80'], scale: 2", "it publishes the host ports 8000-8001, which are 2, and a release beside the one before needs 4"},
		"range too small":     {"ports: ['8000-8002:80'], deploy: {replicas: 2}", "it publishes the host ports 8000-8002, which are 3, and a release beside the one before needs 4"},
		"range of both":       {"ports: ['127.0.0.1:8000-8003:80'], deploy: {replicas: 2}", ""},
		"the smaller range":   {"ports: ['8000-8009:80', '9000-9001:90'], scale: 2", "it publishes the host ports 9000-9001, which are 2, and a release beside the one before needs 4"},
		"range and start":     {"ports: ['8000-8001:80'], deploy: {replicas: 2, update_config: {order: start-first}}", "it publishes the host ports 8000-8001, which are 2, and a release beside the one before needs 4"},
		"two of one range":    {"ports: ['8000-8003:80', '8000-8003:90'], scale: 2", "it publishes the host ports 8000-8003, which are 4, and a release beside the one before needs 4"},
		"tcp and udp":         {"ports: ['8000-8003:80', '8000-8003:80/udp'], scale: 2", ""},
		"host's devices":      {"volumes: ['/dev/bus/usb:/dev/bus/usb']", "it uses the device /dev/bus/usb"},
		"host's memory":       {"volumes: ['/dev/shm:/dev/shm']", ""},
		"renamed socket":      {"volumes: ['/run/docker.sock:/docker']", ""},
		"host's hostname":     {"uts: host", ""},
		"mac on a network":    {"networks: {n: {mac_address: '02:42:ac:11:65:43'}}", "it has a fixed address on network n"},
		"host processes":      {"pid: host", "it works on the host itself with pid: host"},
		"host memory":         {"ipc: host", "it works on the host itself with ipc: host"},
		"another's processes": {"pid: 'service:other'", ""},
		"link-local address":  {"networks: {n: {link_local_ips: [169.254.8.8]}}", "it has a fixed address on network n"},
		"v6 address":          {"networks: {n: {ipv6_address: '2001:db8::2'}}", "it has a fixed address on network n"},
		"gpu":                 {"gpus: all", "it reserves a device, such as a GPU"},
		"device rule":         {"device_cgroup_rules: ['c 189:* rmw']", `it uses devices by the device_cgroup_rules "c 189:* rmw"`},
		"socket directory":    {"volumes: ['logs:/run/php']", "it may make its socket in /run/php, which the next one would take from it"},
		"host's sockets":      {"volumes: ['/var/run/app:/sockets']", "it may make its socket in /sockets, which the next one would take from it"},
		"somebody's socket":   {"volumes: ['/var/run/docker.sock:/var/run/docker.sock']", ""},
		"sockets to read":     {"volumes: ['logs:/run/php:ro']", ""},
		"its own tmpfs":       {"tmpfs: [/run], volumes: [{type: tmpfs, target: /run/lock}]", ""},
		"device that can":     {"devices: [/dev/fuse], deploy: {update_config: {order: start-first}}", ""},
		"fixed port, start":   {"ports: ['80:80'], deploy: {update_config: {order: start-first}}", "it publishes the fixed host port 80"},
		"port range":          {"ports: ['8000-8010:80']", ""},
		"random port":         {"ports: ['0:80']", ""},
		"fixed port":          {"ports: ['8080:80']", "it publishes the fixed host port 8080"},
		"fixed port, long":    {"ports: [{target: 80, published: '8080', host_ip: 127.0.0.1}]", "it publishes the fixed host port 8080"},
		"equal ranges":        {"ports: ['8080-8081:80-81']", "it publishes the fixed host port 8080"},
		"container_name":      {"container_name: web", `it has the fixed container_name "web"`},
		"host network":        {"network_mode: host", "it shares a network with network_mode: host"},
		"container's network": {"network_mode: 'service:other'", "it shares a network with network_mode: service:other"},
		"no network":          {"network_mode: none", ""},
		"fixed address":       {"networks: {n: {ipv4_address: 10.0.0.2}}", "it has a fixed address on network n"},
		"mac address":         {"mac_address: '02:42:ac:11:65:43'", "it has a fixed mac_address"},
		"device":              {"devices: ['/dev/ttyUSB0:/dev/ttyUSB0']", "it uses the device /dev/ttyUSB0"},
		"database":            {"volumes: ['logs:/var/lib/postgresql/data']", "PostgreSQL allows one process on the data in /var/lib/postgresql/data"},
		"database, read-only": {"volumes: ['logs:/var/lib/mysql:ro']", ""},
		"stop first":          {"deploy: {update_config: {order: stop-first}}", "its deploy.update_config.order is stop-first"},
		"start first":         {"deploy: {update_config: {order: start-first}}", ""},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			p := mustLoad(t, "services:\n  web: {image: x, "+tc.service+"}\n  other: {image: x}\n"+
				"volumes: {logs: {}}\nnetworks: {n: {ipam: {config: [{subnet: 10.0.0.0/24}]}}}\n")
			web := p.Services["web"]
			ok, reason := CanRunTwice(web, 2*web.GetScale())
			if ok != (tc.reason == "") || reason != tc.reason {
				t.Errorf("got %v, %q, want %q", ok, reason, tc.reason)
			}
		})
	}
}

func TestVariables(t *testing.T) {
	text := "# $COMMENT\n" +
		"services:\n" +
		"  web: # ${COMMENT}\n" +
		"    image: a/b:${TAG}\n" +
		"    ${KEY}: x\n" +
		"    \"q$KEY\": 'it ${S}\n" +
		"      more ${S2:?}'\n" +
		"    command: |\n" +
		"      one $A\n" +
		"      two ${B:-${C}} $$ESCAPED # ${D+x}\n" +
		"    folded: >-\n" +
		"\n" +
		"      one $E\n" +
		"\n" +
		"    plain: one $F-not-default\n" +
		"      two $G\r\n" +
		"    seq:\n" +
		"      - ${H?need}\n" +
		"      - \"a\\n$I\"\n" +
		"    anchored: &a ${J}\n" +
		"    alias: *a\n" +
		"---\n" +
		"other: {k: \"${K}\", l: [$L, \"${M}\"]}\n"
	want := []Variable{
		{Name: "TAG", Line: 4}, {Name: "S", Line: 6}, {Name: "S2", Line: 7, Required: true},
		{Name: "A", Line: 9}, {Name: "B", Line: 10, Default: true}, {Name: "C", Line: 10}, {Name: "D", Line: 10, Default: true},
		{Name: "E", Line: 13}, {Name: "F", Line: 15}, {Name: "G", Line: 16},
		{Name: "H", Line: 18, Required: true}, {Name: "I", Line: 19}, {Name: "J", Line: 20},
		{Name: "K", Line: 23}, {Name: "L", Line: 23}, {Name: "M", Line: 23},
	}
	got := Variables([]byte(text))
	lines := strings.Split(text, "\n")
	for i, v := range got {
		if at := lines[v.Line-1][v.Column-1:]; !strings.HasPrefix(at, "$"+v.Name) && !strings.HasPrefix(at, "${"+v.Name) {
			t.Errorf("%s is said to be at %q", v.Name, at)
		}
		got[i].Column, got[i].within = 0, nil
	}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(Variable{})); diff != "" {
		t.Error(diff)
	}
}

// Which uses compose looks at depends on the variables around them.
func TestVariableCounts(t *testing.T) {
	isSet := func(name string) bool { return name == "SET" }
	var got []string
	for _, v := range Variables([]byte("a: '${SET:-$A} ${UNSET:-${B}} ${SET+$C} ${UNSET:+$D} ${UNSET:?say $E} ${UNSET:-${SET:-$F}} ${UNSET-${G:-${H}}} $I ${SET} } $J'")) {
		if v.Counts(isSet) && !v.Default {
			got = append(got, v.Name)
		}
	}
	if diff := cmp.Diff([]string{"B", "C", "UNSET", "H", "I", "SET", "J"}, got); diff != "" {
		t.Error(diff)
	}
}

// What can't be known is no error, and what is wrong whatever the values is one.
func TestLoadStandingIn(t *testing.T) {
	for service, want := range map[string]string{
		`volumes: ["${A}:/data"]`:                                          "",
		`volumes: ["${A}:/data:${B}"]`:                                     "",
		`ports: ["${A}:80", "${B}:${A}:81"]`:                               "",
		`healthcheck: {test: [CMD, a], interval: "${A}", retries: "${B}"}`: "",
		`privileged: "${A}"`:                                               "",
		`mem_limit: "${A}"`:                                                "",
		`deploy: {replicas: "${A}"}`:                                       "",
		`pull_policy: "${A}"`:                                              "",
		`network_mode: "service:${A}"`:                                     "unknowable",
		`depends_on: ["${A}"]`:                                             "unknowable",
		`extends: {file: "${A}.yml", service: x}`:                          "unknowable",
		"image: \"${A}\"\n    imagee: x":                                   "wrong",
		"volumes: [\"${A}:/a\", \"nowhere:/b\"]":                           "wrong",
		`healthcheck: {test: [CMD, a], interval: "${A}"}` + "\n    restrat: always": "wrong",
	} {
		t.Run(service, func(t *testing.T) {
			_, _, err := LoadStandingIn(t.Context(), Options{
				Files: []string{"a.yml"}, Dir: "/opt/app", Contents: map[string][]byte{"a.yml": []byte("services:\n  a:\n    build: .\n    " + service + "\n")},
			}, []string{"A", "B"})
			got := ""
			var unknowable *Unknowable
			if errors.As(err, &unknowable) {
				got = "unknowable"
			} else if err != nil {
				got = "wrong"
			}
			if got != want {
				t.Errorf("got %q, want %q: %v", got, want, err)
			}
		})
	}
}
