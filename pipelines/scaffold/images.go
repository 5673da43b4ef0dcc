package scaffold

import (
	"io/fs"
	"path"
	"slices"
	"strings"

	"git.example/slipway/pipelines/lazy"
)

// image is an image to build.
type image struct {
	// Name is its name; Context its directory, relative to the project.
	Name, Context string
	// Dockerfile is relative to the context, and empty for the usual one; Target
	// is empty for the last stage.
	Dockerfile, Target string
	// Repository is set where a compose file calls it otherwise than Slipway would.
	Repository string
}

// notOurs are directories whose Dockerfiles are not the project's images.
var notOurs = []string{"node_modules", "vendor", "testdata", "test", "tests"}

// dockerfiles are the images of the Dockerfiles at the root, which is called like
// the project, and in the directories there.
func dockerfiles(root fs.FS, project string) []image {
	var images []image
	if isFile(root, "Dockerfile") {
		images = append(images, image{Name: project, Context: "."})
	}
	// What can't be listed has nothing to build.
	entries, _ := fs.ReadDir(root, ".")
	for _, e := range entries {
		if !e.IsDir() || strings.HasPrefix(e.Name(), ".") || slices.Contains(notOurs, e.Name()) {
			continue
		}
		if isFile(root, path.Join(e.Name(), "Dockerfile")) {
			images = append(images, image{Name: component(e.Name()), Context: e.Name()})
		}
	}
	return images
}

// distinct leaves out images that are built from a Dockerfile that was there
// before, and gives two that are called alike names of their own.
func distinct(images []image) []image {
	var kept []image
	for _, i := range images {
		if slices.ContainsFunc(kept, func(k image) bool { return k.file() == i.file() && (k.Target == i.Target || k.Target == "") }) {
			continue
		}
		for slices.ContainsFunc(kept, func(k image) bool { return k.Name == i.Name }) {
			i.Name += "-image"
		}
		kept = append(kept, i)
	}
	return kept
}

// file is the path of the Dockerfile, relative to the project.
func (i image) file() string {
	if i.Dockerfile == "" {
		return path.Join(i.Context, "Dockerfile")
	}
	return path.Join(i.Context, i.Dockerfile)
}

func isFile(root fs.FS, name string) bool {
	info, err := fs.Stat(root, name)
	return err == nil && info.Mode().IsRegular()
}

var (
	stageLine   = lazy.Regexp(`(?i)^\s*FROM\s.*?(?:\sAS\s+(\S+))?\s*$`)
	commandLine = lazy.Regexp(`(?i)^\s*(CMD|ENTRYPOINT)\s`)
	runLine     = lazy.Regexp(`(?i)^\s*RUN\s`)
)

// testStage says that a Dockerfile has a stage called test, whether that stage
// says what to run, and whether something runs while it is built.
func testStage(dockerfile string) (found, runs, built bool) {
	inside := false
	for line := range strings.Lines(dockerfile) {
		line = strings.TrimSpace(line)
		if stage := stageLine().FindStringSubmatch(line); stage != nil {
			inside = strings.EqualFold(stage[1], "test")
			found = found || inside
		}
		runs = runs || inside && commandLine().MatchString(line)
		built = built || inside && runLine().MatchString(line)
	}
	return found, runs, built
}
