package compose

import (
	"bytes"
	"context"
	"fmt"
	"path"
	"strconv"
	"strings"

	"git.example/slipway/pipelines/deploy"
	"git.example/slipway/pipelines/deploy/compose/stack"
	"git.example/slipway/pipelines/shell"
)

// leastCompose is the first version of compose that has all that a deploy uses.
var leastCompose = [2]int{2, 24}

// leastSpace is how much a host should have free where images are.
const leastSpace = 2 << 30

// checkScript prints a line for each fact: its name, the exit code, what was
// printed. $1 is the stack's directory.
const checkScript = `
say() { name=$1; shift; out=$("$@" 2>&1); code=$?; printf '%s|%s|%s\n' "$name" $code "$(printf '%s' "$out" | tr '\n|' '  ')"; }
say docker docker version --format '{{.Server.Version}}'
say compose docker compose version --short
near=$1; while [ ! -e "$near" ]; do near=$(dirname "$near"); done
printf 'near|0|%s\n' "$near"
say directory test -d "$near" -a -w "$near" -a -x "$near"
free() { df -Pk "$1" | awk 'NR == 2 {print $4}'; }
say disk free "$near"
root=$(docker info --format '{{.DockerRootDir}}' 2>/dev/null)
[ -z "$root" ] || [ ! -e "$root" ] || say images free "$root"
`

// fact is one line of it.
type fact struct {
	ok   bool
	text string
}

// Check looks at what a deploy needs of the host. It changes nothing.
func (t *Target) Check(ctx context.Context) ([]deploy.Finding, error) {
	s := &stack.Script{}
	s.Line("set", "--", t.stack.Dir)
	s.Raw(checkScript)
	out, err := t.stack.Output(ctx, s)
	if err != nil {
		return nil, fmt.Errorf("looking at the host: %w", stack.Failure(err))
	}
	facts := map[string]fact{}
	for line := range bytes.Lines(out) {
		name, rest, _ := strings.Cut(strings.TrimSuffix(string(line), "\n"), "|")
		code, text, _ := strings.Cut(rest, "|")
		facts[name] = fact{ok: code == "0", text: strings.TrimSpace(text)}
	}
	findings := []deploy.Finding{dockerFinding(facts["docker"]), composeFinding(facts["compose"]), directoryFinding(t.stack.Dir, facts)}
	for _, name := range []string{"disk", "images"} {
		if f, ok := facts[name]; ok {
			findings = append(findings, spaceFinding(name, f))
		}
	}
	for i := range findings {
		findings[i].Target = t.name
	}
	return findings, nil
}

func dockerFinding(f fact) deploy.Finding {
	finding := deploy.Finding{Subject: "docker", OK: f.ok && f.text != "", Found: f.text}
	switch {
	case finding.OK:
	case strings.Contains(f.text, "not found"):
		finding.Advice = "install Docker: https://docs.docker.com/engine/install/"
	case strings.Contains(f.text, "permission denied"):
		finding.Advice = "let the user talk to Docker: sudo usermod -aG docker USER, then log in again"
	default:
		finding.Advice = "start Docker: sudo systemctl enable --now docker"
	}
	return finding
}

func composeFinding(f fact) deploy.Finding {
	finding := deploy.Finding{Subject: "compose", Found: f.text}
	if finding.OK = f.ok && atLeast(f.text, leastCompose); !finding.OK {
		finding.Advice = fmt.Sprintf("install Docker's compose plugin, %d.%d or newer: https://docs.docker.com/compose/install/linux/", leastCompose[0], leastCompose[1])
	}
	return finding
}

// atLeast compares the first two numbers of a version such as "v2.40.3" or
// "2.24.6-desktop.1".
func atLeast(version string, least [2]int) bool {
	parts := strings.SplitN(strings.TrimPrefix(version, "v"), ".", 3)
	if len(parts) < 2 {
		return false
	}
	major, err := strconv.Atoi(parts[0])
	minor, err2 := strconv.Atoi(parts[1])
	return err == nil && err2 == nil && (major > least[0] || major == least[0] && minor >= least[1])
}

func directoryFinding(dir string, facts map[string]fact) deploy.Finding {
	finding := deploy.Finding{Subject: "directory", OK: facts["directory"].ok, Found: dir}
	if near := facts["near"].text; !finding.OK {
		finding.Found = near + " is not ours to write to"
		finding.Advice = fmt.Sprintf("sudo mkdir -p %s && sudo chown USER %s", shell.Quote(dir), shell.Quote(dir))
	} else if path.Clean(near) != dir {
		finding.Found = dir + " (made by the first deploy)"
	}
	return finding
}

func spaceFinding(name string, f fact) deploy.Finding {
	kilobytes, err := strconv.ParseInt(f.text, 10, 64)
	finding := deploy.Finding{Subject: name, OK: err == nil && kilobytes<<10 >= leastSpace, Found: f.text}
	if err == nil {
		finding.Found = fmt.Sprintf("%.1f GB free", float64(kilobytes)/(1<<20))
	}
	if !finding.OK {
		finding.Advice = "make room: docker image prune --all removes images that no container uses"
	}
	return finding
}
