package propose

import (
	"context"
	"fmt"
	"path"
	"slices"
	"strings"

	"git.example/slipway/pipelines/dockerfile"
	"git.example/slipway/pipelines/survey"
)

// check is one check of the test gate.
type check struct {
	Name string
	// YAML is what stands behind the name, in one line.
	YAML string
	// Active says that it is sure; otherwise it is a comment. Why says what it is from.
	Active bool
	Why    string
}

// ActiveChecks says that there are some that are sure.
func (p project) ActiveChecks() bool {
	return slices.ContainsFunc(p.Checks, func(c check) bool { return c.Active })
}

// OtherChecks says that there are some that are not.
func (p project) OtherChecks() bool {
	return slices.ContainsFunc(p.Checks, func(c check) bool { return !c.Active })
}

// findChecks are the stages and services for tests, or else what the files of the
// languages say.
func findChecks(ctx context.Context, s *survey.Survey, images []survey.Image) (checks []check, notes []string) {
	checks, notes = stages(s.Tree, images)
	tests, more := composeCheck(ctx, s.Tree)
	checks, notes = append(checks, tests...), append(notes, more...)
	if len(checks) == 0 && len(images) > 0 {
		checks = languageChecks(s, images)
	}
	for n := range checks {
		for slices.ContainsFunc(checks[:n], func(c check) bool { return c.Name == checks[n].Name }) {
			checks[n].Name += "-2"
		}
	}
	return checks, notes
}

// stages are the checks of Dockerfiles that have a stage for tests, where it is to
// be seen that something runs in it: a check of nothing would always pass.
func stages(t *survey.Tree, images []survey.Image) (checks []check, notes []string) {
	seen := map[string]bool{}
	for _, i := range images {
		if seen[i.File] {
			continue
		}
		seen[i.File] = true
		stage, ambiguous := testStage(i.Parsed)
		if stage == nil {
			if ambiguous {
				notes = append(notes, fmt.Sprintf("no check of the stages for tests of %s: there are several", i.File))
			}
			continue
		}
		where := "context: " + scalar(i.Context)
		if name := i.Dockerfile(); name != "" {
			where += ", dockerfile: " + scalar(name)
		}
		where += ", target: " + scalar(stage.Name)
		switch {
		case stage.Starts:
			checks = append(checks, check{Name: i.Name, YAML: "{build: {" + where + "}}", Active: true})
		case stage.Runs:
			checks = append(checks, check{Name: i.Name, YAML: "{build: {" + where + "}, run: [\"true\"]}", Active: true, Why: "What RUN runs in the stage is the test. If the tests are a command, give that."})
		default:
			notes = append(notes, fmt.Sprintf("left out the stage %s of %s: it does not say what to run; add a check with build: {%s} and run: [COMMAND]", stage.Name, i.File, where))
		}
	}
	return checks, notes
}

// testStage is the stage for tests; nil and true when there are several.
func testStage(f *dockerfile.File) (*dockerfile.Stage, bool) {
	var found []*dockerfile.Stage
	for n := range f.Stages {
		name := strings.ToLower(f.Stages[n].Name)
		if name == "test" || name == "tests" || name == "run-test-stage" || name == "unit-test" || name == "unittest" || strings.HasSuffix(name, "-test") && !strings.Contains(name, "dep") {
			found = append(found, &f.Stages[n])
		}
	}
	if len(found) == 1 {
		return found[0], false
	}
	return nil, len(found) > 1
}

// testFiles are compose files of tests; the first one counts.
var testFiles = []string{"compose.test.yaml", "compose.test.yml", "docker-compose.test.yml", "docker-compose.test.yaml"}

// testServices are what a service that runs the tests is usually called.
var testServices = []string{"tests", "test", "sut", "specs"}

// composeCheck is the check of a compose file for tests; none when it can't be
// said which service's exit code counts.
func composeCheck(ctx context.Context, t *survey.Tree) (_ []check, notes []string) {
	at := slices.IndexFunc(testFiles, t.IsFile)
	if at < 0 {
		return nil, nil
	}
	name := testFiles[at]
	file, err := t.Load(ctx, name)
	if err != nil {
		return nil, []string{fmt.Sprintf("left out %s: %v", name, err)}
	}
	made := func(service string) []check {
		return []check{{Name: "integration", YAML: fmt.Sprintf("{compose: {file: %s, exit-code-from: %s}}", scalar(name), scalar(service)), Active: true}}
	}
	var last []string // services that no other one waits for
	for _, service := range file.Project.ServiceNames() {
		if slices.Contains(testServices, service) {
			return made(service), nil
		}
		awaited := slices.ContainsFunc(file.Project.ServiceNames(), func(other string) bool {
			_, waits := file.Project.Services[other].DependsOn[service]
			return waits
		})
		if !awaited {
			last = append(last, service)
		}
	}
	if len(last) != 1 {
		return nil, []string{fmt.Sprintf("left out %s: it does not show which service runs the tests; add a check with compose: {file: %s, exit-code-from: SERVICE}", name, name)}
	}
	return made(last[0]), nil
}

// inDir is a file of a directory of the project.
func inDir(dir, name string) string { return path.Join(dir, name) }
