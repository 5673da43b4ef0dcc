package campaign

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// world is what the trials of a phase share: hosts, registries, a project. It is
// made anew after a finding.
type world struct {
	t     *testing.T
	c     *campaign
	phase string
	// name is in the names of all that it makes in Docker, and in the environment of
	// all that Slipway starts.
	name string
	dir  string
	// home and tmp are Slipway's own.
	home, tmp string
	project   *project
	// known are the shapes of the files that an undisturbed run leaves.
	known map[string]bool
	// synced are the paths whose files are a release's own; nil for none.
	synced *regexp.Regexp
	usual  usual
	// volumes that some container of ours has had.
	volumes map[string]bool
	trials  int
	// hostEnv is what programs on hosts find in their environment besides.
	hostEnv []string
}

var worlds atomic.Int64

// marker is in the environment of all that runs for a world.
const marker = "CAMPAIGN_WORLD"

func (c *campaign) newWorld(t *testing.T, phase string) *world {
	t.Helper()
	w := &world{
		t: t, c: c, phase: phase, name: fmt.Sprintf("slcamp%dx%d", os.Getpid(), worlds.Add(1)), dir: t.TempDir(),
		known: map[string]bool{}, volumes: map[string]bool{},
	}
	w.home, w.tmp = w.mkdir("home"), w.mkdir("tmp")
	t.Cleanup(w.close)
	return w
}

func (w *world) mkdir(elements ...string) string {
	w.t.Helper()
	dir := filepath.Join(append([]string{w.dir}, elements...)...)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		w.t.Fatal(err)
	}
	return dir
}

// environ is all that Slipway finds in its environment.
func (w *world) environ() []string {
	return []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + w.home, "TMPDIR=" + w.tmp, "DOCKER_CONFIG=" + dockerConfig(), marker + "=" + w.name,
		"GIT_AUTHOR_NAME=campaign", "GIT_AUTHOR_EMAIL=campaign@localhost", "GIT_COMMITTER_NAME=campaign", "GIT_COMMITTER_EMAIL=campaign@localhost",
	}
}

// dockerConfig is where the machine's Docker plugins are.
func dockerConfig() string {
	if dir, ok := os.LookupEnv("DOCKER_CONFIG"); ok {
		return dir
	}
	home, _ := os.UserHomeDir() // without one, plugins of the system are found all the same
	return filepath.Join(home, ".docker")
}

// must runs a program that has to work.
func (w *world) must(dir string, words ...string) string {
	w.t.Helper()
	cmd := exec.Command(words[0], words[1:]...)
	cmd.Dir, cmd.Env = dir, w.environ()
	out, err := cmd.CombinedOutput()
	if err != nil {
		w.t.Fatalf("%s: %v\n%s", strings.Join(words, " "), err, out)
	}
	return string(out)
}

// write writes a file, and makes its directory.
func (w *world) write(path, content string) {
	w.t.Helper()
	err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte(content), 0o644))
	if err != nil {
		w.t.Fatal(err)
	}
}

// close removes what was made in Docker: containers, networks, images.
func (w *world) close() {
	exec.Command("sh", "-c", `
docker ps -aq --filter name="$1" | xargs -r docker rm -fv
docker network ls -q --filter name="$1" | xargs -r docker network rm
docker image ls --format '{{.Repository}} {{.ID}}' | grep "$1" | cut -d ' ' -f 2 | sort -u | xargs -r docker rmi -f
docker image ls --digests --format '{{.Repository}}@{{.Digest}}' | grep "$1" | grep -v '<none>' | xargs -r docker rmi -f
`, "sh", w.name).Run() // what is not there can't be removed
}

// trial is one of a phase.
type trial struct {
	*testing.T
	w    *world
	seed int
	rand *rand.Rand
	line line
	runs []ran
}

// wrong notes a finding.
func (tr *trial) wrong(format string, args ...any) {
	tr.Helper()
	text := ownDirectory.ReplaceAllString(fmt.Sprintf(format, args...), "DIR")
	tr.line.Findings = append(tr.line.Findings, text)
	tr.Errorf("FINDING: %s", text)
}

// run runs the program and keeps what it said, to show when something is wrong.
func (tr *trial) run(how howToRun, args ...string) ran {
	tr.Helper()
	r := tr.w.run(how, args...)
	tr.runs = append(tr.runs, r)
	if r.hung {
		tr.wrong("slipway %s did not end within %s", strings.Join(args, " "), longest)
	}
	return r
}

// plain is a run that nobody disturbs, and that has to work.
func (tr *trial) plain(args ...string) ran {
	tr.Helper()
	r := tr.run(howToRun{}, args...)
	if r.code != 0 {
		tr.wrong("slipway %s ended with %d: %s", strings.Join(args, " "), r.code, lastLines(r.stderr))
	}
	return r
}

// lastLines are those that say why, without the names of containers.
func lastLines(text string) string {
	if i := strings.Index(text, "error: "); i >= 0 {
		text = text[i:]
	}
	if len(text) > 600 {
		text = text[:600] + "…"
	}
	return strings.TrimSpace(text)
}

// try does the trial of a seed and writes it down.
func (w *world) try(t *testing.T, seed int, one func(*trial), log *trialLog) {
	w.trials++
	tr := &trial{T: t, w: w, seed: seed, rand: chance(w.phase, seed)}
	tr.line = line{
		Phase: w.phase, Seed: seed, Date: time.Now().UTC().Format(time.DateOnly), Slipway: described(t), Machine: w.c.machine, Outcome: ok,
	}
	began := time.Now()
	defer func() {
		if len(tr.line.Findings) > 0 {
			tr.line.Outcome = violation
			for _, r := range tr.runs {
				t.Log(r)
			}
		} else if t.Failed() {
			return // the harness failed: it is no trial
		}
		t.Logf("%s: %s, %s, %s, %.0f s in all, %d requests", tr.line.Outcome, tr.line.What, tr.line.Run, tr.line.Findings, time.Since(began).Seconds(), tr.line.Requests)
		log.add(t, tr.line)
	}()
	one(tr)
}

// disturbed runs the program with a kill at a moment that is drawn. A run that
// ends too early is done again, killed earlier, with what prepare makes.
func (tr *trial) disturbed(prepare func() []string) ran {
	tr.Helper()
	m := when(tr.rand, tr.w.usual)
	for try := 0; ; try++ {
		args := prepare()
		r := tr.run(howToRun{kill: m}, args...)
		tr.line.What, tr.line.At, tr.line.Run, tr.line.Took = m.String(), seconds(r.took), r.how(), seconds(r.took)
		if r.killed || tr.Failed() {
			return r
		}
		if r.code != 0 {
			tr.wrong("slipway %s, not killed yet, ended with %d: %s", strings.Join(args, " "), r.code, lastLines(r.stderr))
			return r
		}
		if try == 8 {
			tr.Fatalf("it always ended before %s", m)
		}
		m = m.earlier()
	}
}

func seconds(d time.Duration) float64 {
	return float64(d.Round(10*time.Millisecond)) / float64(time.Second)
}
