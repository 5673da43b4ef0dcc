package campaign

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/google/go-cmp/cmp"
)

const tenImages = 10

// publisher is a project of ten images and the registry that it publishes to.
type publisher struct {
	*project
	usual usual
	// registry is the directory in which the registry keeps everything.
	registry string
	embedded bool
}

func openPublish(w *world) func(*trial) {
	main := w.newRegistry("registry")
	w.makeBase(main)
	w.known[w.tmp+" ./"] = true
	inside := w.mkdir("embedded")
	all := []*publisher{
		w.newPublisher(main, fmt.Sprintf(`oci: {host: "%s"}`, main.address), main.dir),
		w.newPublisher(main, fmt.Sprintf(`embedded: {address: "%s", path: "%s"}`, w.freeAddress(), inside), inside),
	}
	all[1].embedded = true
	for _, p := range all {
		p.next("ok", p.some(tenImages)...)
		for range 2 { // the second time the builder knows the base
			_, words := p.next("ok", p.some(tenImages)...)
			r := w.run(howToRun{in: p.dir}, words...)
			if r.code != 0 {
				w.t.Fatalf("before anything is disturbed: %s", r)
			}
			p.usual = usual{r.took, r.borders}
		}
	}
	w.remember(w.home, w.tmp)
	return func(tr *trial) { all[tr.seed%2].trial(tr) }
}

func (w *world) newPublisher(base *dockerRegistry, registry, dir string) *publisher {
	w.t.Helper()
	name := fmt.Sprintf("project%d", time.Now().UnixNano())
	p := &publisher{registry: dir}
	names := (&publisher{}).some(tenImages)
	p.project = w.newProject(name, fmt.Sprintf("version: 1\nproject: %s\nimages:\n%sregistries:\n  main: {%s}\n", w.name, images(names), registry))
	for _, image := range names {
		p.image(image, base.address+"/"+w.name+"/base:1")
	}
	return p
}

// some are the first images.
func (p *publisher) some(n int) (names []string) {
	for i := range n {
		names = append(names, fmt.Sprintf("image%d", i))
	}
	return names
}

// result is what publish prints as JSON.
type result struct {
	Tag    string `json:"tag"`
	Images []struct {
		Reference string `json:"reference"`
		Digest    string `json:"digest"`
	} `json:"images"`
	Existed bool `json:"existed"`
}

func (p *publisher) trial(tr *trial) {
	tr.w.project, tr.w.usual = p.project, p.usual
	names := p.some(tenImages)
	tr.rand.Shuffle(len(names), func(i, j int) { names[i], names[j] = names[j], names[i] })
	names = names[:1+tr.rand.IntN(len(names))]
	var words []string
	tr.disturbed(func() []string {
		_, words = p.next("ok", names...)
		return words
	})
	tr.line.What += fmt.Sprintf(", %d of ten changed", len(names))
	if p.embedded {
		tr.line.What += ", embedded registry"
	}
	if p.embedded { // uploads are given up when they are a day old: those of the killed run are now
		yesterday := time.Now().Add(-25 * time.Hour)
		for _, upload := range uploads(p.registry) {
			os.Chtimes(upload, yesterday, yesterday)
		}
	}
	first := tr.published(append(words, "--json"))
	second := tr.published(append(words, "--json"))
	if tr.Failed() {
		return
	}
	if !second.Existed || !cmp.Equal(first.Images, second.Images) {
		tr.wrong("published twice: existed %v, %s", second.Existed, cmp.Diff(first.Images, second.Images))
	}
	if len(first.Images) != tenImages {
		tr.wrong("the release has %d images", len(first.Images))
	}
	for _, image := range first.Images {
		repository, tag, _ := strings.Cut(image.Reference[strings.Index(image.Reference, "/")+1:], ":")
		if got := digestOf(p.registry, repository, tag); got != image.Digest {
			tr.wrong("%s is %q in the registry, want %s", image.Reference, got, image.Digest)
		}
	}
	if digestOf(p.registry, tr.w.name+"/release", first.Tag+".release") == "" {
		tr.wrong("%s has no record", first.Tag)
	}
	_, next := p.next("ok", names[0]) // the next run that builds also takes away what the killed one has built with
	tr.plain(next...)
	tr.noProcesses()
	tr.nothingNew(tr.w.home, tr.w.tmp)
	left := uploads(p.registry)
	if p.embedded && len(left) > 0 {
		tr.wrong("%d unfinished uploads of yesterday are in the embedded registry", len(left))
	}
	tr.line.Numbers = map[string]float64{"unfinished uploads": float64(len(left))}
	if status := tr.w.must(p.dir, "git", "status", "--porcelain"); status != "" {
		tr.wrong("left behind in the checkout: %s", status)
	}
}

func (tr *trial) published(words []string) (r result) {
	tr.Helper()
	run := tr.plain(words...)
	tr.line.Again = max(tr.line.Again, seconds(run.took))
	if err := json.Unmarshal([]byte(run.out), &r); err != nil && run.code == 0 {
		tr.wrong("publish printed no result: %v: %s", err, run.out)
	}
	return r
}

// digestOf is what a tag stands for, as a registry's directory has it.
func digestOf(dir, repository, tag string) string {
	content, err := os.ReadFile(filepath.Join(dir, "docker", "registry", "v2", "repositories", repository, "_manifests", "tags", tag, "current", "link"))
	if err != nil {
		return ""
	}
	return string(content)
}
