package production_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"git.example/slipway/pipelines/production"
	"git.example/slipway/pipelines/survey"
)

const dockerfile = "FROM node:22 AS build\nFROM node:22\nEXPOSE 3000\nCMD [\"node\", \"server.js\"]\n"

// stackOf is the stack of a directory with these files, without its first line.
func stackOf(t *testing.T, files map[string]string) (*production.Stack, string) {
	t.Helper()
	dir := t.TempDir()
	for path, content := range files {
		path = filepath.Join(dir, path)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	tree, err := survey.Walk(dir)
	if err != nil {
		t.Fatal(err)
	}
	s, err := survey.Look(t.Context(), tree, survey.Options{Name: "shop"})
	if err != nil {
		t.Fatal(err)
	}
	o := production.Options{Project: "shop", Random: func(n int) []byte { return bytes.Repeat([]byte{0xab}, n) }}
	var stack *production.Stack
	if s.Stack != nil {
		stack, err = production.FromCompose(t.Context(), s, o)
	} else {
		stack, _, err = production.FromImages(t.Context(), s, o)
	}
	if err != nil || stack == nil {
		t.Fatalf("%v, %v", stack, err)
	}
	_, text, _ := strings.Cut(string(stack.Text), "\n")
	return stack, text
}

// TestFromCompose: of a file for development, what serves development goes, and
// what production needs comes.
func TestFromCompose(t *testing.T) {
	stack, got := stackOf(t, map[string]string{
		"Dockerfile": dockerfile, "app.js": "", "nginx/site.conf": "",
		".env.example": "DATABASE_URL=postgres://app:example@db/app\nDB_PASSWORD=example\nLOG_LEVEL=debug\nNODE_ENV=development\nSTRIPE_API_KEY=\n",
		"compose.yaml": `
version: "3"
x-app: &app
  build: .
  env_file: .env
services:
  web:
    <<: *app
    container_name: web
    command: npm run dev
    volumes: [".:/app", /app/node_modules, "./uploads:/app/uploads"]
    ports: ["3000:3000", "9229:9229"]
    depends_on: [db, mail]
    environment: {NODE_ENV: development}
  worker:
    <<: *app
    command: node worker.js
  db:
    image: postgres:17
    ports: ["5432:5432"]
    environment: {POSTGRES_PASSWORD: "${DB_PASSWORD}"}
    volumes: ["./data:/var/lib/postgresql/data"]
  proxy:
    image: nginx:1.27
    volumes: ["./nginx:/etc/nginx/conf.d:ro"]
    networks: [edge]
  mail: {image: axllent/mailpit, profiles: [dev]}
  adminer: {image: adminer:4, depends_on: [db]}
networks: {edge: {external: true}}
`,
	})
	want := `services:
  web:
    image: ${REGISTRY}/shop/web:${DEPLOY_TAG}
    volumes:
      - web-uploads:/app/uploads
    ports:
      - "127.0.0.1:3000:3000"
    depends_on:
      db: {condition: service_healthy}
      mail: {condition: service_started}
    environment: {NODE_ENV: production
`
	if !strings.HasPrefix(squeezed(got), squeezed(want)) {
		t.Errorf("want %s, got %s", squeezed(want), squeezed(got))
	}
	for _, line := range []string{
		"    env_file:\n      - .env\n", "    command: node worker.js\n", `pg_isready`, "db-data:/var/lib/postgresql/data", "./nginx:/etc/nginx/conf.d:ro",
		"update_config: {order: stop-first}", "# slipway:ignore healthcheck-missing", "restart: unless-stopped",
	} {
		if !strings.Contains(got, line) {
			t.Errorf("%q is not in\n%s", line, got)
		}
	}
	for _, part := range []string{"version:", "x-app", "container_name", "npm run dev", "9229", "5432:", "adminer", "external", "node_modules", "build:"} {
		if strings.Contains(got, part) {
			t.Errorf("%q is in\n%s", part, got)
		}
	}
	values := map[string]production.Value{}
	for _, v := range stack.Values {
		values[v.Name] = v
	}
	made := strings.Repeat("ab", 16)
	for name, want := range map[string]string{"DB_PASSWORD": made, "DATABASE_URL": "postgres://app:" + made + "@db/app", "LOG_LEVEL": "debug", "NODE_ENV": "production", "STRIPE_API_KEY": ""} {
		if values[name].Text != want {
			t.Errorf("%s is %q, want %q", name, values[name].Text, want)
		}
	}
	if !values["DB_PASSWORD"].Secret || !values["DATABASE_URL"].Secret || values["LOG_LEVEL"].Secret {
		t.Errorf("secrets are others: %+v", values)
	}
}

// squeezed is a text in which how a sequence is written does not matter.
func squeezed(text string) string {
	return strings.NewReplacer(" ", "", "\n", "", "[", "", "]", "", "-", "", ",", "", "'", "").Replace(text)
}

// TestPasswords: a password that stands in the file becomes a variable, the same one
// wherever it stands; a new value is made where all that use it are in the file, and
// the old one is kept where a program has it elsewhere.
func TestPasswords(t *testing.T) {
	for name, test := range map[string]struct {
		web  string
		want string
		url  string
	}{
		"in a URL":  {web: `DATABASE_URL: "postgres://umami:umami@db/umami"`, want: strings.Repeat("ab", 16), url: "postgres://umami:${POSTGRES_PASSWORD}@db/umami"},
		"named":     {web: `DB_PASS: umami`, want: strings.Repeat("ab", 16), url: "DB_PASS: ${POSTGRES_PASSWORD}"},
		"elsewhere": {web: `A: b`, want: "umami"},
	} {
		t.Run(name, func(t *testing.T) {
			stack, got := stackOf(t, map[string]string{"Dockerfile": dockerfile, "compose.yaml": `services: {web: {build: ., environment: {` + test.web + `}}, db: {image: "postgres:17", environment: {POSTGRES_PASSWORD: umami}}}`})
			if len(stack.Values) != 1 || stack.Values[0].Name != "POSTGRES_PASSWORD" || stack.Values[0].Text != test.want {
				t.Errorf("values %+v, want %q", stack.Values, test.want)
			}
			if !strings.Contains(strings.NewReplacer(`"`, "", "'", "").Replace(got), test.url) || strings.Contains(got, ":umami@") {
				t.Errorf("%q is not in\n%s", test.url, got)
			}
		})
	}
}

// TestFromImages: without a compose file, the Dockerfile says the port.
func TestFromImages(t *testing.T) {
	stack, got := stackOf(t, map[string]string{"Dockerfile": "FROM nginx:1.27-alpine\nEXPOSE 80 443/udp\nVOLUME /data\nCMD nginx\n"})
	for _, part := range []string{`"127.0.0.1:8080:80"`, "shop-data:/data", "nc -z 127.0.0.1 80", "image: ${REGISTRY}/shop/shop:${DEPLOY_TAG}"} {
		if !strings.Contains(got, part) {
			t.Errorf("%q is not in\n%s", part, got)
		}
	}
	if diff := cmp.Diff([]string{"127.0.0.1:8080"}, stack.Addresses); diff != "" {
		t.Error(diff)
	}
}

// TestWithoutBuilders: an image that others build in is no service.
func TestWithoutBuilders(t *testing.T) {
	stack, got := stackOf(t, map[string]string{"app/Dockerfile": "FROM nginx:1.27\n", "tool/Dockerfile": "FROM alpine:3\nRUN true\n"})
	if len(stack.Used) != 1 {
		t.Errorf("used %v in\n%s", stack.Used, got)
	}
	if strings.Contains(got, "tool") {
		t.Errorf("the tool is in\n%s", got)
	}
}
