package compose_test

import (
	"bytes"
	"os/exec"
	"sync"
	"testing"

	"git.example/slipway/internal/deploytest"
	"git.example/slipway/pipelines/deploy"
)

// image publishes an image called name for the release tag. Its /app prints,
// serves or fails as behaviour says, see appScript.
func (s *stack) image(tag, name, behaviour string) {
	s.t.Helper()
	if s.Images[tag] == nil {
		s.Images[tag] = map[string]deploy.Image{}
	}
	s.Images[tag][name] = deploytest.PushProgram(s.t, s.Project+"/"+name, tag, appScript(behaviour))
}

// appScript is the program of an image. Every one of them can also migrate.
func appScript(behaviour string) string {
	serve := map[string]string{
		"ok":        "exec httpd -f -p 80 -h /www",
		"unhealthy": "rm /www/version; exec httpd -f -p 80 -h /www",
		"crash":     "echo about to crash; exit 7",
		"sleep":     "exec sleep 10000",
		"end":       "exit 0",
	}
	return "#!/bin/sh\n" +
		"case $1 in\n" +
		"migrate) printf 'migrated by %s\\n' \"$2\" >>/data/log; cat /data/log; exit 0;;\n" +
		"refuse) echo this migration fails; exit 3;;\n" +
		"hang) sleep 1000;;\n" +
		"slow) echo slow; sleep 3; echo migrated slowly >>/data/log; exit 0;;\n" +
		"esac\n" +
		"trap 'exit 0' TERM\n" + serve[behaviour] + "\n"
}

// standIn is an image that this machine has and no registry.
const standIn = "slipway-test/busybox:1"

var standInOnce sync.Once

func importStandIn(t *testing.T) {
	t.Helper()
	if exec.Command("docker", "image", "inspect", standIn).Run() == nil {
		return
	}
	cmd := exec.Command("docker", "import", "-", standIn)
	cmd.Stdin = bytes.NewReader(deploytest.Busybox(t, nil))
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("importing %s: %v\n%s", standIn, err, out)
	}
}
