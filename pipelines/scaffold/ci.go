package scaffold

import (
	"fmt"
	"io/fs"
	"strings"

	"git.example/slipway/pipelines/config"
)

// System is a CI system that Slipway writes files for.
type System string

// The systems, as --ci names them.
const (
	GitHub   System = "github"
	CircleCI System = "circleci"
)

// Systems are all of them.
func Systems() []System { return []System{GitHub, CircleCI} }

// Dir is the system's directory in a repository.
func (s System) Dir() string {
	if s == GitHub {
		return ".github"
	}
	return ".circleci"
}

// File is the path of the file that is Slipway's, relative to the repository.
func (s System) File() string {
	if s == GitHub {
		return ".github/workflows/slipway.yml"
	}
	return ".circleci/config.yml"
}

// Found are the systems whose directory the repository has.
func Found(root fs.FS) []System {
	var found []System
	for _, s := range Systems() {
		if info, err := fs.Stat(root, s.Dir()); err == nil && info.IsDir() {
			found = append(found, s)
		}
	}
	return found
}

// pipeline is what a CI file is made of.
type pipeline struct {
	System System
	// Module to call, with its version; empty when the repository's dagger.json has it.
	Module string
	// Branch is the repository's default branch.
	Branch string
	// Check is what the check of a pull request needs.
	Check needs
	// Plans says that there are environments, which a pull request plans offline.
	Plans bool
	// Builds says that there are images, which a pull request builds, and Build what
	// that needs.
	Builds bool
	Build  needs
	Jobs   []job
	// Left are environments that no job deploys to, and why.
	Left []string
}

// CI is the text of the system's file: checks for changes, and a job for each
// environment that can be deployed to from there. Where nothing says which module
// to call, the error is ErrNoModule.
func CI(system System, root fs.FS, c *config.Config, module Module) ([]byte, error) {
	called, err := module.called(root)
	if err != nil {
		return nil, err
	}
	p := pipeline{System: system, Module: called, Branch: DefaultBranch(root), Plans: len(c.Environments) > 0, Builds: c.Images.Bake != "" || len(c.Images.Named) > 0}
	p.Check.references(c.Registries, c.Checks, c.Artifacts)
	p.Build.references(c.Registries, c.Artifacts, c.Images)
	for _, e := range c.Environments {
		j, why := p.deploy(c, e)
		if why != "" {
			p.Left = append(p.Left, fmt.Sprintf("%s is not deployed from here: %s.", e.Name, why))
			continue
		}
		p.Jobs = append(p.Jobs, j)
	}
	if j, ok := p.publish(c); ok {
		p.Jobs = append(p.Jobs, j)
	}
	return render(string(system)+".yml", p)
}

// Call begins a call of the module.
func (p pipeline) Call() string {
	if p.Module == "" {
		return "dagger call"
	}
	return `dagger -m "$SLIPWAY" call --source .`
}

// DefaultBranch is the one that the repository was cloned with, or is on, or main.
func DefaultBranch(root fs.FS) string {
	for _, head := range []struct{ file, prefix string }{
		{".git/refs/remotes/origin/HEAD", "ref: refs/remotes/origin/"},
		{".git/HEAD", "ref: refs/heads/"},
	} {
		text, err := fs.ReadFile(root, head.file)
		if err != nil {
			continue
		}
		branch, ok := strings.CutPrefix(strings.TrimSpace(string(text)), head.prefix)
		if ok && (head.file != ".git/HEAD" || branch == "master") {
			return branch
		}
	}
	return "main"
}
