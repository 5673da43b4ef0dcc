package campaign

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"git.example/slipway/internal/sshtest"
)

// disk is a small file system that can be filled.
type disk struct{ dir string }

// newDisk mounts one over a directory, with what is in there.
func (w *world) newDisk(dir string, kilobytes int) disk {
	w.t.Helper()
	w.must(dir, "cp", "-a", ".", w.mkdir("kept", filepath.Base(dir)))
	if err := syscall.Mount("campaign", dir, "tmpfs", 0, fmt.Sprintf("size=%dk,mode=0755", kilobytes)); err != nil {
		w.t.Skipf("needs to mount a small disk: %v", err)
	}
	w.t.Cleanup(func() { syscall.Unmount(dir, syscall.MNT_DETACH) })
	w.must(w.dir, "cp", "-a", w.mkdir("kept", filepath.Base(dir))+"/.", dir)
	return disk{dir}
}

// fill leaves so many free bytes, in pages.
func (d disk) fill(w *world, free int64) {
	w.t.Helper()
	var stat syscall.Statfs_t
	if err := syscall.Statfs(d.dir, &stat); err != nil {
		w.t.Fatal(err)
	}
	size := int64(stat.Bavail)*stat.Bsize - free
	if err := os.WriteFile(filepath.Join(d.dir, "filled"), make([]byte, max(0, size)), 0o600); err != nil && !errors.Is(err, syscall.ENOSPC) {
		w.t.Fatal(err)
	}
}

func (d disk) empty(w *world) {
	w.t.Helper()
	if err := os.Remove(filepath.Join(d.dir, "filled")); err != nil {
		w.t.Fatal(err)
	}
}

// localStack is a stack on this machine, in a directory of the world.
func (w *world) localStack() *stack {
	w.t.Helper()
	s := &stack{world: w, registry: w.newRegistry("registry"), services: []string{"web"}, env: "prod"}
	w.makeBase(s.registry)
	w.makeProxy(s.registry)
	h := &host{Server: &sshtest.Server{Dir: w.mkdir("local")}, stack: w.name + "-1", address: w.freeAddress(), tmp: w.mkdir("tmp1")}
	h.dir = filepath.Join(h.Dir, "app")
	h.mountable(w)
	w.write(filepath.Join(h.dir, ".env"), fmt.Sprintf("NAME=%s\nADDRESS=%s\nHERE=%s\n", h.stack, h.address, h.dir))
	s.hosts = []*host{h}
	config := fmt.Sprintf(stackConfig, w.name, images(s.services), s.registry.address, "u", "k", "k", "[]", h.dir, "rolling", "web")
	var lines []string
	for line := range strings.Lines(config) {
		if !strings.Contains(line, "ssh: {") && !strings.Contains(line, "hosts: ") {
			lines = append(lines, line)
		}
	}
	w.stackFiles(w.newProject("project", strings.Join(lines, "")), s.registry.address, s.services)
	return s
}

// openDisk gives trials in which a disk has only some bytes left.
func openDisk(w *world) func(*trial) {
	path := w.localStack()
	onPath := w.newDisk(path.hosts[0].Dir, 4096)
	path.begin(nil)

	other := w.c.newWorld(w.t, w.phase)
	kept := other.localStack()
	kept.begin(nil)
	onJournal := other.newDisk(filepath.Join(kept.hosts[0].dir, ".slipway", "prod", "history"), 256)

	third := w.c.newWorld(w.t, w.phase)
	main := third.newRegistry("registry")
	third.makeBase(main)
	inside := third.mkdir("embedded")
	onRegistry := third.newDisk(inside, 32<<10)
	p := third.newPublisher(main, fmt.Sprintf(`embedded: {address: "%s", path: "%s"}`, third.freeAddress(), inside), inside)
	p.embedded = true
	_, words := p.next("ok", p.some(tenImages)...)
	if r := third.run(howToRun{}, words...); r.code != 0 {
		w.t.Fatalf("before anything is disturbed: %s", r)
	}
	return func(tr *trial) {
		free := int64(tr.rand.IntN(12)) * 4096
		switch tr.seed % 3 {
		case 0:
			path.full(tr, onPath, free, "the deploy path")
		case 1:
			tr.w = other
			kept.full(tr, onJournal, free/4, "the journal's history")
		case 2:
			tr.w = third
			p.full(tr, onRegistry, free)
		}
	}
}

// full deploys to a disk that is full.
func (s *stack) full(tr *trial, d disk, free int64, where string) {
	before, r := s.live, s.release("ok")
	load := startLoad(urls(s.hosts, s.services))
	d.fill(s.world, free)
	tr.line.What = fmt.Sprintf("%s has %d bytes left during deploy", where, free)
	run := tr.run(howToRun{}, "deploy")
	tr.line.Run, tr.line.Took = run.how(), seconds(run.took)
	if run.code != 0 && !strings.Contains(run.stderr, "full") && !strings.Contains(run.stderr, "space") {
		tr.wrong("the error does not say that the disk is full: %s", lastLines(run.stderr))
	}
	d.empty(s.world)
	again := tr.plain("deploy")
	tr.line.Again = seconds(again.took)
	s.counted(tr, r.tag+" rolled-back to "+before.tag+"|"+r.tag+" failed|"+r.tag+" interrupted|"+r.tag+" deployed?", r.tag+" deployed?")
	s.settled(tr, r)
	load.stop(tr)
}

// full publishes to an embedded registry whose disk is full.
func (p *publisher) full(tr *trial, d disk, free int64) {
	_, words := p.next("ok", p.some(3)...)
	d.fill(tr.w, free)
	tr.line.What = fmt.Sprintf("the embedded registry has %d bytes left during publish", free)
	run := tr.run(howToRun{}, words...)
	tr.line.Run, tr.line.Took = run.how(), seconds(run.took)
	if run.code != 0 && !strings.Contains(run.stderr, "space") {
		tr.wrong("the error does not say that there is no space: %s", lastLines(run.stderr))
	}
	d.empty(tr.w)
	first := tr.published(append(words, "--json"))
	second := tr.published(append(words, "--json"))
	if !tr.Failed() && (!second.Existed || len(first.Images) != tenImages) {
		tr.wrong("published twice: existed %v, %d images", second.Existed, len(first.Images))
	}
	for _, image := range first.Images {
		repository, tag, _ := strings.Cut(image.Reference[strings.Index(image.Reference, "/")+1:], ":")
		if got := digestOf(p.registry, repository, tag); got != image.Digest {
			tr.wrong("%s is %q in the registry, want %s", image.Reference, got, image.Digest)
		}
	}
	tr.noProcesses()
}
