package gitsync

import (
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"git.example/slipway/pipelines/config"
	"git.example/slipway/pipelines/deploy"
)

// fakeDocker puts a docker command of that script first in PATH, and gives what
// counts its calls.
func fakeDocker(t *testing.T, script string) (calls func() int) {
	t.Helper()
	bin := t.TempDir()
	log := filepath.Join(bin, "calls")
	put(t, filepath.Join(bin, "docker"), "#!/bin/sh\necho \"$1\" >>'"+log+"'\n"+script+"\n")
	if err := os.Chmod(filepath.Join(bin, "docker"), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", bin+":"+os.Getenv("PATH"))
	return func() int {
		text, _ := os.ReadFile(log)
		return strings.Count(string(text), "\n")
	}
}

// hanging does not answer the question that the pattern matches, and leaves a
// child that has its output open, as a wrapper does.
func hanging(question string) string {
	return `case $1 in ` + question + `) sleep 60; exit 0 ;; ps) echo 0123456789ab ;; esac`
}

// A Docker that hangs holds no release up, and what nobody knows is taken as it
// is safe: every reader sees files that are changed in place.
func TestDockerThatDoesNotAnswer(t *testing.T) {
	for name, test := range map[string]struct {
		docker string
		// listens says that a daemon's socket accepts and never answers the real docker.
		listens bool
		// before is what is in the way: a directory, or a release switched by link.
		linked bool
		want   string
	}{
		"ps hangs":                {docker: hanging("ps"), want: "in place, because Docker on the host did not say"},
		"inspect hangs":           {docker: hanging("inspect"), want: "in place, because Docker on the host did not say"},
		"ps hangs, linked before": {docker: hanging("ps"), linked: true, want: "in place, because Docker on the host did not say"},
		"stopped in its tracks":   {docker: "kill -STOP $$", want: "in place, because Docker on the host did not say"},
		"the daemon's socket":     {listens: true, want: "in place, because Docker on the host did not say"},
		"no daemon":               {docker: "echo 'Cannot connect to the Docker daemon at unix:///x.' >&2; exit 1", want: "by a link"},
		"warns and works":         {docker: "echo 'WARNING: no config' >&2; [ $1 != ps ] || echo 0123", want: "by a link"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			if test.linked {
				w.deploy(w.desired(w.commit(map[string]string{"dags/a.py": "0"})))
			} else {
				put(t, filepath.Join(w.dir, "old.py"), "old")
			}
			w.use(w.repo, config.SwitchAuto)
			w.target.DockerWait = time.Second
			if test.listens {
				listen(t)
			} else {
				fakeDocker(t, test.docker)
			}
			start := time.Now()
			p := w.deploy(w.desired(w.commit(map[string]string{"dags/a.py": "1"})))
			if took := time.Since(start); took > 20*time.Second {
				t.Errorf("it took %v", took)
			}
			if note := p.Changes[len(p.Changes)-1].Note; !strings.Contains(note, test.want) {
				t.Errorf("note %q, want %q in it", note, test.want)
			}
			notes := strings.Join(p.Notes, "\n")
			if strings.Contains(test.want, "in place") && !strings.Contains(notes, "no answer in 1s") || test.docker != "" && strings.Contains(test.docker, "Cannot") && !strings.Contains(notes, "Cannot connect") {
				t.Errorf("notes: %q", notes)
			}
			if got := tree(t, w.dir)["a.py"]; got != "644 1" {
				t.Errorf("a.py: %q", got)
			}
		})
	}
}

// listen makes the docker command talk to a daemon that never answers.
func listen(t *testing.T) {
	t.Helper()
	if _, err := exec.LookPath("docker"); err != nil {
		t.Skipf("no docker command here: %v", err)
	}
	dir, err := os.MkdirTemp("", "sock") // the path of a socket must be short
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	l, err := net.Listen("unix", dir+"/docker.sock")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	t.Setenv("DOCKER_HOST", "unix://"+dir+"/docker.sock")
}

// Docker is asked only where a container may mount the folder, and the answer
// decides something.
func TestDockerIsAskedOnlyWhenItMatters(t *testing.T) {
	one := map[string]string{"dags/a.py": "1"}
	for name, test := range map[string]struct {
		ready func(w *world)
		asked bool
	}{
		"nothing there":      {ready: func(*world) {}},
		"a folder of others": {ready: func(w *world) { put(t, filepath.Join(w.dir, "old.py"), "old") }, asked: true},
		"a link of ours":     {ready: func(w *world) { w.deploy(w.desired(w.commit(map[string]string{"dags/a.py": "0"}))) }, asked: true},
		"switch: link":       {ready: func(w *world) { os.MkdirAll(w.dir, 0o755); w.target.Switch = config.SwitchLink }},
		"switch: in-place":   {ready: func(w *world) { os.MkdirAll(w.dir, 0o755); w.target.Switch = config.SwitchInPlace }},
		"in place before":    {ready: func(w *world) { inPlaceBefore(w) }},
		"its link was removed": {ready: func(w *world) {
			w.deploy(w.desired(w.commit(map[string]string{"dags/a.py": "0"})))
			os.Remove(w.dir)
		}, asked: true},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.use(w.repo, config.SwitchAuto)
			test.ready(w)
			calls := fakeDocker(t, "exit 0")
			d := w.desired(w.commit(one))
			if _, err := w.try(d); err != nil {
				t.Fatal(err)
			}
			before := calls()
			if asked := before > 0; asked != test.asked {
				t.Errorf("docker was asked: %v, want %v", asked, test.asked)
			}
			if drift := w.verify(d); len(drift) > 0 || calls() != before {
				t.Errorf("verify: drift %q, and docker was asked %d times", drift, calls()-before)
			}
		})
	}
}

func inPlaceBefore(w *world) {
	w.target.Switch = config.SwitchInPlace
	w.deploy(w.desired(w.commit(map[string]string{"dags/a.py": "0"})))
	w.target.Switch = config.SwitchAuto
}

// While Docker hangs, a release that is there stays as it is.
func TestNothingToDoWhileDockerHangs(t *testing.T) {
	w := newWorld(t)
	d := w.desired(w.commit(map[string]string{"dags/a.py": "1"}))
	w.deploy(d)
	w.use(w.repo, config.SwitchAuto)
	w.target.DockerWait = time.Second
	fakeDocker(t, hanging("ps"))
	if p, err := w.plan(d); err != nil || !p.Empty() {
		t.Errorf("%+v, %v", p, err)
	}
	// Since the plan was made it began to hang: the last look before the change says so.
	next := w.desired(w.commit(map[string]string{"dags/a.py": "2"}))
	var log strings.Builder
	s := deploy.Session{Log: &log, Fence: nobody}
	if err := w.target.Pull(t.Context(), next, &log); err != nil {
		t.Fatal(err)
	}
	p, err := makePlan(w.target.Options, next, deploy.Observed{State: observation{kind: "link", ours: true, linked: true}})
	if err != nil {
		t.Fatal(err)
	}
	p.Actions = []byte(strings.Replace(string(p.Actions), `"want":""`, `"want":"`+next.Sync[0].Tree+`"`, 1))
	if err := w.target.Apply(t.Context(), next, p, s); err != nil || !strings.Contains(log.String(), "no answer in 1s") {
		t.Errorf("%v, log %q", err, log.String())
	}
	if drift := w.verify(next); len(drift) > 0 {
		t.Error(drift)
	}
}
