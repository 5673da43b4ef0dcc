package dockerengine

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestIsolation(t *testing.T) {
	m := readModel(t, `{
"services": {
  "api": {"image": "acme/api:dev", "build": {"context": "/src"}, "ports": [{"target": 80}], "networks": {"default": null}},
  "worker": {"image": "acme/api:dev"},
  "db": {"image": "postgres:16", "container_name": "pg", "networks": {"back": null, "default": {"aliases": ["x"]}}},
  "host": {"image": "postgres:16", "container_name": "h", "network_mode": "host"},
  "tests": {"build": {"context": "/src"}, "restart": "always"}
},
"networks": {"default": {"name": "p_default"}, "back": {"name": "shared"}, "theirs": {"name": "theirs", "external": true}},
"volumes": {"data": {"name": "precious"}, "theirs": {"name": "theirs", "external": true}}}`)
	want := `services:
  "api":
    ports: !reset []
    image: "p-1-api"
  "db":
    ports: !reset []
    container_name: !reset null
    networks:
      "back": {aliases: ["pg"]}
      "default": {aliases: ["pg"]}
  "host":
    ports: !reset []
    container_name: !reset null
  "tests":
    ports: !reset []
    restart: "no"
  "worker":
    ports: !reset []
    image: "p-1-api"
    pull_policy: never
networks:
  "back": {name: "p-1_back"}
  "default": {name: "p-1_default"}
volumes:
  "data": {name: "p-1_data"}
`
	if diff := cmp.Diff(want, string(isolation(m, "p-1", "tests"))); diff != "" {
		t.Errorf("override (-want +got):\n%s", diff)
	}
}

func TestReplacedServiceIsNotBuilt(t *testing.T) {
	m := readModel(t, `{"services": {"api": {"image": "acme/api:dev", "build": {"context": "/src"}}}}`)
	if err := m.replace(map[string]string{"api": "r.example/api@sha256:1"}); err != nil {
		t.Fatal(err)
	}
	if got, want := string(isolation(m, "p", "api")), "services:\n  \"api\":\n    ports: !reset []\n    restart: \"no\"\n"; got != want {
		t.Error(cmp.Diff(want, got))
	}
	if err := m.replace(map[string]string{"web": "x"}); err == nil {
		t.Error("an image for a service that does not exist was taken")
	}
}

func TestStarted(t *testing.T) {
	m := readModel(t, `{"services": {"a": {}, "debug": {"profiles": ["debug"]}, "tests": {"profiles": ["tests"]}}}`)
	if diff := cmp.Diff([]string{"a", "tests"}, started(m, "tests")); diff != "" {
		t.Error(diff)
	}
}

func readModel(t *testing.T, text string) model {
	t.Helper()
	var m model
	if err := json.Unmarshal([]byte(text), &m); err != nil {
		t.Fatal(err)
	}
	return m
}
