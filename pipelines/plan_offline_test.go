package pipelines_test

import (
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"git.example/slipway/pipelines"
)

// offlineProject has a target of each kind that the checkout alone tells of.
func offlineProject() map[string]string {
	return map[string]string{
		"slipway.yaml": `version: 1
project: shop
checks:
  unit: {build: {context: api, target: test}, run: [true]}
  whole: {compose: {file: test.yml, exit-code-from: tests}}
images:
  api: {context: api, target: prod}
registries:
  main: {oci: {host: 127.0.0.1:1}}
environments:
  prod:
    registry: main
    aws: {region: us-east-1}
    deploy:
      stack:
        compose: {file: compose.yml, path: /srv/shop, hosts: [nobody@127.0.0.1:1], env: {set: {NAME: "x", TOKEN: "env://NOT_HERE"}}, before: [{service: api, run: [migrate]}]}
      dags:
        gitsync: {path: /srv/dags, from: dags, hosts: [nobody@127.0.0.1:1]}
      tasks:
        ecs: {cluster: main, services: {api: {task-definition: task.json, containers: {app: api}}}}
      purge:
        run: {image: api, command: [purge], env: {TOKEN: "env://NOT_HERE"}, files: [purge.sh]}
`,
		"api/Dockerfile": "FROM busybox:1.36 AS test\nFROM busybox:1.36 AS prod\nCOPY main /main\n",
		"api/main":       "x", "api/.dockerignore": "Dockerfile\n",
		"compose.yml": "volumes: {data: {}}\nnetworks: {front: {}}\nservices:\n  api:\n    image: ${API_IMAGE}\n    restart: always\n    environment: {NAME: \"${NAME:?}\", TOKEN: \"${TOKEN:?}\"}\n    volumes: [data:/data]\n    networks: [default, front]\n",
		"test.yml":    "services:\n  tests: {image: busybox:1.36}\n",
		"dags/a.py":   "x", "dags/b.py": "y",
		"task.json": `{"family": "api", "containerDefinitions": [{"name": "app", "image": "api", "memory": 64}]}`,
		"purge.sh":  "#!/bin/sh\n",
	}
}

// planOffline plans the files as a commit, with nothing that could be asked.
func planOffline(t *testing.T, files map[string]string) (pipelines.Planned, error) {
	t.Helper()
	dir := t.TempDir()
	commit(t, dir, files)
	t.Setenv("DOCKER_HOST", "unix:///nonexistent/docker.sock")
	p, err := pipelines.Open(t.Context(), pipelines.Options{Dir: dir, Lookup: func(string) (string, bool) { return "", false }})
	if err != nil {
		return pipelines.Planned{}, err
	}
	t.Cleanup(func() { _ = p.Close() })
	before := tree(t, dir)
	planned, err := p.Plan(t.Context(), pipelines.PlanOptions{Offline: true})
	if after := tree(t, dir); !maps.Equal(before, after) {
		t.Errorf("the checkout was changed: %v became %v", before, after)
	}
	return planned, err
}

// tree is every file below dir with its content, git's own apart.
func tree(t *testing.T, dir string) map[string]string {
	t.Helper()
	all := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.Name() == ".git" {
			return filepath.SkipDir
		}
		all[path] = d.Type().String()
		if d.Type().IsRegular() {
			content, err := os.ReadFile(path)
			all[path] += string(content)
			return err
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestPlanOffline(t *testing.T) {
	planned, err := planOffline(t, offlineProject())
	if err != nil {
		t.Fatal(err)
	}
	if len(planned.Wrong) > 0 || !planned.Whole() || planned.Empty() || planned.Published {
		t.Errorf("planned %+v", planned)
	}
	var text []string
	for _, target := range planned.Targets {
		text = append(text, target.Target+": "+strings.Join(target.Contents, "; "))
	}
	for _, u := range planned.Unseen {
		text = append(text, "unseen "+u.Subject)
	}
	got := strings.Join(text, "\n")
	for _, want := range []string{
		"stack: api: 127.0.0.1:1/shop/api (built at publish)",
		"volume data, network front: what the host already has is kept as it was made, and was not looked at",
		"dags: 2 files of dags at commit ",
		"tasks: service api: task definition task.json, container app runs image api",
		"purge: 127.0.0.1:1/shop/api (built at publish): purge; environment: TOKEN",
		"unseen registry main", "unseen target stack", "unseen target dags", "unseen target tasks", "unseen target purge",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in:\n%s", want, got)
		}
	}
}

// Mistakes that people make in a branch, each with what is said of it where
// nothing but the checkout can be looked at.
func TestMistakesBeforeTheMerge(t *testing.T) {
	replace := func(file, old, new string) func(map[string]string) {
		return func(files map[string]string) {
			if !strings.Contains(files[file], old) {
				t.Fatalf("%s has no %q", file, old)
			}
			files[file] = strings.Replace(files[file], old, new, 1)
		}
	}
	remove := func(file string) func(map[string]string) {
		return func(files map[string]string) { delete(files, file) }
	}
	for name, tc := range map[string]struct {
		mistake func(map[string]string)
		want    string
	}{
		"no compose file":                         {remove("compose.yml"), `reading deploy file "compose.yml"`},
		"a key that compose has not":              {replace("compose.yml", "image:", "imagee:"), "services.api.imagee is not a key"},
		"no YAML":                                 {replace("compose.yml", "    image", "   image"), "compose.yml"},
		"a variable that nothing sets":            {replace("compose.yml", "${NAME:?}", "${NAMES:?}"), "NAMES"},
		"a service that depends on nothing there": {replace("compose.yml", "    restart: always", "    depends_on: [db]"), "db"},
		"no Dockerfile":                           {remove("api/Dockerfile"), `image "api": reading Dockerfile`},
		"a stage that is gone":                    {replace("api/Dockerfile", "AS prod", "AS production"), `there is no stage "prod"`},
		"a stage of a check that is gone":         {replace("api/Dockerfile", "AS test", "AS tests"), `there is no stage "test"`},
		"a broken Dockerfile":                     {replace("api/Dockerfile", "COPY", "KOPY"), "KOPY"},
		"a context that was moved":                {replace("slipway.yaml", "api: {context: api, target: prod}", "api: {context: backend, target: prod}"), "backend"},
		"a check's compose file":                  {remove("test.yml"), `check "whole": reading "test.yml"`},
		"a folder to sync":                        {func(f map[string]string) { delete(f, "dags/a.py"); delete(f, "dags/b.py") }, `no directory "dags"`},
		"a task definition":                       {remove("task.json"), `reading deploy file "task.json"`},
		"no JSON":                                 {replace("task.json", "[", ""), "task.json"},
		"a container that was renamed":            {replace("task.json", `"app"`, `"web"`), `no container "app"`},
		"a family":                                {replace("task.json", `"family": "api", `, ""), "family"},
		"an object where ECS has a list":          {replace("task.json", `"image"`, `"environment": {"A": "b"}, "image"`), "containerDefinitions[0].environment is an object, and ECS wants a list"},
		"no limit of memory":                      {replace("task.json", `, "memory": 64`, ""), `neither "memory" nor "memoryReservation"`},
		"Fargate without its sizes":               {replace("task.json", `"family"`, `"requiresCompatibilities": ["FARGATE"], "family"`), `no "cpu"`},
		"a file of a step":                        {remove("purge.sh"), `reading deploy file "purge.sh"`},
		"a file that git ignores":                 {func(f map[string]string) { f[".gitignore"] = "purge.sh\n" }, `deploy file "purge.sh": git ignores it`},
		"an unknown key":                          {replace("slipway.yaml", "registry: main", "registri: main"), "registri"},
		"an unknown registry":                     {replace("slipway.yaml", "registry: main", "registry: prod"), "prod"},
		"an unknown image":                        {replace("slipway.yaml", "app: api", "app: apis"), "apis"},
		"two of one name":                         {replace("slipway.yaml", "  api: {context: api, target: prod}\n", "  api: {context: api}\n  api: {context: api}\n"), "api"},
		"build: for a protected environment": {func(f map[string]string) {
			f["slipway.yaml"] = strings.Replace(f["slipway.yaml"], "    registry: main\n    aws", "    registry: main\n    protected: true\n    aws", 1)
			f["compose.yml"] += "    build: .\n"
		}, "protected environment \"prod\" takes no release"},
		"a step's service": {replace("slipway.yaml", "service: api, run", "service: apis, run"), "apis"},
	} {
		t.Run(name, func(t *testing.T) {
			files := offlineProject()
			tc.mistake(files)
			planned, err := planOffline(t, files)
			said := strings.Join(planned.Wrong, "\n")
			if err != nil {
				said += err.Error()
			}
			if !strings.Contains(said, tc.want) || err == nil && planned.Whole() {
				t.Errorf("no %q in %q (unseen %v)", tc.want, said, planned.Unseen)
			}
		})
	}
}
