package lint

import (
	"fmt"
	"path/filepath"

	"git.example/slipway/pipelines/lazy"
)

func contextRules() []Rule {
	return []Rule{
		{
			ID: "context-git", Title: "a build context with the whole history", Severity: Warning,
			Why:   "Without .dockerignore the builder gets .git too: slow builds, big layers, and the history in the image after COPY . .",
			check: contextGit,
		},
		{
			ID: "context-env", Title: "an env file that gets into the image", Severity: Error,
			Why:   "COPY . . puts .env with its secrets into a layer that everybody who can pull the image can read.",
			check: contextEnv,
		},
	}
}

func contextGit(p *project, found finder) {
	for _, c := range p.contexts {
		if !c.hasIgnore && c.holds(".git") {
			found(p.file.near("images", c.image, "context"), fmt.Sprintf("the build context %s has .git and no .dockerignore", c.name),
				"write a .dockerignore with .git, .env*, and what else no image needs")
		}
	}
}

// sampleEnv are env files without secrets.
var sampleEnv = lazy.Regexp(`(example|sample|template|dist|defaults?)$`)

func contextEnv(p *project, found finder) {
	for _, c := range p.contexts {
		line := c.line(copyAll())
		if line == 0 {
			continue
		}
		// The only error is a bad pattern.
		paths, _ := filepath.Glob(filepath.Join(c.dir, ".env*"))
		for _, path := range paths {
			name := filepath.Base(path)
			if !sampleEnv().MatchString(name) && c.holds(name) {
				found(position{c.dockerfile, line, 1}, fmt.Sprintf("this copies %s into the image", name),
					fmt.Sprintf("write %s into %s", name, filepath.ToSlash(filepath.Join(c.name, ".dockerignore"))))
			}
		}
	}
}
