package main

import (
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"git.example/slipway/pipelines/engine/enginetest"
)

// notRun are the commands of the documentation that can't run in a test, and
// why not.
var notRun = map[string]string{
	"make demo":                             "CI runs it by itself: .ci/run",
	"make demo-rollback":                    "CI runs it by itself: .ci/run",
	"make test":                             "it would run itself",
	"make install":                          "internal/home tests it; here the program of the test is slipway",
	"make -C slipway install":               "the same",
	"git clone https://git.example/slipway": "it stands for a repository of the reader's",
	"make home MODULE=git.example/slipway":  "internal/home tests it on a copy",
	`slipway rollback --env prod --down "app: rake db:rollback STEP=2"`: "the sample has no Rails",
	"docker login registry.example.com":                                 "it asks for a password at the terminal",
	"docker buildx create --use --driver docker-container":              "it pulls BuildKit's image, and changes the builder of this machine",
}

// daggerCLI begins commands that need a Dagger engine and a published module:
// "make e2e" calls the same functions where an engine can be reached.
const daggerCLI = "dagger "

const (
	// started is the page whose files the other pages go on with.
	started = "getting-started.md"
	// inTracker is in pages that go on with the tracker sample instead.
	inTracker = "<!-- tested in examples/tracker -->"
	// inTerraform is in pages that go on with the Terraform sample, where there is
	// a program to run it.
	inTerraform = "<!-- tested in examples/terraform -->"
	// commandLimit ends a command that hangs.
	commandLimit = 5 * time.Minute
)

// TestDocs runs each page of the documentation as one session, with the real
// command line, and compares what the page shows with what is printed.
func TestDocs(t *testing.T) {
	if err := exec.Command("docker", "version").Run(); err != nil {
		t.Skip("no Docker engine answers")
	}
	_, base := enginetest.Base(t)
	all := pages(t)
	at := slices.IndexFunc(all, func(p page) bool { return filepath.Base(p.path) == started })
	if at < 0 {
		t.Fatalf("there is no page %s", started)
	}
	for _, p := range all {
		t.Run(filepath.Base(p.path), func(t *testing.T) {
			t.Parallel()
			s := newSession(t, base)
			switch {
			case strings.Contains(p.text, inTracker):
				s.sample(t, "../../examples/tracker")
			case strings.Contains(p.text, inTerraform):
				needTerraform(t)
				s.sample(t, "../../examples/terraform")
			case filepath.Base(p.path) != started:
				for _, step := range all[at].steps {
					if step.file != "" {
						s.write(t, step, 0o644)
					}
				}
				s.commit(t)
			}
			for _, step := range p.steps {
				s.do(t, p.path, step)
			}
		})
	}
}

func needTerraform(t *testing.T) {
	t.Helper()
	for _, name := range []string{"terraform", "tofu"} {
		if _, err := exec.LookPath(name); err == nil {
			return
		}
	}
	t.Skip("neither terraform nor tofu is installed; .ci/setup tests installs OpenTofu")
}

// TestNotRun: what is not run is still on a page.
func TestNotRun(t *testing.T) {
	shown := map[string]bool{}
	for _, p := range pages(t) {
		for _, step := range p.steps {
			shown[step.command] = true
		}
	}
	for command := range notRun {
		if !shown[command] {
			t.Errorf("no page has the command %q any more", command)
		}
	}
}
