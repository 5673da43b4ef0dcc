package campaign

import (
	"fmt"
	"path/filepath"
	"strings"
)

// project is a git repository with a slipway.yaml.
type project struct {
	w   *world
	dir string
	// build is the number of the last build.
	build int
}

func (w *world) newProject(name, config string) *project {
	w.t.Helper()
	p := &project{w: w, dir: w.mkdir(name)}
	w.write(filepath.Join(p.dir, "slipway.yaml"), config)
	w.must(p.dir, "git", "init", "-q", "-b", "main")
	if w.project == nil {
		w.project = p
	}
	return p
}

func (p *project) write(name, content string) {
	p.w.t.Helper()
	p.w.write(filepath.Join(p.dir, name), content)
}

// commit commits everything and gives the commit's first seven digits.
func (p *project) commit() string {
	p.w.t.Helper()
	p.w.must(p.dir, "git", "add", "-A")
	p.w.must(p.dir, "git", "commit", "-q", "--allow-empty", "-m", "x")
	return strings.TrimSpace(p.w.must(p.dir, "git", "rev-parse", "--short=7", "HEAD"))
}

// published is a release that exists.
type published struct {
	tag string
	// answers is what its services answer.
	answers string
}

// next commits a change of images, which are to behave so, and gives the release
// that publish with the words makes of it.
func (p *project) next(behaviour string, images ...string) (published, []string) {
	p.w.t.Helper()
	p.build++
	text := fmt.Sprintf("r%d", p.build)
	for _, image := range images {
		p.write(image+"/release", text+"\n"+behaviour+"\n")
	}
	tag := fmt.Sprintf("%d_%s", p.build, p.commit())
	return published{tag, text}, []string{"publish", "--build-number", fmt.Sprint(p.build)}
}

// image adds an image that is made from the base.
func (p *project) image(name, base string) {
	p.w.t.Helper()
	p.write(name+"/Dockerfile", "FROM "+base+"\nCOPY release /release\n")
}
