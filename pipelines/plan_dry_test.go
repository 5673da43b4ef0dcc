package pipelines_test

import (
	"maps"
	"slices"
	"testing"

	"git.example/slipway/internal/plantest"
	"git.example/slipway/internal/registrytest"
	"git.example/slipway/pipelines"
)

// A plan makes reads only, of whatever it plans, and what is on this disk stays as
// it is; nobody's lock is waited for.
func TestPlanIsDry(t *testing.T) {
	needDocker(t)
	w := &wire{}
	r := plantest.NewCalls(registrytest.Handler())
	w.host = registrytest.ServeHandler(t, r)
	stack := t.TempDir()
	dir := repository(t, w, map[string]string{
		"slipway.yaml": `version: 1
project: shop
images:
  api: {context: api}
registries:
  main: {oci: {host: REGISTRY}}
environments:
  prod:
    registry: main
    deploy:
      dags: {gitsync: {path: ` + stack + `/dags, from: dags}}
      purge: {run: {image: api, command: [purge]}}
`,
		"api/Dockerfile": "FROM BASE\nCOPY . /app\n", "api/main": "x", "dags/a.py": "x",
	})
	check := func(what string, o pipelines.PlanOptions, build string) pipelines.Planned {
		t.Helper()
		r.Taken()
		before, outside := tree(t, dir), tree(t, stack)
		planned, err := open(t, dir, build, nil, nil).Plan(t.Context(), o)
		if err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		if calls, writes := r.Taken(); len(writes) > 0 || calls == 0 {
			t.Errorf("%s: %d calls, and these are no reads: %v", what, calls, writes)
		}
		if !maps.Equal(before, tree(t, dir)) || !maps.Equal(outside, tree(t, stack)) {
			t.Errorf("%s: files were changed", what)
		}
		return planned
	}
	first := check("before anything", pipelines.PlanOptions{}, "1")
	if !first.First || first.Published || len(first.Targets) != 2 || len(first.Unseen) > 0 {
		t.Errorf("planned %+v", first)
	}
	p := open(t, dir, "1", nil, nil)
	publish(t, p)
	released := check("published", pipelines.PlanOptions{}, "1")
	if !released.Published || len(released.Targets) != 2 {
		t.Errorf("planned %+v", released)
	}
	if _, err := p.Deploy(t.Context(), pipelines.DeployOptions{Only: []string{"dags"}}); err != nil {
		t.Fatal(err)
	}
	if _, err := p.Lock(t.Context(), pipelines.LockOptions{Env: "prod", Message: "hands off"}); err != nil {
		t.Fatal(err)
	}
	commit(t, dir, map[string]string{"dags/a.py": "y"})
	locked := check("locked, another commit", pipelines.PlanOptions{}, "2")
	if locked.First || len(locked.Refused) != 1 || !slices.ContainsFunc(locked.Images, func(i pipelines.ImagePlan) bool { return i.Action == pipelines.ReuseImage }) {
		t.Errorf("planned %+v", locked)
	}
	check("built, the lock is nobody's", pipelines.PlanOptions{Build: true}, "2")
	check("a release by its tag", pipelines.PlanOptions{Tag: released.Tag}, "2")
}
