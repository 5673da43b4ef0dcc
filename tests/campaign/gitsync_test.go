package campaign

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"github.com/google/go-cmp/cmp"

	"git.example/slipway/internal/waittest"
)

const gitsyncConfig = `version: 1
project: %[1]s
images:
  web: {context: web}
registries:
  main: {oci: {host: "%[2]s"}}
environments:
  prod:
    registry: main
    ssh: {user: %[3]s, key: "file://%[4]s", known-hosts: "file://%[5]s"}
    deploy:
      dags: {gitsync: {path: %[6]s/dags, from: files, hosts: %[7]s, switch: link, keep: 3}}
      rules: {gitsync: {path: %[6]s/rules, from: files, hosts: %[7]s, switch: in-place, keep: 3}}
`

// synced is a directory on hosts, twice: as a link and in place.
type synced struct {
	*world
	hosts   []*host
	entries int
}

// filesOfReleases are compared by their contents; of the trees that a host keeps
// there may be so many: those of keep, and the one that is left. How git keeps
// objects, in packs or not, and what it notes when it packs them, is git's own.
var filesOfReleases = regexp.MustCompile(`(^app/(dags|rules)|/trees/[^/]+)/.|/repo\.git/(objects/([0-9a-f]{2}/([0-9a-f]+$|$)|pack/pack-|info/)|info/refs$|packed-refs$)`)

const mostTrees = 4

// readers read this file, which all releases have.
const alwaysThere = "team1/always"

func openGitSync(w *world) func(*trial) {
	registry := w.newRegistry("registry")
	w.makeBase(registry)
	hosts, known, key := w.newHosts(3)
	s := &synced{world: w, hosts: hosts}
	p := w.newProject("project", fmt.Sprintf(gitsyncConfig, w.name, registry.address, hosts[0].User, key, known, hosts[0].root, sshAddresses(hosts)))
	p.image("web", registry.address+"/"+w.name+"/base:1")
	p.write("web/release", "r0\nok\n")
	for i := range 30 {
		p.write(fmt.Sprintf("files/team%d/file%d", i%4, i), "first\n")
	}
	for range 2 {
		_, words := s.next(w.c, 3)
		d := s.mustRun(words, []string{"deploy"})
		s.entries++
		s.usual = usual{d.took, d.borders}
	}
	w.synced = filesOfReleases
	s.remember(s.kept()...)
	return s.trial
}

// next changes files and gives how to publish them.
func (s *synced) next(_ *campaign, changes int) (tag string, words []string) {
	text := strings.Repeat(fmt.Sprintf("%d\n", s.project.build+1), 3000)
	s.project.write("files/"+alwaysThere, text)
	for i := range changes {
		s.project.write(fmt.Sprintf("files/team%d/file%d", i%4, i), text[:100*i])
	}
	r, words := s.project.next("ok")
	return r.tag, words
}

func (s *synced) mustRun(all ...[]string) (last ran) {
	s.t.Helper()
	for _, words := range all {
		if last = s.run(howToRun{}, words...); last.code != 0 {
			s.t.Fatalf("before anything is disturbed: %s", last)
		}
	}
	return last
}

func (s *synced) kept() (dirs []string) {
	for _, h := range s.hosts {
		dirs = append(dirs, h.Dir)
	}
	return append(dirs, s.home, s.tmp)
}

func (s *synced) trial(tr *trial) {
	readers := s.read()
	var tag string
	tr.disturbed(func() []string {
		if tag != "" {
			s.entries++
		}
		// Some files change, one comes, one goes, a file becomes a directory and back.
		s.project.write(fmt.Sprintf("files/new%d/deep/file", tr.rand.IntN(5)), "new\n")
		os.RemoveAll(filepath.Join(s.project.dir, "files", fmt.Sprintf("new%d", tr.rand.IntN(5))))
		kind := filepath.Join(s.project.dir, "files", "kind")
		os.RemoveAll(kind)
		if s.project.write("files/kind", "file\n"); tr.rand.IntN(2) == 0 {
			os.RemoveAll(kind)
			s.project.write("files/kind/file", "directory\n")
		}
		var words []string
		tag, words = s.next(s.c, 1+tr.rand.IntN(20))
		if r := tr.plain(words...); r.code != 0 {
			tr.FailNow()
		}
		return []string{"deploy"}
	})
	again := tr.plain("deploy")
	tr.line.Again = seconds(again.took)
	tr.added("prod", s.entries, tag+" interrupted?", tag+" deployed", tag+" deployed?")
	s.entries = len(tr.history("prod"))
	if v := tr.run(howToRun{}, "verify"); v.code != 0 || !strings.Contains(v.out, tag) {
		tr.wrong("verify ended with %d: %s%s", v.code, v.out, lastLines(v.stderr))
	}
	want := tree(filepath.Join(s.project.dir, "files"))
	for i, h := range s.hosts {
		for _, name := range []string{"dags", "rules"} {
			if diff := cmp.Diff(want, tree(filepath.Join(h.dir, name)+"/.")); diff != "" {
				tr.wrong("%s of host %d: %s", name, i+1, diff)
			}
		}
	}
	readers.stop(tr)
	tr.noProcesses()
	s.noHalfPacks(tr)
	for _, h := range s.hosts {
		for _, of := range []string{"dags/trees", "dags/index", "rules/index"} {
			if entries, _ := os.ReadDir(filepath.Join(h.dir, ".slipway/prod/targets", of)); len(entries) > mostTrees {
				tr.wrong("%s has %d entries in %s", h.dir, len(entries), of)
			}
		}
	}
	tr.nothingNew(s.kept()...)
	for _, h := range s.hosts {
		tr.empty(h.tmp)
	}
}

// noHalfPacks wants no file that git makes only for a moment.
func (s *synced) noHalfPacks(tr *trial) {
	for _, h := range s.hosts {
		var found []string
		waittest.Within(5*time.Second, func() bool {
			found = nil
			filepath.WalkDir(h.Dir, func(path string, e fs.DirEntry, err error) error {
				if name := filepath.Base(path); err == nil && (strings.HasPrefix(name, "tmp_") || strings.HasSuffix(name, ".lock") || strings.HasPrefix(name, "stage.")) {
					found = append(found, path)
				}
				return nil
			})
			return len(found) == 0
		})
		if len(found) > 0 {
			tr.wrong("left behind by git: %q", found)
		}
	}
}

// tree is the files below a directory, with their contents.
func tree(dir string) map[string]string {
	all := map[string]string{}
	filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return nil
		}
		name, _ := filepath.Rel(dir, path)
		content, _ := os.ReadFile(path) // one that is gone differs
		all[name] = string(content)
		if len(content) > 100 {
			all[name] = fmt.Sprintf("%d bytes of %.10q", len(content), content)
		}
		return nil
	})
	return all
}

// readers read the file that is always there, until they are stopped.
type readers struct {
	load
}

func (s *synced) read() *readers {
	r := &readers{load{quit: make(chan struct{})}}
	for _, h := range s.hosts {
		for _, name := range []string{"dags", "rules"} {
			r.workers.Go(func() {
				for {
					select {
					case <-r.quit:
						return
					case <-time.After(20 * time.Millisecond):
					}
					content, err := os.ReadFile(filepath.Join(h.dir, name, alwaysThere))
					if first, _, _ := strings.Cut(string(content), "\n"); err == nil && string(content) != strings.Repeat(first+"\n", 3000) {
						err = fmt.Errorf("half a file: %d bytes", len(content))
					}
					r.mu.Lock()
					if r.requests++; err != nil {
						r.failed = append(r.failed, err.Error())
					}
					r.mu.Unlock()
				}
			})
		}
	}
	return r
}
