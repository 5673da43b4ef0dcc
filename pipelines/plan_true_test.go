package pipelines_test

import (
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"git.example/slipway/internal/awsfake"
	"git.example/slipway/internal/longtest"
	"git.example/slipway/internal/plantest"
	"git.example/slipway/internal/registrytest"
	"git.example/slipway/pipelines"
	"git.example/slipway/pipelines/deploy"
	"git.example/slipway/pipelines/deploy/rollout"
)

// planned is a project whose commits are planned, released, and compared.
type planned struct {
	*testing.T
	dir      string
	registry *plantest.Calls
	aws      *awsfake.Server // nil without AWS
	// outside are directories that a plan must leave as they are, beside dir.
	outside []string
}

// plannedProject makes a project of files, with a registry that notes its calls.
func plannedProject(t *testing.T, files map[string]string) *planned {
	t.Helper()
	p := &planned{T: t, registry: plantest.NewCalls(registrytest.Handler())}
	w := &wire{host: registrytest.ServeHandler(t, p.registry)}
	p.dir = repository(t, w, files)
	return p
}

// before plans what is committed and not published, which makes reads alone.
func (p *planned) before(build string) pipelines.Planned {
	p.Helper()
	p.registry.Taken()
	asked := p.awsCalls()
	var files []map[string]string
	look := func() (all []map[string]string) {
		for _, dir := range append([]string{p.dir}, p.outside...) {
			all = append(all, tree(p.T, dir))
		}
		return all
	}
	files = look()
	seen, err := open(p.T, p.dir, build, nil, nil).Plan(p.Context(), pipelines.PlanOptions{})
	if err != nil {
		p.Fatal(err)
	}
	if seen.Published || len(seen.Unseen) > 0 || len(seen.Wrong) > 0 || len(seen.Refused) > 0 || seen.First != (build == "1") {
		p.Errorf("planned before build %s was published: %+v", build, seen)
	}
	if calls, writes := p.registry.Taken(); len(writes) > 0 || calls == 0 {
		p.Errorf("the plan asked the registry %d times, and these are no reads: %v", calls, writes)
	}
	for _, call := range p.awsCalls()[len(asked):] {
		if operation := call[strings.Index(call, " ")+1:]; !slices.ContainsFunc([]string{"Get", "Describe", "List", "Batch"}, func(read string) bool { return strings.HasPrefix(operation, read) }) {
			p.Errorf("the plan called %s of AWS", call)
		}
	}
	if diff := cmp.Diff(files, look()); diff != "" {
		p.Errorf("the plan changed files (-before +after):\n%s", diff)
	}
	return seen
}

func (p *planned) awsCalls() []string {
	var all []string
	if p.aws != nil {
		for _, service := range []string{"ecs", "ssm", "secretsmanager", "sts", "elasticloadbalancingv2", "iam"} {
			for _, call := range p.aws.Calls(service, "*") {
				all = append(all, service+" "+call.Operation)
			}
		}
	}
	return all
}

// after releases it, and compares what was done with what was planned.
func (p *planned) after(seen pipelines.Planned, build string) rollout.Result {
	p.Helper()
	done, err := open(p.T, p.dir, build, nil, nil).Release(p.Context(), pipelines.PublishOptions{}, pipelines.DeployOptions{})
	if err != nil {
		p.Fatal(err)
	}
	if diff := plantest.Diff(seen, done); diff != "" {
		p.Errorf("build %s: something else was done than planned (-planned +done):\n%s", build, diff)
	}
	if seen.Tag != done.Entry.Tag {
		p.Errorf("planned %s, released %s", seen.Tag, done.Entry.Tag)
	}
	again, err := open(p.T, p.dir, build, nil, nil).Plan(p.Context(), pipelines.PlanOptions{})
	if err != nil || !again.Empty() {
		p.Errorf("after the release there is something left to do: %+v, %v", again.Targets, err)
	}
	return done
}

// lines are the changes of a plan, as people read them.
func lines(seen pipelines.Planned) []string {
	var all []string
	for _, target := range seen.Targets {
		for _, c := range target.Changes {
			all = append(all, strings.TrimSpace(strings.Join([]string{string(c.Kind), c.Subject, c.After}, " ")))
		}
	}
	return all
}

// What is planned of a git sync and of a container before they are published is what
// their release does.
func TestPlanIsTrueOfFilesAndContainers(t *testing.T) {
	needDocker(t)
	dags := filepath.Join(t.TempDir(), "dags")
	p := plannedProject(t, map[string]string{
		"slipway.yaml": `version: 1
project: shop
images: {api: {context: api}}
registries: {main: {oci: {host: REGISTRY}}}
environments:
  prod:
    registry: main
    deploy:
      dags: {gitsync: {path: ` + dags + `, from: dags}}
      purge: {run: {image: api, command: [grep, -x, one, /main]}}
`,
		"api/Dockerfile": "FROM BASE\nCOPY main /main\n", "api/main": "one\n", "dags/a.py": "one\n", "dags/gone.py": "x\n",
	})
	p.outside = []string{filepath.Dir(dags)}

	seen := p.before("1")
	if got := lines(seen); len(got) != 2 || !strings.HasPrefix(got[0], "start "+dags+" ") || got[1] != "run api grep -x one /main" {
		t.Errorf("planned %q", got)
	}
	p.after(seen, "1")
	if got := fileNames(t, dags); !slices.Equal(got, []string{"a.py", "gone.py"}) {
		t.Errorf("the directory has %q", got)
	}

	// Another image, another command that only works in it, other files.
	text, _ := os.ReadFile(filepath.Join(p.dir, "slipway.yaml"))
	if err := os.Remove(filepath.Join(p.dir, "dags", "gone.py")); err != nil {
		t.Fatal(err)
	}
	commit(t, p.dir, map[string]string{
		"slipway.yaml": strings.Replace(string(text), "[grep, -x, one", "[grep, -x, two", 1),
		"api/main":     "two\n", "dags/a.py": "two\n", "dags/b.py": "new\n",
	})
	seen = p.before("2")
	if got := lines(seen); len(got) != 2 || !strings.HasPrefix(got[0], "replace "+dags+" ") || got[1] != "run api grep -x two /main" {
		t.Errorf("planned %q", got)
	}
	if note := seen.Targets[0].Changes[0].Note; !strings.HasPrefix(note, "3 files differ (M a.py, A b.py, D gone.py), ") {
		t.Errorf("planned of the files: %q", note)
	}
	p.after(seen, "2")
	if got := fileNames(t, dags); !slices.Equal(got, []string{"a.py", "b.py"}) {
		t.Errorf("the directory has %q", got)
	}

	// Files alone: the image is reused, and planned with its digest.
	commit(t, p.dir, map[string]string{"dags/b.py": "newer\n"})
	seen = p.before("3")
	if seen.Images[0].Action != pipelines.ReuseImage {
		t.Errorf("planned of the image: %+v", seen.Images)
	}
	p.after(seen, "3")
}

func fileNames(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir + "/")
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, entry := range entries {
		if !strings.HasPrefix(entry.Name(), ".") {
			names = append(names, entry.Name())
		}
	}
	return names
}

// What is planned of services on ECS before they are published is what their release
// does: which are created, moved or left alone, steps, and what revisions say but for
// digests.
func TestPlanIsTrueOfECS(t *testing.T) {
	needDocker(t)
	fake := awsfake.New(t, awsfake.Options{})
	fake.Setenv(t)
	fake.Clock.Speed(30)
	cluster := fake.ECS()
	fake.Secrets()
	fake.Parameters()
	cluster.AddCluster("prod")
	definition := func(name, image, level string) string {
		return `{"family": "` + name + `", "containerDefinitions": [{"name": "app", "image": "` + image + `", "memory": 64,
			"environment": [{"name": "LEVEL", "value": "` + level + `"}]}]}`
	}
	p := plannedProject(t, map[string]string{
		"slipway.yaml": `version: 1
project: shop
images: {api: {context: api}, web: {context: web}}
registries: {main: {oci: {host: REGISTRY}}}
environments:
  prod:
    registry: main
    aws: {region: us-east-1}
    deploy:
      app:
        ecs:
          cluster: prod
          services:
            api: {task-definition: ecs/api.json, create: ecs/service.json, containers: {app: api}}
            web: {task-definition: ecs/web.json, create: ecs/service.json, containers: {app: web}}
          before: [{service: api, container: app, run: [migrate], timeout: 5m}]
`,
		"api/Dockerfile": "FROM BASE\nCOPY main /main\n", "api/main": "one", "web/Dockerfile": "FROM BASE\nCOPY main /main\n", "web/main": "one of web",
		"ecs/api.json": definition("shop-api", "api", "1"), "ecs/web.json": definition("shop-web", "web", "1"),
		"ecs/service.json": `{"desiredCount": 1}`,
	})
	p.aws = fake
	cluster.Digest = func(image string) string { return tagOf(t, image) }

	revisions := func() []string {
		var all []string
		for _, family := range []string{"shop-api", "shop-web"} {
			all = append(all, slices.Collect(maps.Keys(cluster.Registered(family)))...)
		}
		slices.Sort(all)
		return all
	}
	none := revisions()
	seen := p.before("1")
	if !slices.Equal(none, revisions()) {
		t.Errorf("the plan registered %v", revisions())
	}
	if diff := cmp.Diff(3, len(lines(seen))); diff != "" {
		t.Errorf("planned %q", lines(seen))
	}
	done := p.after(seen, "1")
	wantImages(t, cluster, map[string]string{"shop-api:1": done.Entry.Digests["api"], "shop-web:1": done.Entry.Digests["web"]})

	// One image and, of the other service, one key of its task definition.
	commit(t, p.dir, map[string]string{"api/main": "two", "ecs/web.json": definition("shop-web", "web", "2")})
	seen = p.before("2")
	kinds := map[string]deploy.Kind{}
	for _, c := range seen.Targets[0].Changes {
		if c.Kind != deploy.RunStep {
			kinds[c.Subject] = c.Kind
		}
	}
	if diff := cmp.Diff(map[string]deploy.Kind{"api": deploy.Replace, "web": deploy.Replace}, kinds); diff != "" {
		t.Errorf("planned %+v", seen.Targets[0].Changes)
	}
	done = p.after(seen, "2")
	wantImages(t, cluster, map[string]string{"shop-api:2": done.Entry.Digests["api"], "shop-web:2": done.Entry.Digests["web"]})

	if !longtest.Wanted() {
		return
	}
	// One service stays as it is.
	commit(t, p.dir, map[string]string{"web/main": "two"})
	seen = p.before("3")
	if diff := cmp.Diff([]string{"api"}, seen.Targets[0].Unchanged); diff != "" {
		t.Errorf("unchanged (-want +got):\n%s", diff)
	}
	done = p.after(seen, "3")
	wantImages(t, cluster, map[string]string{"shop-web:3": done.Entry.Digests["web"]})
	for service, runs := range map[string]string{"api": "shop-api:2", "web": "shop-web:3"} {
		if got := cluster.Runs(service); !slices.Equal(got, []string{runs}) {
			t.Errorf("service %s runs %v, want %s", service, got, runs)
		}
	}
}

// wantImages looks at the images of revisions, by digest.
func wantImages(t *testing.T, cluster *awsfake.ECS, want map[string]string) {
	t.Helper()
	for revision, digest := range want {
		containers, _ := cluster.Definition(revision)["containerDefinitions"].([]any)
		if len(containers) != 1 {
			t.Errorf("revision %s has %d containers", revision, len(containers))
			continue
		}
		container, _ := containers[0].(map[string]any)
		if image, _ := container["image"].(string); digest == "" || !strings.HasSuffix(image, "@"+digest) {
			t.Errorf("revision %s runs %s, want digest %s", revision, image, digest)
		}
	}
}

// What Terraform plans before a release is published is what it applies then: tags
// that move, what follows from them, and what changed beside.
func TestPlanIsTrueOfTerraform(t *testing.T) {
	needDocker(t)
	aTerraform(t)
	p := plannedProject(t, map[string]string{
		"slipway.yaml": `version: 1
project: shop
images: {api: {context: api}, web: {context: web}}
registries: {main: {oci: {host: REGISTRY, insecure: true}}}
environments:
  prod:
    registry: main
    journal: .local/prod
    deploy: {infra: {terraform: {dir: infra}}}
`,
		".gitignore":     ".local/\n.terraform*\n*.tfstate*\n",
		"api/Dockerfile": "FROM BASE\nCOPY main /main\n", "api/main": "one", "web/Dockerfile": "FROM BASE\nCOPY main /main\n", "web/main": "one of web",
		"infra/main.tf": `
variable "image_tags" { type = map(string) }
resource "terraform_data" "service" {
  for_each = var.image_tags
  input    = each.value
}
`,
	})
	state := func() []string {
		cmd := exec.Command(terraformProgram(), "state", "list")
		cmd.Dir = filepath.Join(p.dir, "infra")
		out, err := cmd.Output()
		if err != nil {
			t.Fatal(err)
		}
		return strings.Fields(string(out))
	}
	seen := p.before("1")
	p.after(seen, "1")
	if diff := cmp.Diff([]string{`terraform_data.service["api"]`, `terraform_data.service["web"]`}, state()); diff != "" {
		t.Errorf("the state has (-want +got):\n%s", diff)
	}
	commit(t, p.dir, map[string]string{"api/main": "two", "infra/more.tf": `resource "terraform_data" "more" { input = "x" }`})
	seen = p.before("2")
	kinds := map[string]deploy.Kind{}
	for _, c := range seen.Targets[0].Changes {
		kinds[c.Subject] = c.Kind
	}
	want := map[string]deploy.Kind{
		"image_tags.api": deploy.MoveTag, "terraform_data.more": deploy.Create,
		`terraform_data.service["api"]`: deploy.Update,
	}
	if diff := cmp.Diff(want, kinds); diff != "" {
		t.Errorf("planned (-want +got):\n%s", diff)
	}
	for _, note := range []string{
		`with the image tags alone come: terraform_data.service["api"]`,
		"not from the images, but from the code or from what was changed by hand, come: terraform_data.more",
	} {
		if !slices.Contains(seen.Targets[0].Notes, note) {
			t.Errorf("notes %q, without %q", seen.Targets[0].Notes, note)
		}
	}
	p.after(seen, "2")
	if !slices.Contains(state(), "terraform_data.more") {
		t.Errorf("the state has %v", state())
	}
}

// terraformProgram is the one that is installed.
func terraformProgram() string {
	if _, err := exec.LookPath("tofu"); err == nil {
		return "tofu"
	}
	return "terraform"
}
