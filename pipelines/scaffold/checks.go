package scaffold

import (
	"context"
	"fmt"
	"io/fs"
	"slices"
)

// check is one check: the test stage of a Dockerfile, or a compose file.
type check struct {
	Name string
	// Image has the stage. Built says that the tests run while it is built.
	Image image
	Built bool
	// File is the compose file, and Service the one whose exit code counts.
	File, Service string
}

// stages are the checks of Dockerfiles that have a stage called test, where it is
// to be seen that something runs in it: a check of nothing would always pass.
func (p *project) stages(root fs.FS) (checks []check, notes []string) {
	seen := map[string]bool{}
	for _, i := range p.Images {
		text, err := fs.ReadFile(root, i.file())
		if err != nil || seen[i.file()] {
			continue
		}
		seen[i.file()] = true
		switch found, runs, built := testStage(string(text)); {
		case runs || built:
			checks = append(checks, check{Name: i.Name, Image: i, Built: !runs})
		case found:
			notes = append(notes, fmt.Sprintf("left out the stage test of %s: it does not say what to run; add a check with build: {context: %s, target: test} and run: [COMMAND]", i.file(), i.Context))
		}
	}
	return checks, notes
}

// testFiles are compose files of tests; the first one counts.
var testFiles = []string{"compose.test.yaml", "compose.test.yml", "docker-compose.test.yml", "docker-compose.test.yaml"}

// testServices are what a service that runs the tests is usually called.
var testServices = []string{"tests", "test", "sut", "specs"}

// composeCheck is the check of a compose file for tests; none when it can't be
// said which service's exit code counts.
func composeCheck(ctx context.Context, root fs.FS) (_ []check, notes []string) {
	at := slices.IndexFunc(testFiles, func(name string) bool { return isFile(root, name) })
	if at < 0 {
		return nil, nil
	}
	name := testFiles[at]
	file, err := readCompose(ctx, root, name)
	if err != nil {
		return nil, []string{fmt.Sprintf("left out %s: %v", name, err)}
	}
	var last []string // services that no other one waits for
	for _, service := range file.project.ServiceNames() {
		if slices.Contains(testServices, service) {
			return []check{{Name: "integration", File: name, Service: service}}, nil
		}
		awaited := slices.ContainsFunc(file.project.ServiceNames(), func(other string) bool {
			_, waits := file.project.Services[other].DependsOn[service]
			return waits
		})
		if !awaited {
			last = append(last, service)
		}
	}
	if len(last) != 1 {
		return nil, []string{fmt.Sprintf("left out %s: it does not show which service runs the tests; add a check with compose: {file: %s, exit-code-from: SERVICE}", name, name)}
	}
	return []check{{Name: "integration", File: name, Service: last[0]}}, nil
}
