package rehearsal

import (
	"context"
	"errors"
	"fmt"
	"path"
	"strconv"
	"strings"

	"git.example/slipway/pipelines/deploy"
)

// leastCompose is the first version of compose that has all that a deploy uses:
// !override came last.
var leastCompose = [3]int{2, 24, 4}

// composeScript has compose do in directory $1 what a deploy has it do before it
// changes anything: read several files, one by the tags of another, with an env file
// beside them, and hash the services of the result.
const composeScript = `
say() { printf '%s\0' "$@"; }
out=$(docker compose version --short 2>&1); say version-code $? version "$out"
say old "$(docker-compose version --short 2>/dev/null)" user "$(id -un)"
say variables "$(env | while IFS='=' read -r name _; do case $name in COMPOSE_[A-Z]*) printf '%s ' "$name" ;; esac; done)"
mkdir "$1" && cd "$1" || exit
cat >compose.yml <<'END'
services:
  web:
    image: ${REHEARSAL_IMAGE}
    build: .
    env_file: [missing.env]
  other:
    image: ${REHEARSAL_IMAGE:-nothing}
END
cat >pins.yml <<'END'
services:
  web:
    image: "busybox:rehearsed"
    build: !reset null
    env_file: !override ["there.env"]
    pull_policy: missing
END
echo 'KEY=value' >there.env
export REHEARSAL_IMAGE=busybox:before
if out=$(docker compose --project-directory "$1" -p slipway-setup --env-file there.env -f compose.yml -f pins.yml config --format json 2>&1 >model.json) &&
	out=$(docker compose --project-directory "$1" -p slipway-setup -f model.json config --hash '*' 2>&1)
then
	say hash "$out" model "$(cat model.json)"
else
	say problem "$out"
fi
cd / && rm -rf "$1"
exit 0
`

// Compose has the host's compose do what a deploy asks of it.
func (s *Stages) Compose(ctx context.Context, of string, how deploy.Docker) deploy.Finding {
	return Step(ctx, "compose", func(ctx context.Context) (string, string, error) {
		least := fmt.Sprintf("%d.%d.%d", leastCompose[0], leastCompose[1], leastCompose[2])
		advice := "install Docker's compose plugin, " + least + " or newer: https://docs.docker.com/compose/install/linux/"
		found, err := facts(ctx, s.host, composeScript, path.Join(s.Dir(of), oddName+" compose"))
		if err != nil {
			return "", "", err
		}
		version := OneLine(found["version"])
		if found["version-code"] != "0" {
			if old := OneLine(found["old"]); old != "" {
				return "", advice, fmt.Errorf("docker compose is not there; docker-compose %s is, which is not used", old)
			}
			if how == deploy.DockerBySudo {
				advice += ", for root as well: the plugins in ~/.docker are one user's"
			}
			if strings.Contains(version, "--short") || strings.Contains(version, "is not a docker command") {
				version = "docker has no compose plugin there"
			}
			return "", advice, errors.New(version)
		}
		resolves := strings.Contains(found["hash"], "web ") && strings.Contains(found["model"], "busybox:rehearsed")
		interpolates := strings.Contains(found["model"], "busybox:before")
		switch {
		case resolves && interpolates:
			return version + reached(how), "", nil
		case !atLeast(version, leastCompose):
			return "", advice, fmt.Errorf("%s, and a deploy needs %s", version, least)
		case how == deploy.DockerBySudo && resolves:
			return "", sudoersAdvice(found["user"], ""), errors.New("sudo keeps variables from compose")
		case found["variables"] != "":
			advice = "these variables may be why: " + OneLine(found["variables"]) + "; take them out of the startup file or the environment that sets them there"
		default:
			advice = "is that Docker's own compose? " + advice
		}
		return "", advice, fmt.Errorf("%s does not do what a deploy asks of it: %s", version, found["problem"])
	})
}

// atLeast compares a version such as "v2.40.3" or "2.24.6-desktop.1".
func atLeast(version string, least [3]int) bool {
	parts := strings.SplitN(strings.TrimPrefix(version, "v"), ".", 3)
	for i, want := range least {
		if i >= len(parts) {
			return false
		}
		digits := parts[i]
		if end := strings.IndexFunc(digits, func(r rune) bool { return r < '0' || r > '9' }); end >= 0 {
			digits = digits[:end]
		}
		got, err := strconv.Atoi(digits)
		if err != nil || got < want {
			return false
		}
		if got > want {
			return true
		}
	}
	return true
}
