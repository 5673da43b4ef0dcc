package lint

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"git.example/slipway/pipelines/config"
	"git.example/slipway/pipelines/survey"
)

// Every test starts from this project, which has no findings.
var clean = map[string]string{
	"slipway.yaml": `version: 1
project: tracker
checks:
  integration:
    compose: {file: docker-compose.test.yml, exit-code-from: tests}
images:
  api:
    context: .
registries:
  hub: {dockerhub: {namespace: acme}}
  ecr: {ecr: {account: "111111111111", region: us-east-1}}
environments:
  prod:
    registry: hub
    deploy:
      app:
        compose:
          file: docker-compose.prod.yml
          path: /opt/tracker
          env: {set: {DB_PASSWORD: env://DB_PASSWORD}}
`,
	"docker-compose.prod.yml": `services:
  api:
    image: acme/tracker-api:${DEPLOY_TAG}
    restart: unless-stopped
    environment:
      DB_PASSWORD: ${DB_PASSWORD}
    healthcheck: {test: [CMD, "true"]}
    depends_on: {db: {condition: service_healthy}}
  db:
    image: postgres:16@` + digest + `
    restart: unless-stopped
    volumes: [data:/var/lib/postgresql/data]
    healthcheck: {test: [CMD, pg_isready]}
volumes: {data: {}}
`,
	"docker-compose.test.yml": `services:
  tests:
    build: .
    environment: {DB_PASSWORD: test}
`,
	"Dockerfile":    "FROM scratch\nCOPY . .\n",
	".dockerignore": ".git\n.env\n",
	".git/HEAD":     "ref: refs/heads/main\n",
	".env":          "DB_PASSWORD=canary\n",
}

const digest = "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

// write makes a project of the clean one and changes: files to write, or with
// "-" to leave out; or, as "file old", text in a file to replace.
func write(t *testing.T, changes map[string]string) string {
	t.Helper()
	files := map[string]string{}
	for name, text := range clean {
		files[name] = text
	}
	for name, text := range changes {
		file, old, replace := strings.Cut(name, " ")
		switch {
		case replace && !strings.Contains(files[file], old):
			t.Fatalf("%s has no %q", file, old)
		case replace:
			files[file] = strings.Replace(files[file], old, text, 1)
		case text == "-":
			delete(files, name)
		default:
			files[name] = text
		}
	}
	dir := t.TempDir()
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// run lints a project and gives "file:line rule" of each finding.
func run(t *testing.T, changes map[string]string) ([]string, []Finding) {
	t.Helper()
	dir := write(t, changes)
	c, err := config.Load(filepath.Join(dir, "slipway.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	tree, err := survey.Walk(dir)
	if err != nil {
		t.Fatal(err)
	}
	findings, err := Run(context.Background(), Input{Config: c, Dir: dir, Repository: dir, Tree: tree})
	if err != nil {
		t.Fatal(err)
	}
	short := []string{}
	for _, f := range findings {
		short = append(short, fmt.Sprintf("%s:%d %s", f.File, f.Line, f.Rule))
		if strings.Contains(f.Message+f.Fix, "canary") {
			t.Errorf("the secret is in %+v", f)
		}
	}
	return short, findings
}

func TestCleanProject(t *testing.T) {
	got, findings := run(t, nil)
	if len(got) > 0 {
		t.Errorf("found %+v", findings)
	}
}

const (
	prod     = "docker-compose.prod.yml"
	apiImage = prod + " acme/tracker-api:${DEPLOY_TAG}"
	dbImage  = prod + " postgres:16@" + digest
	restart  = prod + " \n    restart: unless-stopped\n    volumes"
)

func TestRules(t *testing.T) {
	type change = map[string]string
	tests := map[string]struct {
		rule string
		bad  change
		// where are the findings of the rule, all of them.
		where []string
		good  []change
	}{
		"build": {
			rule: "build-in-production", bad: change{apiImage: "acme/tracker-api:${DEPLOY_TAG}\n    build: ."}, where: []string{prod + ":4"},
		},
		"latest": {
			rule: "image-latest", bad: change{apiImage: "acme/tracker-api:latest", dbImage: "postgres:latest"}, where: []string{prod + ":3", prod + ":10"},
		},
		"no tag": {
			rule: "image-latest", bad: change{apiImage: "acme/tracker-api", dbImage: "postgres"}, where: []string{prod + ":3", prod + ":10"},
			good: []change{{apiImage: "${API_IMAGE}"}, {dbImage: "postgres@" + digest}, {dbImage: "registry.example:5000/postgres:16"}},
		},
		"fixed tag": {
			rule: "release-tag", bad: change{apiImage: "acme/tracker-api:1.2"}, where: []string{prod + ":3"},
			good: []change{{apiImage: "acme/tracker-api:${SLIPWAY_TAG:-dev}"}, {apiImage: "${API_REPOSITORY}:${DEPLOY_TAG}"}, {apiImage: "${REGISTRY}/tracker-api:${DEPLOY_TAG}"}, {apiImage: "${API_IMAGE}"}, {dbImage: "postgres:16"}},
		},
		"fixed digest": {
			rule: "release-tag", bad: change{apiImage: "acme/tracker-api@" + digest}, where: []string{prod + ":3"},
		},
		"other registry": {
			rule: "image-unreachable", bad: change{apiImage: "111111111111.dkr.ecr.us-east-1.amazonaws.com/tracker/api:${DEPLOY_TAG}"}, where: []string{prod + ":3"},
			good: []change{{apiImage: "other/api:1"}},
		},
		"same path elsewhere": {
			rule: "image-unreachable", bad: change{apiImage: "ghcr.io/acme/tracker-api:${DEPLOY_TAG}"}, where: []string{prod + ":3"},
		},
		"image that nobody uses": {
			rule: "image-unused", bad: change{apiImage: "acme/other:1"}, where: []string{"slipway.yaml:7"},
		},
		"no digest": {
			rule: "image-digest", bad: change{dbImage: "postgres:16"}, where: []string{prod + ":10"},
		},
		"invalid": {
			rule: "compose-invalid", bad: change{prod + " restart: unless-stopped\n    environment": "restrat: always\n    environment"}, where: []string{prod + ":4"},
		},
		"malformed": {
			rule: "compose-invalid", bad: change{prod: "services:\n  a: [\n"}, where: []string{prod + ":2"},
		},
		"missing file": {
			rule: "compose-invalid", bad: change{prod: "-"}, where: []string{prod + ":0"},
		},
		"unset variable": {
			rule: "variable-unset", bad: change{apiImage: "acme/tracker-api:${VERSION}", prod + " CMD, pg_isready": "CMD, pg_isready, \"${PORT:?need}\""}, where: []string{prod + ":3", prod + ":13"},
			good: []change{{apiImage: "acme/tracker-api:${VERSION:-1}"}, {apiImage: "acme/tracker-api:$DEPLOY_TAG"}, {prod + " CMD, pg_isready": "CMD, pg_isready, $$HOME"}},
		},
		"version": {
			rule: "version-obsolete", bad: change{prod + " services:": "version: '3'\nservices:"}, where: []string{prod + ":1"},
		},
		"no healthcheck": {
			rule: "healthcheck-missing", bad: change{prod + "     healthcheck: {test: [CMD, \"true\"]}\n": ""}, where: []string{prod + ":2"},
			good: []change{
				{prod + "     healthcheck: {test: [CMD, \"true\"]}\n": "", "slipway.yaml path: /opt/tracker": "path: /opt/tracker\n          strategy: recreate"},
				{prod + "     healthcheck: {test: [CMD, \"true\"]}\n": "", "Dockerfile": "FROM scratch\nHEALTHCHECK --interval=5s CMD true\n"},
			},
		},
		"disabled healthcheck": {
			rule: "healthcheck-missing", bad: change{prod + " healthcheck: {test: [CMD, \"true\"]}": "healthcheck: {disable: true}"}, where: []string{prod + ":2"},
		},
		"can't run twice": {
			rule: "rolling-recreate", bad: change{apiImage: "acme/tracker-api:${DEPLOY_TAG}\n    ports: ['80:80']"}, where: []string{prod + ":2"},
			good: []change{
				{apiImage: "acme/tracker-api:${DEPLOY_TAG}\n    ports: ['80:80']\n    deploy: {update_config: {order: stop-first}}"},
				{apiImage: "acme/tracker-api:${DEPLOY_TAG}\n    ports: ['80:80']", "slipway.yaml path: /opt/tracker": "path: /opt/tracker\n          strategy: recreate"},
			},
		},
		"too few ports for two releases": {
			rule: "rolling-recreate", bad: change{apiImage: "acme/tracker-api:${DEPLOY_TAG}\n    ports: ['8000-8001:80']\n    scale: 2"}, where: []string{prod + ":2"},
			good: []change{
				{apiImage: "acme/tracker-api:${DEPLOY_TAG}\n    ports: ['8000-8001:80']"},
				{apiImage: "acme/tracker-api:${DEPLOY_TAG}\n    ports: ['8000-8003:80']\n    scale: 2"},
			},
		},
		"too few ports for slipway.yaml's scale": {
			rule: "rolling-recreate", where: []string{prod + ":2"},
			bad: change{apiImage: "acme/tracker-api:${DEPLOY_TAG}\n    ports: ['8000-8001:80']", "slipway.yaml path: /opt/tracker": "path: /opt/tracker\n          scale: {api: 2}"},
		},
		"no restart policy": {
			rule: "restart-missing", bad: change{restart: "\n    volumes"}, where: []string{prod + ":9"},
			good: []change{
				{restart: "\n    restart: 'no'\n    volumes"}, {restart: "\n    deploy: {restart_policy: {condition: any}}\n    volumes"},
				{restart: "\n    volumes", prod + " condition: service_healthy": "condition: service_completed_successfully"},
			},
		},
		"anonymous volume": {
			rule: "volume-anonymous", bad: change{prod + " data:/var/lib/postgresql/data": "/var/lib/postgresql/data"}, where: []string{prod + ":12"},
			good: []change{{prod + " data:/var/lib/postgresql/data": "./data:/var/lib/postgresql/data"}},
		},
		"unknown exit-code-from": {
			rule: "exit-code-from", bad: change{"slipway.yaml exit-code-from: tests": "exit-code-from: test"}, where: []string{"slipway.yaml:5"},
		},
		"check that restarts": {
			rule: "check-never-ends", bad: change{"docker-compose.test.yml build: .": "build: .\n    restart: always"}, where: []string{"docker-compose.test.yml:4"},
			good: []change{{"docker-compose.test.yml build: .": "build: .\n    restart: on-failure"}},
		},
		"race": {
			rule: "depends-on-race", bad: change{prod + " {db: {condition: service_healthy}}": "[db]"}, where: []string{prod + ":8"},
			good: []change{
				{prod + " {db: {condition: service_healthy}}": "{db: {condition: service_started}}"},
				{prod + " {db: {condition: service_healthy}}": "[db]", prod + "     healthcheck: {test: [CMD, pg_isready]}\n": ""},
			},
		},
		"race in a check": {
			rule: "depends-on-race", bad: change{"docker-compose.test.yml build: .": "build: .\n    depends_on: [db]\n  db: {image: postgres:16, healthcheck: {test: [CMD, x]}}\n  more:\n    build: ."}, where: []string{"docker-compose.test.yml:4"},
		},
		"latest in a check": {
			rule: "check-image-latest", bad: change{"docker-compose.test.yml build: .": "image: postgres"}, where: []string{"docker-compose.test.yml:3"},
			good: []change{
				{"docker-compose.test.yml build: .": "image: acme/tracker-api"}, {"docker-compose.test.yml build: .": "image: tracker/api"}, {"docker-compose.test.yml build: .": "image: tracker-api"},
				{"docker-compose.test.yml build: .": "image: back", "slipway.yaml context: .": "context: .\n    repository: back"},
				{"docker-compose.test.yml build: .": "image: postgres:16"}, {"docker-compose.test.yml build: .": "{build: ., image: tests}", "docker-compose.test.yml tests:\n": "tests:\n"},
			},
		},
		"secret in a compose file": {
			rule: "secret-in-clear", bad: change{prod + " ${DB_PASSWORD}": "canary"}, where: []string{prod + ":6"},
			good: []change{
				{prod + " DB_PASSWORD: ${DB_PASSWORD}": "DB_PASSWORD_FILE: /run/secrets/db"}, {prod + " DB_PASSWORD: ${DB_PASSWORD}": "TOKENS_ENABLED: 'true'"},
				{prod + " ${DB_PASSWORD}": "${DB_PASSWORD:-}"}, {prod + " DB_PASSWORD: ${DB_PASSWORD}": "PUBLIC_API_KEY: abc"},
				{prod + " DB_PASSWORD: ${DB_PASSWORD}": "DB_PASSWORD: /run/secrets/db"}, {prod + " DB_PASSWORD: ${DB_PASSWORD}": "dbPassword: file:///run/secrets/db"},
				{prod + " DB_PASSWORD: ${DB_PASSWORD}": "db__password__file: x"}, {prod + " DB_PASSWORD: ${DB_PASSWORD}": "SSH_KEY: ~/.ssh/id_ed25519"}, {prod + " ${DB_PASSWORD}": "${DB_PASSWORD:-/run/secrets/db}"},
				{prod + " DB_PASSWORD: ${DB_PASSWORD}": "TLS_PRIVATE_KEY: ./tls/key.pem"}, {prod + " DB_PASSWORD: ${DB_PASSWORD}": "PASSWORD_RESET_TIMEOUT: 3600"},
				{prod + " DB_PASSWORD: ${DB_PASSWORD}": "MONKEY: abc"}, {prod + " DB_PASSWORD: ${DB_PASSWORD}": "URL: 'postgres://u:${DB_PASSWORD}@db/x'"},
				{prod + " restart: unless-stopped\n    env": "secrets: [db_password]\n    restart: unless-stopped\n    env", prod + " volumes: {data": "secrets: {db_password: {file: ./x}}\nvolumes: {data"},
			},
		},
		"secret in a list": {
			rule: "secret-in-clear", bad: change{prod + " \n      DB_PASSWORD: ${DB_PASSWORD}": "\n      - A=b\n      - API_KEY=canary\n      - githubToken=canary\n      - TOKEN"}, where: []string{prod + ":7", prod + ":8"},
		},
		"secret that begins like a path": {
			rule: "secret-in-clear", bad: change{prod + " ${DB_PASSWORD}": "/canary+9=="}, where: []string{prod + ":6"},
		},
		"secret with one slash": {
			rule: "secret-in-clear", bad: change{prod + " ${DB_PASSWORD}": "/canary"}, where: []string{prod + ":6"},
		},
		"secret as default": {
			rule: "secret-in-clear", bad: change{prod + " ${DB_PASSWORD}": "${DB_PASSWORD:-canary}"}, where: []string{prod + ":6"},
		},
		"secret in a URL": {
			rule: "secret-in-clear", bad: change{prod + " DB_PASSWORD: ${DB_PASSWORD}": "DATABASE_URL: postgres://app:canary@db:5432/app"}, where: []string{prod + ":6"},
		},
		"key of AWS": {
			rule: "secret-in-clear", bad: change{"docker-compose.test.yml DB_PASSWORD: test": "X: AKIAABCDEFGHIJKLMNOP"}, where: []string{"docker-compose.test.yml:4"},
		},
		"private key": {
			rule: "secret-in-clear", bad: change{prod + " DB_PASSWORD: ${DB_PASSWORD}": "X: |\n        -----BEGIN RSA PRIVATE KEY-----\n        canary"}, where: []string{prod + ":6"},
		},
		"secret in slipway.yaml": {
			rule: "secret-in-clear", bad: change{"slipway.yaml env://DB_PASSWORD": "canary"}, where: []string{"slipway.yaml:20"},
			good: []change{
				{"slipway.yaml env://DB_PASSWORD": "file://password"}, {"slipway.yaml env://DB_PASSWORD": "aws-sm://prod/tracker#DB_PASSWORD"}, {"slipway.yaml env://DB_PASSWORD": "aws-ssm:///prod/tracker/DB_PASSWORD"},
				{"slipway.yaml {set: {DB_PASSWORD: env://DB_PASSWORD}}": "{aws-secrets-manager: prod/tracker}"},
				{"slipway.yaml images:\n": "  unit: {image: 'alpine:3', run: 'true', env: {DB_PASSWORD: test}}\nimages:\n"},
			},
		},
		"secret in a workflow": {
			rule: "secret-in-clear", bad: change{".github/workflows/a.yml": "env:\n  T: ghp_" + strings.Repeat("a", 36) + "\n"}, where: []string{".github/workflows/a.yml:2"},
			good: []change{{".github/workflows/a.yml": "env:\n  POSTGRES_PASSWORD: postgres\n"}},
		},
		"secret as build argument": {
			rule: "secret-in-build-arg", bad: change{"slipway.yaml context: .": "context: .\n    args: {NPM_TOKEN: canary}"}, where: []string{"slipway.yaml:9"},
			good: []change{{"slipway.yaml context: .": "context: .\n    args: {VERSION: '1'}\n    secrets: {NPM_TOKEN: env://NPM_TOKEN}"}},
		},
		"history in the context": {
			rule: "context-git", bad: change{".dockerignore": "-"}, where: []string{"slipway.yaml:8"},
			good: []change{{".dockerignore": "-", ".git/HEAD": "-"}, {".dockerignore": "-", "Dockerfile.dockerignore": ".git"}},
		},
		"env file in the context": {
			rule: "context-env", bad: change{".dockerignore": ".git\n", ".env.prod": "A=canary", ".env.example": "A="}, where: []string{"Dockerfile:2", "Dockerfile:2"},
			good: []change{{".dockerignore": "*\n!src"}, {".dockerignore": ".git\n", "Dockerfile": "FROM scratch\nCOPY src /src\nCOPY --from=x . .\n"}},
		},
		"env file with ADD": {
			rule: "context-env", bad: change{".dockerignore": ".git\n", "Dockerfile": "FROM scratch\nADD --chown=1 ./ /app\n"}, where: []string{"Dockerfile:2"},
		},
		"env file with a JSON copy": {
			rule: "context-env", bad: change{".dockerignore": ".git\n", "Dockerfile": "FROM scratch\nCOPY [\".\", \"/app\"]\n"}, where: []string{"Dockerfile:2"},
		},
		"a context outside of the repository": {
			rule: "outside-repository", bad: change{"slipway.yaml context: .": "context: ..\n    cache-to: ['type=local,dest=/elsewhere']"}, where: []string{"slipway.yaml:7", "slipway.yaml:8", "slipway.yaml:9"},
			good: []change{{"slipway.yaml context: .": "context: .\n    cache-to: ['type=registry,ref=x']\n    contexts: {base: docker-image://x, web: web}"}},
		},
		"defaults of Dagger": {
			rule:  "dagger-default",
			bad:   change{"dagger.json": "{}", ".env": "# DEPLOY_TAG=1\nDEPLOY_ENV=prod\nexport deploy_tag=1\n  SLIPWAY_BRANCH = main\nAPP_TAG=1\nTAG=1\nSOURCE\n"},
			where: []string{".env:3", ".env:4"},
			good:  []change{{".env": "DEPLOY_TAG=1\n"}, {"dagger.json": "{}", ".env": "-"}},
		},
		"actions": {
			rule:  "action-unpinned",
			bad:   change{".github/workflows/a.yml": "jobs:\n  a:\n    steps:\n      - uses: actions/checkout@v4\n      - uses: docker://alpine:3\n      - uses: a/b@0123456\n", ".github/actions/x/action.yml": "runs:\n  steps:\n    - uses: c/d@main\n"},
			where: []string{".github/actions/x/action.yml:3", ".github/workflows/a.yml:4"},
			good:  []change{{".github/workflows/a.yaml": "jobs:\n  a:\n    steps:\n      - uses: actions/checkout@" + strings.Repeat("0a", 20) + " # v4\n      - uses: ./local\n      - uses: docker://alpine@" + digest + "\n"}},
		},
		"actions of a workflow that releases": {
			rule:  "action-unpinned",
			bad:   change{".github/workflows/a.yml": "name: slipway\njobs:\n  a:\n    steps:\n      - uses: actions/checkout@v4\n      - uses: docker://alpine:3\n"},
			where: []string{".github/workflows/a.yml:5", ".github/workflows/a.yml:6"},
		},
		"a copy of what is not there": {
			rule: "copy-source", bad: change{"Dockerfile": "FROM scratch\nCOPY dist/app /app\nCOPY src .\n", "src/a": "x"}, where: []string{"Dockerfile:2"},
			good: []change{
				{"Dockerfile": "FROM scratch AS build\nCOPY src .\nFROM scratch\nCOPY --from=build dist/app /app\nADD https://example.com/x /x\nCOPY package*.json ./\n", "src/a": "x"},
				{"Dockerfile": "FROM scratch AS unused\nCOPY dist/app /app\nFROM scratch\n"},
				{"Dockerfile": "FROM scratch\nCOPY dist/app /app\n", "slipway.yaml context: .": "context: .\n    artifacts: {assets: dist/app}", "slipway.yaml images:\n": "artifacts: {assets: {build: {context: .}, path: /x}}\nimages:\n"},
			},
		},
		"a copy of what is ignored": {
			rule: "copy-source", bad: change{".dockerignore": ".git\n.env*\nsrc\n", "Dockerfile": "FROM scratch\nCOPY src .\n", "src/a": "x"}, where: []string{"Dockerfile:2"},
			good: []change{{".dockerignore": ".git\n*\n!src/a\n", "Dockerfile": "FROM scratch\nCOPY src .\n", "src/a": "x"}},
		},
		"orbs": {
			rule: "orb-unpinned", bad: change{".circleci/config.yml": "version: 2.1\norbs:\n  node: circleci/node@volatile\n  aws: circleci/aws-ecr@9\n  own: acme/x@dev:abc\n"},
			where: []string{".circleci/config.yml:3", ".circleci/config.yml:4", ".circleci/config.yml:5"},
			good:  []change{{".circleci/config.yml": "orbs:\n  node: circleci/node@5.2.0\n"}},
		},
		"images of CI": {
			rule:  "ci-image-unpinned",
			bad:   change{".circleci/config.yml": "jobs:\n  a:\n    docker:\n      - image: cimg/node\n", ".github/workflows/a.yml": "jobs:\n  a:\n    container: node\n    services:\n      db: {image: postgres:latest}\n  b:\n    container: {image: node}\n"},
			where: []string{".circleci/config.yml:4", ".github/workflows/a.yml:3", ".github/workflows/a.yml:5", ".github/workflows/a.yml:7"},
			good:  []change{{".circleci/config.yml": "jobs:\n  a:\n    docker:\n      - image: cimg/node:18.1\n      - image: << parameters.image >>\n", ".github/workflows/a.yml": "jobs:\n  a:\n    container: node:20\n    steps:\n      - with: {image: app}\n"}},
		},
		"static key": {
			rule: "ci-static-key", bad: change{".github/workflows/a.yml": "env:\n  AWS_SECRET_ACCESS_KEY: ${{ secrets.AWS_SECRET_ACCESS_KEY }}\n"}, where: []string{".github/workflows/a.yml:2"},
			good: []change{{".github/workflows/a.yml": "env:\n  A: ${{ secrets.AWS_ROLE }}\n"}},
		},
	}
	found := map[string]bool{}
	of := func(t *testing.T, rule string, c change) []string {
		t.Helper()
		all, _ := run(t, c)
		places := []string{}
		for _, f := range all {
			if place, ok := strings.CutSuffix(f, " "+rule); ok {
				places = append(places, place)
			}
		}
		return places
	}
	for name, tc := range tests {
		found[tc.rule] = true
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(tc.where, of(t, tc.rule, tc.bad)); diff != "" {
				t.Errorf("bad: %s", diff)
			}
			for i, good := range tc.good {
				if places := of(t, tc.rule, good); len(places) > 0 {
					t.Errorf("good %d: found at %v", i, places)
				}
			}
		})
	}
	for _, rule := range Rules() {
		if !found[rule.ID] {
			t.Errorf("rule %s has no test", rule.ID)
		}
	}
}

func TestRulesAreDescribed(t *testing.T) {
	seen := map[string]bool{}
	for _, r := range Rules() {
		if seen[r.ID] || r.Title == "" || !strings.HasSuffix(r.Why, ".") {
			t.Errorf("rule %q: title %q, why %q", r.ID, r.Title, r.Why)
		}
		seen[r.ID] = true
	}
}

func TestSilence(t *testing.T) {
	for name, tc := range map[string]struct {
		image string
		want  []string
	}{
		"on the line":          {"postgres # slipway:ignore image-latest", []string{}},
		"with others":          {"postgres # slipway:ignore release-tag, image-latest", []string{}},
		"another rule":         {"postgres # slipway:ignore release-tag", []string{prod + ":10 image-latest"}},
		"the next line's":      {"postgres\n    # slipway:ignore image-latest", []string{prod + ":10 image-latest"}},
		"part of another rule": {"postgres # slipway:ignore image", []string{prod + ":10 image-latest"}},
	} {
		t.Run(name, func(t *testing.T) {
			got, _ := run(t, map[string]string{dbImage: tc.image})
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
	t.Run("above the line", func(t *testing.T) {
		got, _ := run(t, map[string]string{prod + "     image: postgres:16@" + digest: "    # slipway:ignore image-latest\n    image: postgres"})
		if len(got) > 0 {
			t.Error(got)
		}
	})
	t.Run("at the end of the line above", func(t *testing.T) {
		got, _ := run(t, map[string]string{prod + " db:\n    image: postgres:16@" + digest: "db: # slipway:ignore image-latest\n    image: postgres"})
		if diff := cmp.Diff([]string{prod + ":10 image-latest"}, got); diff != "" {
			t.Error(diff)
		}
	})
}

func TestFindingsAreInOrderAndOnce(t *testing.T) {
	changes := map[string]string{
		prod + " services:": "version: '3'\nservices:", dbImage: "postgres", apiImage: "acme/tracker-api",
		"slipway.yaml environments:": "environments:\n  staging:\n    registry: hub\n    deploy:\n      app: {compose: {file: docker-compose.prod.yml, path: /opt/tracker, env: {set: {DB_PASSWORD: env://X}}}}",
	}
	want := []string{prod + ":1 version-obsolete", prod + ":4 image-latest", prod + ":11 image-latest"}
	for range 3 {
		got, findings := run(t, changes)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatal(diff)
		}
		if findings[1].Column != 5 || findings[1].Severity != Error || !strings.Contains(findings[1].Fix, "${DEPLOY_TAG}") {
			t.Errorf("got %+v", findings[1])
		}
	}
}

func TestOverrideFileWins(t *testing.T) {
	got, _ := run(t, map[string]string{
		"slipway.yaml file: docker-compose.prod.yml": "file: [docker-compose.prod.yml, over.yml]",
		"over.yml": "services:\n  db:\n    image: postgres\n",
	})
	if diff := cmp.Diff([]string{"over.yml:3 image-latest"}, got); diff != "" {
		t.Error(diff)
	}
}

// TestUnreadableFileIsOneFinding also has a typed value that is unset, which is
// no reason not to read the rest.
func TestUnreadableFileIsOneFinding(t *testing.T) {
	got, _ := run(t, map[string]string{prod: "services:\n  a: ["})
	if diff := cmp.Diff([]string{prod + ":2 compose-invalid"}, got); diff != "" {
		t.Error(diff)
	}
	got, _ = run(t, map[string]string{apiImage: "acme/tracker-api:${DEPLOY_TAG}\n    scale: ${SCALE}\n    ports: ['${PORT}:80']"})
	if diff := cmp.Diff([]string{prod + ":2 rolling-recreate", prod + ":4 variable-unset", prod + ":5 variable-unset"}, got); diff != "" {
		t.Error(diff)
	}
}

func TestImagesOfABakeFile(t *testing.T) {
	dir := write(t, map[string]string{"slipway.yaml images:\n  api:\n    context: .": "images: {bake: docker-bake.hcl}"})
	c, err := config.Load(filepath.Join(dir, "slipway.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	images := config.Map[config.Image]{{Name: "api"}, {Name: "worker"}}
	findings, err := Run(context.Background(), Input{Config: c, Dir: dir, Images: images})
	if err != nil {
		t.Fatal(err)
	}
	if len(findings) != 1 || findings[0].Rule != "image-unused" || findings[0].Line != 6 {
		t.Errorf("found %+v", findings)
	}
}

func TestEnvSetsVariables(t *testing.T) {
	dir := write(t, map[string]string{apiImage: "acme/tracker-api:${VERSION}"})
	c, err := config.Load(filepath.Join(dir, "slipway.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	findings, err := Run(context.Background(), Input{Config: c, Dir: dir, Env: map[string]string{"VERSION": "1"}})
	if err != nil {
		t.Fatal(err)
	}
	if len(findings) != 1 || findings[0].Rule != "release-tag" {
		t.Errorf("found %+v", findings)
	}
}
