package campaign

import (
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"git.example/slipway/internal/waittest"
)

// variable are the parts of names that differ from release to release.
var variable = regexp.MustCompile(`[0-9a-f]{40}\.[a-z2-7]{8}|\d+_[0-9a-f]{7}|[0-9a-f]{12,}|\d+`)

// shapes are the files below a directory, as they are named after every release;
// those below the directories of synced, which are a release's own, are not of them.
func shapes(dir string, synced *regexp.Regexp) []string {
	var all []string
	filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return nil // it went meanwhile
		}
		name, _ := filepath.Rel(dir, path)
		if e.IsDir() {
			name += "/"
		}
		if synced != nil && synced.MatchString(name) {
			return nil
		}
		shape := variable.ReplaceAllString(name, "#")
		// Many old entries of the history are in one file.
		all = append(all, strings.Replace(shape, "/history/#-#.json", "/history/#.json", 1))
		return nil
	})
	slices.Sort(all)
	return slices.Compact(all)
}

// remember takes what is in a directory now for what a good run leaves.
func (w *world) remember(dirs ...string) {
	for _, dir := range dirs {
		for _, shape := range shapes(dir, w.synced) {
			w.known[dir+" "+shape] = true
		}
	}
}

// nothingNew wants no files in directories that a good run does not leave.
func (tr *trial) nothingNew(dirs ...string) {
	tr.Helper()
	for _, dir := range dirs {
		var found []string
		if waittest.Within(10*time.Second, func() bool {
			found = slices.DeleteFunc(shapes(dir, tr.w.synced), func(shape string) bool { return tr.w.known[dir+" "+shape] })
			return len(found) == 0
		}) {
			continue
		}
		tr.wrong("left behind in %s: %q", dir, found)
	}
}

// empty wants nothing in directories.
func (tr *trial) empty(dirs ...string) {
	tr.Helper()
	for _, dir := range dirs {
		var names []string
		if waittest.Within(10*time.Second, func() bool {
			names = nil
			entries, _ := os.ReadDir(dir)
			for _, e := range entries {
				names = append(names, e.Name())
			}
			return len(names) == 0
		}) {
			continue
		}
		tr.wrong("left behind in %s: %q", dir, names)
	}
}

// noProcesses wants nothing to run any more that was started for the world.
func (tr *trial) noProcesses() {
	tr.Helper()
	var found []string
	if waittest.Within(20*time.Second, func() bool { found = tr.w.processes(); return len(found) == 0 }) {
		return
	}
	tr.wrong("still running: %q", found)
}

// processes have the world's marker in their environment.
func (w *world) processes() (found []string) {
	all, _ := filepath.Glob("/proc/[0-9]*/environ")
	for _, path := range all {
		environ, err := os.ReadFile(path)
		if err != nil || !strings.Contains(string(environ), marker+"="+w.name) {
			continue
		}
		line, err := os.ReadFile(filepath.Join(filepath.Dir(path), "cmdline"))
		if err == nil && len(line) > 0 {
			found = append(found, strings.ReplaceAll(strings.Trim(string(line), "\x00"), "\x00", " "))
		}
	}
	return found
}

// docker is the output of a docker command, as words.
func (w *world) docker(args ...string) []string {
	w.t.Helper()
	out, err := exec.Command("docker", args...).Output()
	if err != nil {
		var failed *exec.ExitError
		if errors.As(err, &failed) && strings.Contains(string(failed.Stderr), "No such") {
			return strings.Fields(string(out)) // one went meanwhile
		}
		w.t.Fatalf("docker %s: %v", strings.Join(args, " "), err)
	}
	return strings.Fields(string(out))
}

// seeVolumes notes the volumes that containers of these stacks have.
func (w *world) seeVolumes(hosts []*host) (now map[string]bool) {
	w.t.Helper()
	now = map[string]bool{}
	for _, h := range hosts {
		ids := w.docker("ps", "-aq", "--filter", "label=com.docker.compose.project="+h.stack)
		if len(ids) == 0 {
			continue
		}
		for _, name := range w.docker(append([]string{"inspect", "--format", `{{range .Mounts}}{{if eq .Type "volume"}}{{.Name}} {{end}}{{end}}`}, ids...)...) {
			now[name], w.volumes[name] = true, true
		}
	}
	return now
}

// onlyServices wants each host to have one running container of each service, one
// network, and no volume of a container that is gone.
func (tr *trial) onlyServices(hosts []*host, services ...string) {
	tr.Helper()
	slices.Sort(services)
	for _, h := range hosts {
		var got []string
		label := "label=com.docker.compose.project=" + h.stack
		if !waittest.Within(15*time.Second, func() bool {
			got = tr.w.docker("ps", "-a", "--filter", label, "--format", `{{.Label "com.docker.compose.service"}}{{if ne .State "running"}}:{{.State}}{{end}}{{if ne (.Label "com.docker.compose.oneoff") "False"}}:oneoff{{end}}`)
			slices.Sort(got)
			return slices.Equal(got, services)
		}) {
			tr.wrong("%s has containers %q, want %q", h.stack, got, services)
		}
		if networks := tr.w.docker("network", "ls", "-q", "--filter", label); len(networks) != 1 {
			tr.wrong("%s has %d networks", h.stack, len(networks))
		}
	}
	now := tr.w.seeVolumes(hosts)
	all := tr.w.docker("volume", "ls", "-q")
	for name := range tr.w.volumes {
		if !now[name] && slices.Contains(all, name) {
			tr.wrong("the volume %.12s of a container that is gone was left behind", name)
		}
	}
}
