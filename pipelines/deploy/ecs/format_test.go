package ecs

import (
	"context"
	"errors"
	"strings"
	"testing"

	"git.example/slipway/pipelines/release"
)

// Task definitions are read as people have them; what is no task definition is told in
// one line.
func TestFormats(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		name, text string
		say        []string
	}{
		"comments and commas":  {"api.json", "{\n// of the API\n\"family\": \"api\", /* one */ \"containerDefinitions\": [{\"name\": \"app\", \"image\": \"i\",},],\n}", nil},
		"a byte order mark":    {"api.json", "\ufeff{\"family\": \"api\", \"containerDefinitions\": [{\"name\": \"app\", \"image\": \"i\"}]}", nil},
		"a URL is no comment":  {"api.json", `{"family": "api", "containerDefinitions": [{"name": "app", "image": "i", "environment": [{"name": "A", "value": "http://x//y"}]}]}`, nil},
		"YAML":                 {"api.yaml", "family: api\ncontainerDefinitions:\n  - name: app # ours\n    image: i\n    cpu: 256\n", nil},
		"yml":                  {"api.YML", "family: api\ncontainerDefinitions: [{name: app, image: i}]\n", nil},
		"what describe prints": {"api.json", `{"taskDefinition": {"family": "api", "revision": 3, "status": "ACTIVE", "containerDefinitions": [{"name": "app", "image": "i"}]}, "tags": []}`, nil},
		"a list of containers": {"api.json", `[{"name": "app", "image": "i"}]`, []string{"it is a list of containers", `{"family": "NAME", "containerDefinitions": [...]}`}},
		"a list in YAML":       {"api.yaml", "- name: app\n  image: i\n", []string{"it is a list of containers"}},
		"a text":               {"api.json", `"api"`, []string{"it is a string", `"family"`}},
		"nothing":              {"api.json", ``, []string{"it is no JSON object"}},
		"broken JSON":          {"api.json", "{\n// one\n\"family\": }", []string{"it is no JSON object", "line 3"}},
		"broken YAML":          {"api.yaml", "family: [\n", []string{"it is no YAML"}},
		"YAML called JSON":     {"api.json", "family: api\n", []string{"it is no JSON object", "line 1"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			d, err := parseFile(test.name, test.text)
			if test.say != nil {
				wantError(t, err, test.say...)
				if strings.Contains(err.Error(), "\n") {
					t.Errorf("the error has several lines:\n%v", err)
				}
				return
			}
			if err != nil || d.family() != "api" || len(d.containers()) != 1 {
				t.Errorf("read %v, %v", d, err)
			}
		})
	}
}

type given struct{}

func (given) Variable(name string) (string, bool) {
	value, ok := map[string]string{"LEVEL": "debug", "QUOTED": "a \"b\"\n", "EMPTY": ""}[name]
	return value, ok
}

func (given) Parameter(_ context.Context, name string) (string, error) { return "of " + name, nil }

func (given) Terraform(_ context.Context, address string) (string, error) {
	return "", errors.New("Terraform's state has no " + address)
}

func TestPlaceholders(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		text, want string
		say        []string
	}{
		"must_env":             {text: "{{ must_env `LEVEL` }}", want: "debug"},
		"in JSON's own quotes": {text: `{{ must_env \"LEVEL\" }}`, want: "debug"},
		"in plain quotes":      {text: `{{must_env "LEVEL"}}`, want: "debug"},
		"a default":            {text: "{{ env `NONE` `info` }}", want: "info"},
		"a default for empty":  {text: "{{ env `EMPTY` `info` }}", want: "info"},
		"no default needed":    {text: "{{ env `LEVEL` `info` }}", want: "debug"},
		"what JSON escapes":    {text: "{{ must_env `QUOTED` }}", want: `a \"b\"\n`},
		"a parameter":          {text: "{{ ssm `/prod/a` }}", want: "of /prod/a"},
		"a log driver's own":   {text: "{{.Name}}/{{.ID}}", want: "{{.Name}}/{{.ID}}"},
		"not set":              {text: "\n\n{{ must_env `NONE` }}", say: []string{"line 3", "NONE", "set it, or give it a default"}},
		"empty must be set":    {text: "{{ must_env `EMPTY` }}", want: ""},
		"not in the state":     {text: "{{ tfstate `output.x` }}", say: []string{"line 1", "no output.x"}},
		"too many arguments":   {text: "{{ ssm `a` `b` }}", say: []string{"2 arguments"}},
		"not to be read":       {text: "{{ env NAME }}", say: []string{"line 1", "can't be read", "{{ must_env `NAME` }}"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := fillIn(t.Context(), test.text, given{})
			if test.say != nil {
				wantError(t, err, test.say...)
			} else if err != nil || got != test.want {
				t.Errorf("%q, %v, want %q", got, err, test.want)
			}
		})
	}
}

// What placeholders stood for is what a release keeps: it comes back with that, whatever
// they stand for then.
func TestPlaceholdersOfARelease(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.values = given{}
	file(strings.Replace(taskDefinition("api", "shop/app"), `"info"`, "\"{{ must_env `LEVEL` }}\"", 1))(w)
	if err := Check(t.Context(), w.cfg, map[string][]byte{"ecs/api.json": []byte(w.files["ecs/api.json"])}); err != nil {
		t.Error(err)
	}
	w.mustDeploy("1")
	d := w.ecs.Document("api", 2)
	if text := string(must(document(d).encode(""))); !strings.Contains(text, `"value":"debug"`) {
		t.Errorf("registered %s", text)
	}
}

func must(text []byte, err error) []byte {
	if err != nil {
		panic(err)
	}
	return text
}

// An image that is built for other processors than the task has is refused before
// anything changes.
func TestArchitecture(t *testing.T) {
	t.Parallel()
	arm := strings.Replace(taskDefinition("api", "shop/app"), `"cpu"`, `"runtimePlatform": {"cpuArchitecture": "ARM64", "operatingSystemFamily": "LINUX"}, "cpu"`, 1)
	ec2 := strings.Replace(taskDefinition("api", "shop/app"), `"requiresCompatibilities": ["FARGATE"], `, "", 1)
	tests := map[string]struct {
		file      string
		platforms []string
		say       []string
	}{
		"Fargate without a word, for amd64": {taskDefinition("api", "shop/app"), []string{"linux/amd64"}, nil},
		"Fargate without a word, for arm64": {taskDefinition("api", "shop/app"), []string{"linux/arm64/v8"}, []string{`container "app"`, `image "app"`, "linux/arm64/v8", "X86_64", "platforms: [linux/amd64]", `"cpuArchitecture": "ARM64"`}},
		"ARM64, for amd64":                  {arm, []string{"linux/amd64"}, []string{"its runtimePlatform says ARM64", "platforms: [linux/arm64]"}},
		"ARM64, for both":                   {arm, []string{"linux/amd64", "linux/arm64"}, nil},
		"instances without a word":          {ec2, []string{"linux/arm64"}, nil},
		"nobody knows":                      {arm, nil, nil},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			file(test.file)(w)
			d := w.desired("1")
			app := release.RecordedImage{Digest: digestOf("app", "1"), Platforms: map[string]string{}}
			for _, platform := range test.platforms {
				app.Platforms[platform] = digestOf("app", platform)
			}
			d.Release.Images["app"] = app
			_, err := w.target().Observe(t.Context(), d)
			if test.say != nil {
				wantError(t, err, append(test.say, `service "api"`)...)
			} else if err != nil {
				t.Error(err)
			}
		})
	}
}
