package deploy

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"git.example/slipway/pipelines/command"
	"git.example/slipway/pipelines/shell"
)

// Whatever runs docker on a host runs it in the way that is configured: a command,
// a script, what a script starts apart.
func TestWithDocker(t *testing.T) {
	bin := t.TempDir()
	for name, text := range map[string]string{
		"docker": `#!/bin/sh` + "\n" + `echo "docker at ${DOCKER_HOST-home}: $* TAG=$TAG"`,
		"sudo":   `#!/bin/sh` + "\n" + `[ "$1 $2 $3" = "-n -H -E" ] || exit 9; shift 3; echo root; exec "$@"`,
	} {
		if err := os.WriteFile(filepath.Join(bin, name), []byte(text), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("PATH", bin+":"+os.Getenv("PATH"))
	t.Setenv("TAG", "1")
	script := &shell.Script{}
	script.Export(map[string]string{"TAG": "2"})
	script.Line("docker", "ps", "a b")
	apart := &shell.Script{}
	apart.Raw(`echo 'eval "${` + RunDocker + `-}"; docker ps "a b"' >"` + bin + `/job"; nohup sh "` + bin + `/job" 2>/dev/null`)
	commands := map[string]func() command.Command{
		"a command": func() command.Command { return command.Command{Args: []string{"docker", "ps", "a b"}} },
		"a script":  script.Command,
		"a job":     apart.Command,
		"sh -c": func() command.Command {
			return command.Command{Args: []string{"sh", "-c", `docker ps "$1"`, "sh", "a b"}}
		},
	}
	for name, c := range commands {
		for how, want := range map[Docker]string{
			"":                    "docker at home: ps a b",
			DockerBySudo:          "root\ndocker at home: ps a b",
			"unix:///it's/a.sock": "docker at unix:///it's/a.sock: ps a b",
		} {
			var out, errs bytes.Buffer
			if err := WithDocker(LocalHost{}, how).Run(t.Context(), c(), &out, &errs); err != nil {
				t.Errorf("%s, %q: %v %s", name, how, err, &errs)
			}
			tag := " TAG=1\n"
			if name == "a script" {
				tag = " TAG=2\n"
			}
			if out.String() != want+tag {
				t.Errorf("%s, %q: %q, want %q", name, how, out.String(), want)
			}
		}
	}
	if c := Docker("").Command(command.Command{Args: []string{"docker"}}); len(c.Args) != 1 || strings.Join(c.Env, "") != "" {
		t.Errorf("%+v", c)
	}
}
