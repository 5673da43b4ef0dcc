package corpus

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/google/go-cmp/cmp"

	"git.example/slipway/internal/plantest"
	"git.example/slipway/pipelines"
	"git.example/slipway/pipelines/deploy"
	"git.example/slipway/pipelines/deploy/rollout"
)

// result is the file that a command writes its result to, outside of the project.
func (l *life) result() string { return l.tmp + ".json" }

// read reads what a command wrote to the result file.
func (l *life) read(result any) {
	l.Helper()
	content, err := os.ReadFile(l.result())
	if err == nil {
		err = json.Unmarshal(content, result)
	}
	if err != nil {
		l.Fatal(err)
	}
}

// foretold plans what is committed before it is published, which changes nothing.
func (l *life) foretold(build int) pipelines.Planned {
	l.Helper()
	said := l.dry("plan", "--build-number", fmt.Sprint(build), "--result-file", l.result())
	var planned pipelines.Planned
	l.read(&planned)
	if planned.Published || planned.First != (build == 1) || !planned.Whole() || len(planned.Refused) > 0 || len(planned.Targets) == 0 {
		l.Errorf("the plan of an unpublished commit: %+v", planned)
	}
	if build > 1 {
		for _, line := range l.stack.Plan {
			if !regexp.MustCompile(`(?m)^\s*` + line).MatchString(said) {
				l.Errorf("the plan for the change has no line %q:\n%s", line, said)
			}
		}
	}
	return planned
}

// fulfilled has a deploy run, and compares what it did with what was planned before
// its release was published: what it says that it did, and what became of Docker and
// of the env file.
func (l *life) fulfilled(planned pipelines.Planned, deployed func() string) {
	l.Helper()
	was, had := l.containers(), l.outside()
	l.says(deployed(), "runs, proven by digest")
	is, has := l.containers(), l.outside()
	var done rollout.Result
	l.read(&done)
	if done.Entry.Tag != planned.Tag {
		l.Errorf("release %s was planned, and %s was deployed", planned.Tag, done.Entry.Tag)
	}
	if diff := plantest.Diff(planned, done); diff != "" {
		l.Errorf("something else was deployed than planned (-planned +deployed):\n%s", diff)
	}
	said := map[string][]deploy.Change{}
	expected := map[string]string{}
	unchanged := map[string]bool{}
	sent := map[string]deploy.Kind{}
	for _, target := range planned.Targets {
		for _, c := range target.Changes {
			switch c.Kind {
			case deploy.AddEnv, deploy.ChangeEnv, deploy.RemoveEnv, deploy.Create, deploy.Destroy, deploy.Update:
				expected[c.Subject] = string(c.Kind)
			case deploy.AddFile, deploy.ChangeFile, deploy.RemoveFile:
				sent[c.Subject] = c.Kind
			case deploy.RunStep:
			default:
				said[c.Subject] = append(said[c.Subject], c)
			}
		}
		for _, service := range target.Unchanged {
			unchanged[service] = true
		}
	}
	for service := range services(was, is) {
		if err := came(service, said[service], unchanged[service], of(was, service), of(is, service)); err != nil {
			l.Errorf("planned %+v, and %v", said[service], err)
		}
		delete(said, service)
	}
	for service, changes := range said {
		l.Errorf("planned %+v, and service %s has no container before or after", changes, service)
	}
	if diff := cmp.Diff(expected, changed(had, has)); diff != "" {
		l.Errorf("networks, volumes and keys of the env file (-planned +done):\n%s", diff)
	}
	if diff := cmp.Diff(l.toSend(sent, planned.First), sent); diff != "" {
		l.Errorf("files that the release brings (-changed +planned):\n%s", diff)
	}
}

// toSend is what a plan has to say of the files that a release brings, which are
// those of the plans so far: the first release brings them all, the second one those
// that the change has changed. That containers have them is compared apart.
func (l *life) toSend(planned map[string]deploy.Kind, first bool) map[string]deploy.Kind {
	l.Helper()
	kinds := map[string]deploy.Kind{}
	of := func(name string, changed bool) map[string]string {
		found := l.stack.files(l, changed)
		maps.DeleteFunc(found, func(path, _ string) bool { return path != name && !strings.HasPrefix(path, name+"/") })
		return found
	}
	for name := range planned {
		if len(of(name, !first)) == 0 && planned[name] != deploy.RemoveFile {
			l.Errorf("the plan brings %q, which the commit does not have", name)
		}
		if first || !l.brought[name] {
			kinds[name] = deploy.AddFile
		}
	}
	for name := range l.brought {
		was, is := of(name, false), of(name, true)
		switch {
		case len(is) == 0:
			kinds[name] = deploy.RemoveFile
		case !maps.Equal(was, is):
			kinds[name] = deploy.ChangeFile
		}
	}
	for name := range planned {
		l.brought[name] = true
	}
	return kinds
}

// outside is what a stack has beside its containers: networks and volumes by their
// id, keys of the env file with their values.
func (l *life) outside() map[string]string {
	l.Helper()
	found := map[string]string{}
	label := "label=" + projectLabel + "=" + l.values["STACK"]
	for line := range strings.Lines(docker(l, "network", "ls", "--no-trunc", "--filter", label, "--format", "network {{.Name}}={{.ID}}") +
		docker(l, "volume", "ls", "--filter", label, "--format", "volume {{.Name}}={{.Name}}")) {
		name, id, _ := strings.Cut(strings.TrimSpace(line), "=")
		found[name] = id
	}
	env, _ := os.ReadFile(filepath.Join(l.dir, "deploy", ".env"))
	for line := range strings.Lines(string(env)) {
		if key, value, ok := strings.Cut(strings.TrimSpace(line), "="); ok {
			found[key] = value
		}
	}
	return found
}

// changed is what became of what is outside, in the words of a plan.
func changed(before, after map[string]string) map[string]string {
	kinds := map[string]string{}
	for name := range maps.Keys(before) {
		_, isDocker, _ := strings.Cut(name, " ")
		switch value, still := after[name]; {
		case !still:
			kinds[name] = string(pick(isDocker != "", deploy.Destroy, deploy.RemoveEnv))
		case value != before[name]:
			kinds[name] = string(pick(isDocker != "", deploy.Update, deploy.ChangeEnv))
		}
	}
	for name := range maps.Keys(after) {
		if _, was := before[name]; !was {
			kinds[name] = string(pick(strings.Contains(name, " "), deploy.Create, deploy.AddEnv))
		}
	}
	return kinds
}

func pick[T any](first bool, a, b T) T {
	if first {
		return a
	}
	return b
}

// services are those that have containers before or after.
func services(all ...map[string]containerState) map[string]bool {
	found := map[string]bool{}
	for _, containers := range all {
		for _, c := range containers {
			found[c.Service] = true
		}
	}
	return found
}

// of are the containers of a service.
func of(all map[string]containerState, service string) map[string]containerState {
	found := maps.Clone(all)
	maps.DeleteFunc(found, func(_ string, c containerState) bool { return c.Service != service })
	return found
}

// came says in what the containers of a service did not become what a plan says.
func came(service string, planned []deploy.Change, unchanged bool, before, after map[string]containerState) error {
	var gone, fresh, again, same []string
	for id, c := range before {
		switch now, still := after[id]; {
		case !still:
			gone = append(gone, id)
		case now != c:
			again = append(again, id)
		default:
			same = append(same, id)
		}
	}
	for id := range after {
		if _, was := before[id]; !was {
			fresh = append(fresh, id)
		}
	}
	var kinds []deploy.Kind
	for _, c := range planned {
		kinds = append(kinds, c.Kind)
	}
	slices.Sort(kinds)
	wrong := func(as string) error {
		return fmt.Errorf("service %s (unchanged: %v): %s; %d containers went, %d came, %d started again, %d stayed", service, unchanged, as, len(gone), len(fresh), len(again), len(same))
	}
	switch {
	case len(kinds) == 0:
		if len(gone)+len(fresh)+len(again) > 0 {
			return wrong("it was to stay as it is")
		}
	case unchanged && !slices.Equal(kinds, []deploy.Kind{deploy.Stop}):
		return wrong("a plan says of it that it stays and that it changes")
	case slices.Equal(kinds, []deploy.Kind{deploy.Stop}):
		if len(gone) == 0 || len(fresh)+len(again) > 0 {
			return wrong("it was to have fewer containers")
		}
	case slices.Equal(kinds, []deploy.Kind{deploy.Start}):
		if len(before) > 0 || len(fresh) == 0 {
			return wrong("it was to start")
		}
	case slices.Equal(kinds, []deploy.Kind{deploy.Replace}), slices.Equal(kinds, []deploy.Kind{deploy.Recreate}):
		if len(same)+len(again) > 0 || len(gone) == 0 || len(fresh) == 0 {
			return wrong("it was to have new containers alone")
		}
	case slices.Equal(kinds, []deploy.Kind{deploy.Restart}):
		if len(fresh)+len(again) == 0 || len(same) > 0 {
			return wrong("it was to start anew")
		}
	case slices.Equal(kinds, []deploy.Kind{deploy.Remove}):
		if len(after) > 0 || len(gone) == 0 {
			return wrong("it was to go")
		}
	default:
		return wrong("that is more than the corpus knows")
	}
	return nil
}
