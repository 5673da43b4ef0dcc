package composefile

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/types"
	"github.com/google/go-cmp/cmp"
)

// loadText loads one compose file with the given text.
func loadText(t *testing.T, text string, env map[string]string) (*types.Project, error) {
	t.Helper()
	return Load(context.Background(), Options{
		Files: []string{"docker-compose.yml"}, Dir: "/opt/My.App", Env: env,
		Contents: map[string][]byte{"docker-compose.yml": []byte(text)},
	})
}

func mustLoad(t *testing.T, text string) *types.Project {
	t.Helper()
	p, err := loadText(t, text, nil)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestLoadReads(t *testing.T) {
	p, err := loadText(t, `
version: "3.8"
services:
  web:
    image: acme/web:${TAG}
    env_file: .env
    label_file: labels
    environment: {LEVEL: "${LEVEL:-info}", NONE: "$UNSET"}
    volumes: [./data:/data]
    depends_on: {db: {condition: service_healthy}}
  db: {image: postgres:16, healthcheck: {test: [CMD, "true"]}}
`, map[string]string{"TAG": "7_abc"})
	if err != nil {
		t.Fatal(err)
	}
	web := p.Services["web"]
	got := []string{p.Name, web.Image, *web.Environment["LEVEL"], *web.Environment["NONE"], web.Volumes[0].Source, web.DependsOn["db"].Condition}
	want := []string{"myapp", "acme/web:7_abc", "info", "", "/opt/My.App/data", types.ServiceConditionHealthy}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestLoadIgnoresTheProcessEnvironment(t *testing.T) {
	t.Setenv("TAG", "from-the-process")
	p := mustLoad(t, "services: {web: {image: 'acme/web:${TAG:-none}'}}")
	if got := p.Services["web"].Image; got != "acme/web:none" {
		t.Errorf("image is %q", got)
	}
}

func TestProjectName(t *testing.T) {
	tests := map[string]struct {
		name, text string
		env        map[string]string
		want       string
	}{
		"given":                {name: "tracker", text: "name: other", want: "tracker"},
		"COMPOSE_PROJECT_NAME": {text: "name: other", env: map[string]string{"COMPOSE_PROJECT_NAME": "envname"}, want: "envname"},
		"of the file":          {text: "name: other", want: "other"},
		"interpolated":         {text: "name: app-${STAGE}", env: map[string]string{"STAGE": "prod"}, want: "app-prod"},
		"of the directory":     {want: "myapp"},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			p, err := Load(context.Background(), Options{
				Files: []string{"c.yml"}, Dir: "/opt/My.App", Name: tc.name, Env: tc.env,
				Contents: map[string][]byte{"c.yml": []byte(tc.text + "\nservices: {web: {image: nginx}}\n")},
			})
			if err != nil {
				t.Fatal(err)
			}
			if p.Name != tc.want {
				t.Errorf("name is %q, want %q", p.Name, tc.want)
			}
		})
	}
}

func TestLoadRefuses(t *testing.T) {
	tests := map[string]struct{ text, want string }{
		"malformed":               {"services:\n  web: [", "line 2"},
		"duplicate key":           {"services:\n  web: {image: a}\n  web: {image: b}", "line 3"},
		"unknown key":             {"services: {web: {imgae: nginx}}", "docker-compose.yml:1: services.web.imgae is not a key"},
		"unknown top-level key":   {"servics: {}", "docker-compose.yml:1: servics is not a key"},
		"wrong type":              {"services: {web: {image: [nginx]}}", "docker-compose.yml:1: services.web.image must be a string"},
		"cycle":                   {"services: {a: {image: x, depends_on: [b]}, b: {image: x, depends_on: [a]}}", "dependency cycle detected: a -> b -> a"},
		"dangling dependency":     {"services: {a: {image: x, depends_on: [nobody]}}", `service "a" depends on undefined service "nobody"`},
		"dangling network":        {"services: {a: {image: x, networks: [nowhere]}}", "undefined network nowhere"},
		"neither image nor build": {"services: {a: {command: x}}", "neither an image nor a build context"},
		"required variable":       {"services: {a: {image: 'x:${TAG:?set TAG}'}}", "required variable TAG is missing a value: set TAG"},
		"first format":            {"web:\n  image: nginx\n", "write services: as the first line"},
		"alias in itself":         {"services: {a: {image: x}}\nx-a: &a\n  b: [{<<: *a}]", "line 3: *a stands inside of &a itself"},
		"panic of the parser":     {"!reset", "it is malformed"},
		"empty":                   {"", "it is empty"},
		"no mapping":              {"- a\n", "top-level object must be a mapping"},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := loadText(t, tc.text, nil)
			if err == nil {
				t.Fatal("no error")
			}
			if !strings.Contains(err.Error(), tc.want) || !strings.Contains(err.Error(), "docker-compose.yml") {
				t.Errorf("error does not say %q and the file: %v", tc.want, err)
			}
		})
	}
}

func TestLoadNamesTheFileThatIsMissing(t *testing.T) {
	_, err := Load(context.Background(), Options{Files: []string{"gone.yml"}, Dir: t.TempDir()})
	if err == nil || !strings.Contains(err.Error(), `reading compose file "gone.yml"`) {
		t.Errorf("error is %v", err)
	}
}

func TestLoadTakesOldFormats(t *testing.T) {
	for _, version := range []string{`"2"`, `"2.4"`, "3", `'3.9' # old`} {
		t.Run(version, func(t *testing.T) {
			p := mustLoad(t, "version: "+version+"\nservices: {web: {image: nginx, mem_limit: 1g}}\n")
			if p.Services["web"].MemLimit != 1<<30 {
				t.Errorf("memory limit is %d", p.Services["web"].MemLimit)
			}
		})
	}
}

func TestLoadMergesAndIncludes(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	files := map[string]string{
		"base.yml":   "include: [more.yml]\nservices: {web: {image: a, extends: {file: common.yml, service: common}}}",
		"over.yml":   "services: {web: {image: b}}",
		"more.yml":   "services: {extra: {image: c}}",
		"common.yml": "services: {common: {restart: always}}",
	}
	check := func(t *testing.T, o Options) {
		t.Helper()
		o.Files = []string{"base.yml", "over.yml"}
		p, err := Load(context.Background(), o)
		if err != nil {
			t.Fatal(err)
		}
		got := []string{p.Services["web"].Image, p.Services["web"].Restart, p.Services["extra"].Image}
		if diff := cmp.Diff([]string{"b", "always", "c"}, got); diff != "" {
			t.Error(diff)
		}
	}
	t.Run("recorded", func(t *testing.T) {
		t.Setenv("TMPDIR", t.TempDir())
		contents := map[string][]byte{}
		for name, text := range files {
			contents[name] = []byte(text)
		}
		check(t, Options{Dir: "/opt/nowhere", Contents: contents})
		if left, _ := os.ReadDir(os.TempDir()); len(left) > 0 {
			t.Errorf("temporary files are left: %v", left)
		}
	})
	t.Run("on disk", func(t *testing.T) {
		for name, text := range files {
			write(name, text)
		}
		check(t, Options{Dir: dir})
	})
}

func TestLoadProfiles(t *testing.T) {
	text := []byte("services: {web: {image: a}, debug: {image: b, profiles: [debug]}}")
	for profile, want := range map[string]int{"": 1, "debug": 2, "*": 2} {
		p, err := Load(context.Background(), Options{
			Files: []string{"c.yml"}, Dir: "/x", Profiles: []string{profile}, Contents: map[string][]byte{"c.yml": text},
		})
		if err != nil {
			t.Fatal(err)
		}
		if len(p.Services) != want {
			t.Errorf("profile %q has %d services, want %d", profile, len(p.Services), want)
		}
	}
}
