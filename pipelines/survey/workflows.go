package survey

import (
	"fmt"
	"maps"
	"path"
	"strings"

	"go.yaml.in/yaml/v4"

	"git.example/slipway/pipelines/lazy"
)

// workflow is what is read of a file of GitHub Actions.
type workflow struct {
	Env  map[string]any
	Jobs map[string]struct {
		Env      map[string]any
		Services map[string]any
		Defaults struct {
			Run struct {
				Dir string `yaml:"working-directory"`
			}
		}
		Strategy struct{ Matrix any }
		Steps    []step
	}
}

type step struct {
	Name, Uses, Run string
	Dir             string `yaml:"working-directory"`
	With            map[string]any
	Env             map[string]any
}

// workflowFiles are those of GitHub Actions.
func (t *Tree) workflowFiles() []string {
	var all []string
	for _, f := range t.Files {
		if ext := path.Ext(f); path.Dir(f) == ".github/workflows" && (ext == ".yml" || ext == ".yaml") {
			all = append(all, f)
		}
	}
	return all
}

func (t *Tree) workflow(name string) (workflow, bool) {
	var w workflow
	err := yaml.Unmarshal(t.Read(name), &w)
	return w, err == nil
}

// inWorkflows are the images that workflows build.
func (t *Tree) inWorkflows() []Image {
	var all []Image
	for _, name := range t.workflowFiles() {
		w, ok := t.workflow(name)
		if !ok {
			continue
		}
		for _, id := range sortedKeys(w.Jobs) {
			j := w.Jobs[id]
			for _, variables := range combinations(j.Strategy.Matrix) {
				known := map[string]string{}
				fill(known, "env.", w.Env)
				fill(known, "env.", j.Env)
				maps.Copy(known, variables)
				for n, s := range j.Steps {
					for _, i := range inStep(t, s, known, j.Defaults.Run.Dir) {
						i.kind, i.Evidence = byWorkflow, fmt.Sprintf("%s, job %s", name, id)
						i.Before = madeBefore(t, j.Steps[:n], name)
						all = append(all, i)
					}
				}
			}
		}
	}
	return all
}

func inStep(t *Tree, s step, known map[string]string, dir string) []Image {
	action, _, _ := strings.Cut(s.Uses, "@")
	switch action {
	case "docker/build-push-action", "depot/build-push-action", "useblacksmith/build-push-action":
		i, ok := t.buildPush(s.With, known)
		if !ok {
			return nil
		}
		return []Image{i}
	}
	if s.Run == "" {
		return nil
	}
	if s.Dir != "" {
		dir = s.Dir
	}
	return t.buildsIn(expand(s.Run, known), path.Clean(expand(dir, known)))
}

// madeBefore are the steps that bring files into the checkout which git does not
// have, in words.
func madeBefore(t *Tree, steps []step, file string) []string {
	var all []string
	for _, s := range steps {
		action, _, _ := strings.Cut(s.Uses, "@")
		if action != "actions/download-artifact" {
			continue
		}
		dir := path.Clean(scalar(s.With["path"]))
		if strings.HasPrefix(dir, "/") || strings.Contains(dir, "$") || isElsewhere(dir) {
			continue
		}
		all = append(all, fmt.Sprintf("%s first puts the artifact %s of another job into %s", file, scalar(s.With["name"]), dir))
	}
	return all
}

// isElsewhere says that a folder is no part of what builds read: it begins with a
// dot or is for what is passed on.
func isElsewhere(dir string) bool {
	return strings.HasPrefix(path.Base(dir), "digests") || strings.HasPrefix(dir, "..")
}

// buildPush is the image of docker/build-push-action; false when its inputs leave
// open what is built.
func (t *Tree) buildPush(inputs map[string]any, known map[string]string) (Image, bool) {
	value := func(name string) string { return strings.TrimSpace(expand(scalar(inputs[name]), known)) }
	context, file := value("context"), value("file")
	context = strings.TrimPrefix(context, "${{ github.workspace }}/")
	if context == "" {
		context = "." // the action takes the commit's own tree
	}
	i := Image{Context: path.Clean(context), Target: value("target")}
	i.File = path.Join(i.Context, "Dockerfile")
	if file != "" {
		i.File = path.Clean(file)
	}
	if strings.Contains(i.Context+i.File+i.Target, "${{") || !t.IsDir(i.Context) || !t.IsFile(i.File) {
		return i, false
	}
	for line := range strings.Lines(value("build-args")) {
		if key, v, ok := strings.Cut(strings.TrimSpace(line), "="); ok && !strings.Contains(v, "${{") {
			i.Args = with(i.Args, key, v)
		}
	}
	for _, p := range strings.FieldsFunc(value("platforms"), func(r rune) bool { return r == ',' || r == '\n' || r == ' ' }) {
		if !strings.Contains(p, "$") {
			i.Platforms = append(i.Platforms, p)
		}
	}
	for line := range strings.Lines(value("tags")) {
		tag := strings.TrimSpace(strings.Split(line, ",")[0])
		if name := nameOfTag(tag); name != "" {
			i.Tags = append(i.Tags, tag)
			if i.Name == "" {
				i.Name = name
			}
		}
	}
	return i, true
}

var expression = lazy.Regexp(`\$\{\{\s*([A-Za-z0-9_.-]+)\s*\}\}`)

// expand fills in expressions that are known.
func expand(text string, known map[string]string) string {
	for range 3 {
		next := expression().ReplaceAllStringFunc(text, func(e string) string {
			if v, ok := known[expression().FindStringSubmatch(e)[1]]; ok {
				return v
			}
			return e
		})
		if next == text {
			break
		}
		text = next
	}
	return text
}

func fill(known map[string]string, prefix string, values map[string]any) {
	for k, v := range values {
		known[prefix+k] = scalar(v)
	}
}

func scalar(v any) string {
	if v == nil {
		return ""
	}
	if list, ok := v.([]any); ok {
		var all []string
		for _, item := range list {
			all = append(all, scalar(item))
		}
		return strings.Join(all, "\n")
	}
	return fmt.Sprint(v)
}

// mostCombinations bounds what a matrix is expanded to.
const mostCombinations = 60

// combinations are the values of a matrix's jobs, one without any when there is none.
func combinations(matrix any) []map[string]string {
	values, _ := matrix.(map[string]any)
	all := []map[string]string{{}}
	for _, key := range sortedKeys(values) {
		list, ok := values[key].([]any)
		if !ok || key == "include" || key == "exclude" {
			continue
		}
		var next []map[string]string
		for _, c := range all {
			for _, item := range list {
				one := maps.Clone(c)
				put(one, "matrix."+key, item)
				next = append(next, one)
			}
		}
		if len(next) > 0 && len(next) <= mostCombinations {
			all = next
		}
	}
	if list, ok := values["include"].([]any); ok {
		if len(all) == 1 && len(all[0]) == 0 {
			all = nil
		}
		for _, item := range list {
			one := map[string]string{}
			if fields, ok := item.(map[string]any); ok {
				for k, v := range fields {
					put(one, "matrix."+k, v)
				}
			}
			all = append(all, one)
		}
	}
	return all
}

func put(into map[string]string, name string, v any) {
	if fields, ok := v.(map[string]any); ok {
		for k, inner := range fields {
			put(into, name+"."+k, inner)
		}
		return
	}
	into[name] = scalar(v)
}

// Job is a job of a workflow: what it runs, and what it needs beside it.
type Job struct {
	File, Script string
	// Services says that containers run beside it; Containers that its own commands
	// start some.
	Services, Containers bool
}

// Jobs are those of all workflows of GitHub Actions.
func (t *Tree) Jobs() []Job {
	var all []Job
	for _, name := range t.workflowFiles() {
		w, ok := t.workflow(name)
		if !ok {
			continue
		}
		for _, id := range sortedKeys(w.Jobs) {
			j := Job{File: name, Services: len(w.Jobs[id].Services) > 0}
			for _, s := range w.Jobs[id].Steps {
				j.Script += s.Run + "\n"
			}
			j.Containers = strings.Contains(j.Script, "docker ")
			all = append(all, j)
		}
	}
	return all
}
