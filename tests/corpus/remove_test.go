package corpus

import (
	"path/filepath"
	"strings"
	"time"

	"git.example/slipway/pipelines/shell"
)

// remove takes the stack down as its team would, with compose itself, and looks
// whether anything is left of it.
func (l *life) remove() {
	l.Helper()
	found := l.inspect()
	args := []string{"compose", "-p", l.values["STACK"], "down", "--volumes", "--remove-orphans", "--timeout", "1"}
	if out, err := run(nil, filepath.Join(l.dir, "deploy"), "docker", args...); err != nil {
		l.Errorf("docker %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	label := "label=" + projectLabel + "=" + l.values["STACK"]
	for what, ids := range map[string]string{
		"containers": docker(l, "ps", "-aq", "--filter", label),
		"networks":   docker(l, "network", "ls", "-q", "--filter", label),
		"volumes":    docker(l, "volume", "ls", "-q", "--filter", label),
	} {
		if ids != "" {
			l.Errorf("%s are left:\n%s", what, ids)
		}
	}
	if len(found) == 0 {
		l.Error("there was nothing to take down")
	}
}

// clear removes what a failed test has left, and what was there before the stack.
func (l *life) clear() {
	script := `docker ps -aq --filter label=` + projectLabel + `="$1" | xargs -r docker rm -fv
docker ps -aq --filter name="^$1" | xargs -r docker rm -fv
docker network ls -q --filter name="^$1" | xargs -r docker network rm
docker volume ls -q --filter name="^$1" | xargs -r docker volume rm
docker images --format '{{.Repository}}@{{.Digest}}' | grep -F ` + shell.Quote(l.values["HOST"]+"/"+l.values["STACK"]+"/") + ` | xargs -r docker image rm -f
docker images --format '{{.Repository}}:{{.Tag}}' | grep -F ` + shell.Quote(l.values["HOST"]+"/"+l.values["STACK"]+"/") + ` | grep -v none | xargs -r docker image rm -f
true`
	rounds := 1
	if l.Failed() {
		rounds = 3 // what Docker still was about to make when compose gave up
	}
	for range rounds {
		if out, err := run(nil, "", "sh", "-c", script, "sh", l.values["STACK"]); err != nil {
			l.Logf("cleaning up: %v\n%s", err, out)
		}
		time.Sleep(time.Duration(rounds-1) * time.Second / 2)
	}
}
