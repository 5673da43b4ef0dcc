package enginetest

import (
	"context"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"git.example/slipway/pipelines/engine"
	"git.example/slipway/pipelines/secrets"
)

var composeCases = []testCase{
	{"conditions and the named exit code", func(ctx context.Context, t *testing.T, f *fixture) {
		log, result := f.compose(ctx, t, engine.Compose{Files: f.composeFile(t, conditions)})
		if diff := cmp.Diff(engine.Result{ExitCode: 42}, result); diff != "" {
			t.Errorf("%s\n%s", diff, log)
		}
		for _, text := range []string{"db says healthy", "migrated", "also started"} {
			if !strings.Contains(log, text) {
				t.Errorf("the log lacks %q:\n%s", text, log)
			}
		}
	}},
	{"success", func(ctx context.Context, t *testing.T, f *fixture) {
		_, result := f.compose(ctx, t, engine.Compose{Files: f.composeFile(t, `
services:
  tests: {image: BASE, command: [sh, -c, "exit 0"], restart: always}
`)})
		if diff := cmp.Diff(engine.Result{}, result); diff != "" {
			t.Error(diff)
		}
	}},
	{"failed dependency", func(ctx context.Context, t *testing.T, f *fixture) {
		var log output
		_, err := f.engine.Compose(ctx, engine.Compose{Name: "integration", ExitCodeFrom: "tests", Files: f.composeFile(t, `
services:
  migrate: {image: BASE, command: [sh, -c, "echo no such table; exit 3"]}
  tests:
    image: BASE
    command: [sh, -c, "exit 0"]
    depends_on: {migrate: {condition: service_completed_successfully}}
`)}, &log)
		if err == nil || !strings.Contains(err.Error(), "migrate") {
			t.Errorf("got %v, want an error that names the dependency", err)
		}
		if !strings.Contains(log.String(), "no such table") {
			t.Errorf("the log does not show why:\n%s", log.String())
		}
	}},
	{"logs of dependencies when it fails", func(ctx context.Context, t *testing.T, f *fixture) {
		log, result := f.compose(ctx, t, engine.Compose{Files: f.composeFile(t, `
services:
  api: {image: BASE, command: [sh, -c, "echo why it failed; sleep 60"], init: true}
  tests: {image: BASE, command: [sh, -c, "sleep 1; exit 1"], depends_on: [api]}
`)})
		if result.ExitCode != 1 || !strings.Contains(log, "why it failed") {
			t.Errorf("exit code %d, log:\n%s", result.ExitCode, log)
		}
	}},
	{"built and replaced images", func(ctx context.Context, t *testing.T, f *fixture) {
		published := f.push(ctx, t, f.build(t, `
-- Dockerfile --
FROM BASE
RUN mkdir /www && echo published > /www/index.html
CMD ["httpd", "-f", "-p", "80", "-h", "/www"]
`), "web")
		dir := f.directory(t, `
-- compose.yaml --
services:
  web:
    image: slipway.invalid/web:1
    build: ./missing
  tests:
    build: {context: ., args: {FROM_ARGUMENT: "${FROM_ENV}"}}
    environment: {TOKEN: "${TOKEN}"}
    depends_on: [web]
-- Dockerfile --
FROM BASE
ARG FROM_ARGUMENT
RUN echo $FROM_ARGUMENT > /argument
WORKDIR /srv
CMD ["sh", "-c", "for i in 1 2 3 4 5 6 7 8 9; do wget -qO got http://web/ && break; sleep 1; done; cat /argument >> got; echo ${#TOKEN} >> got; cat got"]
`)
		to := filepath.Join(t.TempDir(), "got")
		_, result := f.compose(ctx, t, engine.Compose{
			Files:   []string{filepath.Join(dir, "compose.yaml")},
			Images:  map[string]engine.Image{"web": {Reference: published.Reference, Insecure: true}},
			Env:     map[string]string{"FROM_ENV": "environment"},
			Secrets: map[string]secrets.Value{"TOKEN": secrets.NewValue("12345 $x")},
			Exports: []engine.Export{{From: "got", To: to}, {From: "/none", To: to + "2"}},
		})
		if diff := cmp.Diff(engine.Result{Missing: []string{"/none"}}, result); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff(map[string]string{".": "published\nenvironment\n8\n"}, tree(t, to)); diff != "" {
			t.Errorf("exported (-want +got):\n%s", diff)
		}
	}},
	{"two at once with the same names and ports", func(ctx context.Context, t *testing.T, f *fixture) {
		files := f.composeFile(t, `
services:
  db:
    image: BASE
    command: [httpd, -f, -p, "80"]
    container_name: slipway-enginetest-db
    ports: ["127.0.0.1:18099:80"]
    volumes: ["data:/data"]
  tests:
    image: BASE
    command: [sh, -c, "test ! -e /data/mark && touch /data/mark && sleep 2 && nc slipway-enginetest-db 80 < /dev/null"]
    volumes: ["data:/data"]
    depends_on: [db]
volumes:
  data: {name: slipway-enginetest-data}
`)
		codes := make(chan int, 2)
		for range 2 {
			go func() {
				result, err := f.engine.Compose(ctx, engine.Compose{Name: "twice", ExitCodeFrom: "tests", Files: files}, t.Output())
				if err != nil {
					t.Error(err)
				}
				codes <- result.ExitCode
			}()
		}
		for range 2 {
			if code := <-codes; code != 0 {
				t.Errorf("exit code %d", code)
			}
		}
	}},
	{"unknown service", func(ctx context.Context, t *testing.T, f *fixture) {
		files := f.composeFile(t, "services: {api: {image: BASE}}\n")
		_, err := f.engine.Compose(ctx, engine.Compose{Name: "integration", ExitCodeFrom: "tests", Files: files}, t.Output())
		if err == nil || !strings.Contains(err.Error(), "tests") || !strings.Contains(err.Error(), "api") {
			t.Errorf("got %v, want an error that names the service and those that there are", err)
		}
	}},
}

const conditions = `
services:
  db:
    image: BASE
    command: [sh, -c, "sleep 2; echo db says healthy > /tmp/ok; sleep 60"]
    init: true
    healthcheck: {test: [CMD, test, -f, /tmp/ok], interval: 1s, timeout: 2s, retries: 30}
    volumes: ["shared:/tmp"]
  migrate:
    image: BASE
    command: [sh, -c, "cat /tmp/ok > /tmp/seen && echo migrated >> /tmp/seen"]
    volumes: ["shared:/tmp"]
    depends_on: {db: {condition: service_healthy}}
  side:
    image: BASE
    command: [sh, -c, "echo also started >> /tmp/side; sleep 60"]
    init: true
    volumes: ["shared:/tmp"]
  tests:
    image: BASE
    command: [sh, -c, "while ! test -f /tmp/side; do sleep 1; done; cat /tmp/seen /tmp/side; exit 42"]
    volumes: ["shared:/tmp"]
    depends_on:
      migrate: {condition: service_completed_successfully}
      side: {condition: service_started}
volumes: {shared: {}}
`

func (f *fixture) composeFile(t *testing.T, content string) []string {
	t.Helper()
	return []string{filepath.Join(f.directory(t, "-- compose.yaml --\n"+content), "compose.yaml")}
}

// compose runs a check that ends with the service tests.
func (f *fixture) compose(ctx context.Context, t *testing.T, c engine.Compose) (log string, result engine.Result) {
	t.Helper()
	c.Name, c.ExitCodeFrom = "integration", "tests"
	var out output
	result, err := f.engine.Compose(ctx, c, &out)
	if err != nil {
		t.Fatalf("%v\n%s", err, out.String())
	}
	return out.String(), result
}
