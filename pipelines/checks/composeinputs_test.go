package checks

import (
	"maps"
	"strings"
	"testing"

	"git.example/slipway/internal/projecttest"
	"git.example/slipway/internal/registrytest"
	"git.example/slipway/pipelines/content"
	"git.example/slipway/pipelines/images"
)

var composeProject = map[string]string{
	"slipway.yaml": `version: 1
project: shop
checks:
  e2e: {compose: {file: compose.yml, exit-code-from: tests}}
images:
  api: {context: api}
registries:
  main: {oci: {host: localhost:1}}
`,
	"compose.yml": `include: [included.yml]
services:
  tests:
    build:
      context: tests
      additional_contexts: {more: ./more}
    environment: [PASSED]
    env_file: tests.env
    volumes: ["./data:/data", "./made-by-compose:/results"]
    configs: [setting]
    secrets: [token]
configs:
  setting: {file: setting.conf}
secrets:
  token: {environment: TOKEN}
`,
	"included.yml":     "services:\n  db: {image: REGISTRY/db, command: [a]}\n",
	"tests/Dockerfile": "FROM scratch\nCOPY --from=more . /\n",
	"tests.env":        "A=1\n",
	"data/file":        "1",
	"more/file":        "1",
	"setting.conf":     "1",
}

func TestComposeInputs(t *testing.T) {
	host := registrytest.Serve(t)
	registrytest.Push(t, host+"/db:latest")
	environment := map[string]string{"PASSED": "1", "TOKEN": "1"}
	inputs := func(t *testing.T, change, content string) content.Hash {
		dir, env := t.TempDir(), maps.Clone(environment)
		for name, text := range composeProject {
			projecttest.Write(t, dir, name, strings.ReplaceAll(text, "REGISTRY", host))
		}
		if _, ok := env[change]; ok {
			env[change] = content
		} else if change != "" {
			projecttest.Write(t, dir, change, strings.ReplaceAll(content, "REGISTRY", host))
		}
		w := projecttest.Open(t, dir, env, nil)
		check, _ := w.Config.Checks.Get("e2e")
		hash, err := runnerIn(t, w).inputs(t.Context(), check, images.NewBases(w))
		if err != nil {
			t.Fatal(err)
		}
		return hash
	}
	before := inputs(t, "", "")
	if again := inputs(t, "", ""); again != before {
		t.Error("the same project in another directory has other inputs")
	}
	for change, content := range map[string]string{
		"included.yml": "services:\n  db: {image: REGISTRY/db, command: [b]}\n",
		"tests.env":    "A=2\n", "data/file": "2", "more/file": "2", "setting.conf": "2", "tests/main": "2",
		"PASSED": "2", "TOKEN": "2",
	} {
		t.Run(change, func(t *testing.T) {
			if inputs(t, change, content) == before {
				t.Errorf("the check would not run again when %s changes", change)
			}
		})
	}
}
