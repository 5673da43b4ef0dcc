package daggerengine

import (
	"bytes"
	"context"
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"git.example/slipway/pipelines/engine"
	"git.example/slipway/pipelines/secrets"
)

// composeCase is a compose file whose service "tests" ends with code.
type composeCase struct {
	archive string
	code    int
	// log is in the log, failure in the error.
	log, failure string
}

var composeCases = map[string]composeCase{
	"environment and files": {archive: `
-- compose.yaml --
services:
  tests:
    image: alpine:3.20
    env_file: [vars.env]
    environment: {OWN: "a b", TOKEN: "x${TOKEN}y", SHORT: "${SHORT}"}
    working_dir: /srv/app
    user: "1000:1000"
    tmpfs: [/scratch]
    configs: [{source: inline, target: /etc/inline}, fromfile]
    secrets: [key, {source: keyfile, target: /keys/file}]
    volumes: ["./data:/data", "./data/one.txt:/etc/one.txt:ro", "./not-there:/empty"]
    entrypoint: [sh, -c]
    command:
      - |
        test "$$OWN $$FILE" = "a b from file" || exit 2
        test "$$TOKEN" = "xs3cr3t with spacey" || exit 3
        test "$$FILETOKEN" = "s3cr3t with space" || exit 4
        test "$$(pwd) $$(id -u):$$(id -g)" = "/srv/app 1000:1000" || exit 5
        test "$$(cat /etc/inline /fromfile)" = "inline s3cr3t with space
        from a file" || exit 6
        test "$$(cat /run/secrets/key) $$(cat /keys/file)" = "s3cr3t with space in a file" || exit 7
        test "$$(cat /data/one.txt /data/deep/two.txt /etc/one.txt)" = "one
        two
        one" || exit 8
        test -z "$$(ls /empty)" || exit 9
        test -d /scratch || exit 10
        test "$$SHORT" = 1 || exit 11
configs:
  inline: {content: "inline ${TOKEN}\n"}
  fromfile: {file: ./config.txt}
secrets:
  key: {environment: TOKEN}
  keyfile: {file: ./key.txt}
-- vars.env --
FILE="from file"
FILETOKEN=${TOKEN}
-- config.txt --
from a file
-- key.txt --
in a file
-- data/one.txt --
one
-- data/deep/two.txt --
two
`},
	"unhealthy": {archive: `
-- compose.yaml --
services:
  db: {image: "alpine:3.20", command: [sh, -c, "echo disk is full; sleep 60"], healthcheck: {test: "exit 1", interval: 200ms, retries: 3}}
  tests: {image: "alpine:3.20", command: ["true"], depends_on: {db: {condition: service_healthy}}}
`, log: "db | disk is full", failure: `health of service "db"`},
	"no health check": {archive: `
-- compose.yaml --
services:
  db: {image: "alpine:3.20", command: [sleep, "60"]}
  tests: {image: "alpine:3.20", command: ["true"], depends_on: {db: {condition: service_healthy}}}
`, failure: `service "db": another service waits for its health`},
	"the image's health check and dead ports": {archive: `
-- compose.yaml --
services:
  db: {build: .}
  tests: {image: "alpine:3.20", command: [sh, -c, "nc db 81 < /dev/null"], depends_on: {db: {condition: service_healthy}}}
-- Dockerfile --
FROM alpine:3.20
EXPOSE 4444
HEALTHCHECK --interval=30s CMD nc 127.0.0.1 81 < /dev/null
CMD ["sh", "-c", "sleep 1; exec httpd -f -p 81"]
`},
	"a port that nobody listens on": {archive: `
-- compose.yaml --
services:
  db: {build: ., command: [sleep, "60"]}
  tests: {image: "alpine:3.20", command: ["true"], depends_on: [db]}
-- Dockerfile --
FROM alpine:3.20
EXPOSE 4444
HEALTHCHECK CMD false
`},
	"names": {archive: `
-- compose.yaml --
services:
  web:
    image: alpine:3.20
    container_name: the-web
    networks: {default: {aliases: [www]}}
    command: [sh, -c, "mkdir /w; echo hi > /w/index.html; exec httpd -f -p 80 -h /w"]
  tests:
    image: alpine:3.20
    links: ["web:linked"]
    depends_on: [web]
    command: [sh, -ec, "sleep 1; for host in web the-web www linked; do wget -qO- http://$$host/; done"]
`, log: "hi\nhi\nhi\nhi\n"},
	"services find each other both ways": {archive: `
-- compose.yaml --
services:
  a: {image: "alpine:3.20", command: [sh, -c, "mkdir /w; until wget -qO /w/index.html http://b/ 2> /dev/null; do sleep 0.2; done; exec httpd -f -p 81 -h /w"]}
  b: {image: "alpine:3.20", command: [sh, -c, "mkdir /w; echo from b > /w/index.html; exec httpd -f -p 80 -h /w"], depends_on: [a]}
  tests: {image: "alpine:3.20", command: [sh, -c, "until wget -qO- http://a:81/ 2> /dev/null; do sleep 0.2; done"], depends_on: [b]}
`, log: "from b"},
	"a service that ends early": {archive: `
-- compose.yaml --
services:
  seed: {image: "alpine:3.20", command: [sh, -c, "exit 3"]}
  tests: {image: "alpine:3.20", command: [sh, -c, "sleep 1; exit 6"], depends_on: [seed]}
`, code: 6},
	"volumes begin with the image's files": {archive: `
-- compose.yaml --
services:
  db: {build: ., volumes: ["data:/var/data"], command: [sh, -c, "echo own > /var/data/own; sleep 60"]}
  tests:
    image: alpine:3.20
    volumes: ["data:/elsewhere"]
    depends_on: [db]
    command: [sh, -c, "sleep 1; cat /elsewhere/made /elsewhere/own; stat -c %u /elsewhere /elsewhere/made"]
volumes: {data: {}}
-- Dockerfile --
FROM alpine:3.20
RUN mkdir /var/data && echo by the image > /var/data/made && chown -R 70 /var/data
USER 70
`, log: "by the image\nown\n70\n70\n"},
	"profiles, inline Dockerfile, a built image's name": {archive: `
-- compose.yaml --
services:
  debug: {image: "nothing.invalid/x", profiles: [debug]}
  app: {image: our-app, build: {context: ., dockerfile_inline: "FROM alpine:3.20\nARG WHO\nRUN echo built for $$WHO > /who\n", args: {WHO: me}}, command: [sleep, "60"]}
  tests: {image: our-app, profiles: [test], command: [cat, /who], depends_on: [app]}
`, log: "built for me"},
	"dependency that is not required": {archive: `
-- compose.yaml --
services:
  seed: {image: "alpine:3.20", command: ["false"]}
  tests: {image: "alpine:3.20", command: ["true"], depends_on: {seed: {condition: service_completed_successfully, required: false}}}
`},
	"entrypoint takes the image's command out": {archive: `
-- compose.yaml --
services: {tests: {build: ., entrypoint: [sh, -c, "echo $$# arguments", name]}}
-- Dockerfile --
FROM alpine:3.20
CMD ["one", "two"]
`, log: "0 arguments"},
	"no such image": {archive: `
-- compose.yaml --
services:
  db: {image: "127.0.0.1:5000/nothing:1"}
  tests: {image: "alpine:3.20", command: ["true"], depends_on: [db]}
`, failure: `service "db": pulling image "127.0.0.1:5000/nothing:1"`},
}

func TestCompose(t *testing.T) {
	e, ctx := start(t)
	for name, tc := range composeCases {
		t.Run(name, func(t *testing.T) {
			log, result, err := compose(ctx, t, e, tc.archive)
			if tc.failure != "" {
				if err == nil || !strings.Contains(err.Error(), tc.failure) || strings.Count(err.Error(), "\n") > errorLines {
					t.Errorf("got %v, want an error with %q", err, tc.failure)
				}
			} else if err != nil || result.ExitCode != tc.code {
				t.Errorf("got exit code %d and %v", result.ExitCode, err)
			}
			if !strings.Contains(log, tc.log) {
				t.Errorf("the log lacks %q", tc.log)
			}
			if strings.Contains(log, "s3cr3t") {
				t.Error("the log has the secret")
			}
			if t.Failed() {
				t.Log(log)
			}
		})
	}
}

// compose runs the compose file of a txtar archive.
func compose(ctx context.Context, t *testing.T, e *Engine, archive string) (string, engine.Result, error) {
	t.Helper()
	contents := map[string]string{}
	for _, file := range txtar.Parse([]byte(archive)).Files {
		contents[file.Name] = string(file.Data)
	}
	var log bytes.Buffer
	result, err := e.Compose(ctx, engine.Compose{
		Name: "integration", ExitCodeFrom: "tests", Files: []string{filepath.Join(files(t, contents), "compose.yaml")},
		Secrets: map[string]secrets.Value{"TOKEN": secrets.NewValue("s3cr3t with space"), "SHORT": secrets.NewValue("1")},
	}, &log)
	return log.String(), result, err
}

func TestComposeRefuses(t *testing.T) {
	tests := map[string]struct{ service, want string }{
		"privileged":          {"{image: a, privileged: true}", "privileged"},
		"host network":        {"{image: a, network_mode: host}", "network_mode host"},
		"devices":             {"{image: a, devices: [/dev/kvm]}", "devices"},
		"capabilities":        {"{image: a, cap_add: [NET_ADMIN]}", "cap_add"},
		"replicas":            {"{image: a, deploy: {replicas: 3}}", "replicas"},
		"extra hosts":         {"{image: a, extra_hosts: [\"x:1.2.3.4\"]}", "extra_hosts"},
		"the Docker socket":   {"{image: a, volumes: [\"/var/run/docker.sock:/var/run/docker.sock\"]}", "/var/run/docker.sock"},
		"external volume":     {"{image: a, volumes: [\"given:/data\"]}", "given"},
		"secret in command":   {"{image: a, command: \"login ${TOKEN}\"}", "TOKEN"},
		"secret in arg":       {"{build: {context: ., args: {T: \"${TOKEN}\"}}}", "TOKEN"},
		"build's contexts":    {"{build: {context: ., additional_contexts: {more: ./more}}}", "named build contexts"},
		"frontend of a build": {"{build: {context: ., dockerfile: front}}", "acme/front"},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			dir := files(t, map[string]string{
				"Dockerfile": "FROM alpine\n", "front": "# syntax=acme/front\nFROM alpine\n", "more/x": "x",
				"compose.yaml": "services:\n  odd: " + tc.service + "\n  tests: {image: a, depends_on: [odd]}\nvolumes: {given: {external: true}}\n",
			})
			// Nothing starts, so no engine is needed.
			e := newEngine(newConnection(nil, nil), "linux/amd64", environment(nil))
			_, err := e.Compose(t.Context(), engine.Compose{Name: "integration", ExitCodeFrom: "tests", Files: []string{filepath.Join(dir, "compose.yaml")},
				Secrets: map[string]secrets.Value{"TOKEN": secrets.NewValue("s3cr3t")}}, nil)
			var unsupported *engine.Unsupported
			if !errors.As(err, &unsupported) {
				t.Fatalf("got %v, want an *engine.Unsupported", err)
			}
			if !strings.Contains(err.Error(), "odd") || !strings.Contains(err.Error(), tc.want) || !strings.Contains(err.Error(), "--engine docker") || strings.Contains(err.Error(), "s3cr3t") {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestHealth(t *testing.T) {
	tests := map[string]struct {
		check    health
		poll     string
		attempts int
	}{
		"Docker's defaults": {health{interval: healthInterval, timeout: healthTimeout, retries: healthRetries}, "2s", 45},
		"short interval":    {health{interval: 500e6, retries: 4}, "500ms", 4},
		"start interval":    {health{interval: 10e9, startInterval: 1e9, retries: 3}, "1s", 30},
		"uneven":            {health{interval: 5e9, retries: 1}, "2s", 3},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff([]any{tc.poll, tc.attempts}, []any{tc.check.poll().String(), tc.check.attempts()}); diff != "" {
				t.Error(diff)
			}
		})
	}
}
