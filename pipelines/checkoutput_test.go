package pipelines_test

import (
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"git.example/slipway/pipelines"
	"git.example/slipway/pipelines/report"
)

const secretCheck = `version: 1
project: shop
checks:
  unit: {build: {context: api}, run: 'test "$WORD" = good-word-1', env: {WORD: env://WORD}}
images:
  api: {context: api}
registries:
  main: {oci: {host: REGISTRY}}
`

// TestRerunForgetsAPass runs a check again that passed, and now fails on the
// same inputs: its result from before is not reused any more.
func TestRerunForgetsAPass(t *testing.T) {
	needDocker(t)
	w := serveWire(t)
	dir := repository(t, w, map[string]string{"slipway.yaml": secretCheck, "api/Dockerfile": "FROM BASE\n"})
	good, bad := map[string]string{"WORD": "good-word-1"}, map[string]string{"WORD": "other-word-2"}
	publish(t, open(t, dir, "1", nil, good))
	if second := publish(t, open(t, dir, "2", nil, bad)); !second.Checks[0].Reused {
		t.Fatal("the check ran again: a secret's value is no input")
	}
	_, err := open(t, dir, "3", nil, bad).Publish(t.Context(), pipelines.PublishOptions{RerunChecks: true})
	if err == nil || !strings.Contains(err.Error(), `check "unit" failed`) {
		t.Fatalf("running it again: got %v, want its failure", err)
	}
	if _, err := open(t, dir, "4", nil, bad).Publish(t.Context(), pipelines.PublishOptions{}); err == nil {
		t.Error("the result from before was reused")
	}
}

// output keeps the lines that tasks print.
type output struct {
	mu    sync.Mutex
	lines []string
}

func (o *output) Report(e report.Event) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if line, ok := e.(report.TaskOutput); ok {
		o.lines = append(o.lines, line.Line)
	}
}

// TestLongLinesAreRedacted prints a secret where an overlong line is cut in two.
func TestLongLinesAreRedacted(t *testing.T) {
	needDocker(t)
	w := serveWire(t)
	long := strings.Replace(secretCheck, `test "$WORD" = good-word-1`, `printf "%16380s%s" x "$WORD"; sleep 1; echo`, 1)
	dir := repository(t, w, map[string]string{"slipway.yaml": long, "api/Dockerfile": "FROM BASE\n"})
	var seen output
	if _, err := open(t, dir, "1", &seen, map[string]string{"WORD": "canary-5f2e81"}).Check(t.Context(), pipelines.CheckOptions{}); err != nil {
		t.Fatal(err)
	}
	if text := strings.Join(seen.lines, ""); strings.Contains(text, "canary") || !strings.Contains(text, "[secret]") {
		t.Error("the secret is in the output, or its place is not")
	}
}

// TestPublishRefusesComposeFiles makes no release of compose files that no
// deploy could use.
func TestPublishRefusesComposeFiles(t *testing.T) {
	config := oneImage + `environments:
  prod: {registry: main, deploy: {stack: {compose: {file: compose.yml, path: /opt/shop}}}}
`
	tests := []struct{ name, compose, want string }{
		{"takes in a file that is not there", "include: [gone.yml]\nservices: {api: {image: \"x:${DEPLOY_TAG}\"}}\n", `"compose.yml" takes in "gone.yml": there is no such file`},
		{"malformed", "services: {\n", `target "stack" of environment "prod"`},
		{"unknown key", "services: {api: {imagine: x}}\n", "imagine"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			w := serveWire(t)
			dir := repository(t, w, map[string]string{
				"slipway.yaml": config, "api/Dockerfile": "FROM BASE\nCOPY . /app\n", "api/main": "x",
				"compose.yml": test.compose, "db.yml": "services: {db: {image: BASE}}\n",
			})
			_, err := open(t, dir, "1", nil, nil).Publish(t.Context(), pipelines.PublishOptions{})
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want %q in it", err, test.want)
			}
			if len(w.manifests) > 0 {
				t.Errorf("written all the same: %v", w.manifests)
			}
		})
	}
}

// TestPublishStandsInForVariables publishes a compose file whose variables only
// the host knows.
func TestPublishStandsInForVariables(t *testing.T) {
	needDocker(t)
	w := serveWire(t)
	config := oneImage + `environments:
  prod: {registry: main, deploy: {stack: {compose: {file: compose.yml, path: /opt/shop}}}}
`
	publish(t, open(t, repository(t, w, map[string]string{
		"slipway.yaml": config, "api/Dockerfile": "FROM BASE\nCOPY . /app\n", "api/main": "x",
		"compose.yml": `services: {api: {image: "${API_IMAGE}", ports: ["${PORT:?set it}:80"], environment: {A: "${B}"}, env_file: .env, healthcheck: {test: [CMD, "true"], interval: "${EVERY}"}}}`,
	}), "1", nil, nil))
}

// TestPublishExportsIntoAContext exports a report into the build context of an
// image that is built meanwhile.
func TestPublishExportsIntoAContext(t *testing.T) {
	needDocker(t)
	w := serveWire(t)
	config := strings.Replace(oneImage, `"test -f /app/main"]}`, `"echo ok > /report.txt"], export: [/report.txt]}`, 1)
	config = strings.Replace(config, "context: api", "context: ., dockerfile: Dockerfile.check", 1)
	config = strings.Replace(config, "context: api", "context: .", 1)
	dir := repository(t, w, map[string]string{
		"slipway.yaml": config, "Dockerfile": "FROM BASE\nCOPY . /app\nRUN sleep 3\n",
		"Dockerfile.check": "FROM BASE\n", "main": "x", ".gitignore": "report.txt\n",
	})
	publish(t, open(t, dir, "1", nil, nil))
	if _, err := os.Stat(filepath.Join(dir, "report.txt")); err != nil {
		t.Error(err)
	}
}
