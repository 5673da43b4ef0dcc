// Package propose makes the files that a repository starts with, from what a
// survey found: slipway.yaml, what is deployed and what builds leave out. It only
// reads; the files come back as text.
package propose

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"path"
	"slices"
	"strings"

	"git.example/slipway/pipelines/composefile"
	"git.example/slipway/pipelines/production"
	"git.example/slipway/pipelines/scaffold"
	"git.example/slipway/pipelines/survey"
)

// ErrNothing says that the repository has nothing that could be released.
var ErrNothing = errors.New("there is nothing to release: looked through all files that git has for Dockerfiles, compose files, bake files and commands that build images; write a Dockerfile, then run `slipway init` again")

// File is one file to write.
type File struct {
	// Path is relative to the project, with slashes.
	Path string
	Text []byte
	// Private says that only its owner may read it.
	Private bool
}

// Row is a line of the table of what was found.
type Row struct {
	// What it is; Chosen what is made of it; Why by which evidence.
	What, Chosen, Why string
}

// Proposal is what a repository would start with.
type Proposal struct {
	Files []File
	Found []Row
	// Said is what was changed on the way, and Needs what somebody has to do.
	Said, Needs []string
	// Addresses are where the stack answers on this machine.
	Addresses []string
	// Environment is the one that the proposal has; empty for none.
	Environment string
}

// Options are what a proposal needs of others.
type Options struct {
	// Folder is the name of the project's folder.
	Folder string
	// Bake reads the targets of a bake file; nil for no such files.
	Bake func(ctx context.Context, file string) ([]survey.Image, error)
	// Pin finds the digest of an image of somebody else; nil leaves them.
	Pin func(ctx context.Context, image string) string
	// Server adds an environment prod on servers; nil for none.
	Server *Server
	// Random makes bytes that nobody can guess; nil is the system's source.
	Random func(n int) []byte
}

// project is what slipway.yaml is made of.
type project struct {
	Name   string
	Images []survey.Image
	Checks []check
	// Compose is the file of the environment; empty for none.
	Compose string
	Values  []production.Value
	// Without says why there is no environment.
	Without []string
	// Server is the environment prod; nil for none.
	Server *server
	// Branch is the repository's default branch.
	Branch string
	// Others are environments that the repository has what it takes for.
	Others []other
}

// Propose makes a proposal for a tree. Without anything to release the error is
// ErrNothing, and the proposal's table says what was there.
func Propose(ctx context.Context, t *survey.Tree, o Options) (Proposal, error) {
	p := project{Name: component(o.Folder), Branch: scaffold.DefaultBranch(os.DirFS(t.Dir))}
	if o.Server != nil {
		if err := o.Server.Validate(); err != nil {
			return Proposal{}, err
		}
		name, yaml, _ := o.Server.registry()
		p.Server = &server{Name: name, Registry: yaml, Hosts: o.Server.Hosts}
	}
	s, err := survey.Look(ctx, t, survey.Options{Name: p.Name, Bake: o.Bake})
	if err != nil {
		return Proposal{}, err
	}
	r := Proposal{}
	r.found(s)
	if len(s.Images) == 0 && s.Stack == nil {
		for _, i := range s.Unbuilt {
			r.Needs = append(r.Needs, howToBuild(t, i))
		}
		if len(s.Unbuilt) > 0 {
			return r, fmt.Errorf("no image can be built from what git has: %s", strings.Join(r.Needs, "; "))
		}
		return r, ErrNothing
	}
	if o.Random == nil {
		o.Random = random
	}
	stack := p.deployed(ctx, s, o, &r)
	p.Images = s.Images
	if stack != nil {
		p.onlyUsed(s, stack, &r)
	}
	checks, notes := findChecks(ctx, s, p.Images)
	p.Checks = checks
	r.Said = append(r.Said, notes...)
	for n, row := range r.Found {
		if at := slices.IndexFunc(checks, func(c check) bool {
			return c.Active && strings.Contains(c.YAML, "compose: {file: "+scalar(row.What)+",")
		}); at >= 0 {
			r.Found[n].Chosen, r.Found[n].Why = "check "+checks[at].Name, "its name"
		}
	}
	p.Others = others(t, p)
	for _, i := range s.Unbuilt {
		r.Needs = append(r.Needs, howToBuild(t, i))
	}
	text, err := render("slipway.yaml", p)
	if err != nil {
		return r, err
	}
	r.Files = append([]File{{Path: "slipway.yaml", Text: text}}, r.Files...)
	r.Files = append(r.Files, ignoreFiles(t, p.Images)...)
	return r, nil
}

func random(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.Read(b) // it ends the program where there is no source
	return b
}

// localDir is where all is that belongs to this machine alone.
const localDir = ".local"

// Path is the stack's directory.
func (p project) Path() string { return localDir + "/" + p.Name }

// Stack is the compose project's name: another one than that of the development
// stack, which compose calls like the folder, so that no deploy takes that one over.
func (p project) Stack() string { return p.Name + "-local" }

// secretFile is where the value of a secret is.
func secretFile(name string) string { return localDir + "/secrets/" + name }

// deployed finds what an environment on this machine runs: a compose file that can
// be deployed as it is, or one that is made.
func (p *project) deployed(ctx context.Context, s *survey.Survey, o Options, r *Proposal) *production.Stack {
	if name := p.asItIs(s, r); name != "" {
		p.Compose, r.Environment = name, "local"
		r.Files = append(r.Files, localIgnore())
		return nil
	}
	options := production.Options{Project: p.Name, Pin: o.Pin, Random: o.Random}
	var stack *production.Stack
	var err error
	var why string
	if s.Stack != nil {
		stack, err = production.FromCompose(ctx, s, options)
	} else {
		stack, why, err = production.FromImages(ctx, s, options)
	}
	if err != nil {
		why = err.Error()
	}
	if stack == nil {
		p.Without = append(p.Without, why)
		r.Needs = append(r.Needs, why)
		return nil
	}
	r.Said = append(r.Said, stack.Said...)
	name := "docker-compose.prod.yml"
	if s.Tree.IsFile(name) {
		name = "docker-compose.slipway.yml"
	}
	r.Files = append(r.Files, File{Path: name, Text: stack.Text})
	for _, v := range stack.Values {
		if v.Asked {
			stack.Unready = append(stack.Unready, fmt.Sprintf("the value of %s, in slipway.yaml", v.Name))
		}
	}
	p.Compose, p.Values = name, stack.Values
	r.Environment, r.Addresses = "local", stack.Addresses
	r.Files = append(r.Files, localIgnore())
	for _, v := range stack.Values {
		if v.Secret {
			r.Files = append(r.Files, File{Path: secretFile(v.Name), Text: []byte(v.Text + "\n"), Private: true})
		}
	}
	r.Needs = append(r.Needs, stack.Unready...)
	return stack
}

// localIgnore keeps what is this machine's out of git, without a change of the
// repository's own .gitignore.
func localIgnore() File {
	return File{Path: localDir + "/.gitignore", Text: []byte("# What is here is this machine's: secrets, stacks, their data.\n*\n!.gitignore\n")}
}

// asItIs is a compose file of the project's folder that can be deployed as it is:
// no service of it is built where it runs, and what it takes from the registry that
// a deploy sets are images of ours. These get the repositories that it calls them by.
func (p *project) asItIs(s *survey.Survey, r *Proposal) string {
	for _, c := range s.All {
		if c.Dir() != "." || len(c.Files) > 1 {
			continue
		}
		repositories := ofRelease(c)
		if images := called(p.Name, s.Images, repositories); len(images) > 0 {
			used := &production.Stack{}
			for _, i := range images {
				used.Used = append(used.Used, i.Name)
			}
			p.Compose = c.Files[0]
			p.onlyUsed(s, used, r)
			s.Images = images
			return c.Files[0]
		}
	}
	return ""
}

// ofRelease are the repositories below the registry that a deploy sets; none of a
// file with build:.
func ofRelease(c *survey.Compose) []string {
	var found []string
	for _, name := range c.Project.ServiceNames() {
		service := c.Project.Services[name]
		if service.Build != nil {
			return nil
		}
		repository, ours := strings.CutPrefix(composefile.Repository(service.Image), survey.RegistryHost+"/")
		if ours && !slices.Contains(found, repository) {
			found = append(found, repository)
		}
	}
	return found
}

// called are the images that have the repositories, by the last part of their
// names, or the only one has the only one. None when a repository is nobody's.
func called(project string, images []survey.Image, repositories []string) []survey.Image {
	var used []survey.Image
	for _, r := range repositories {
		at := slices.IndexFunc(images, func(i survey.Image) bool {
			return path.Base(r) == i.Name || len(images) == 1 && len(repositories) == 1
		})
		if at < 0 {
			return nil
		}
		i := images[at]
		if r != project+"/"+i.Name {
			i.Repository = r
		}
		used = append(used, i)
	}
	return used
}

// onlyUsed keeps the images that the stack runs: another one would be built and
// run nowhere.
func (p *project) onlyUsed(s *survey.Survey, stack *production.Stack, r *Proposal) {
	var kept []survey.Image
	for _, i := range s.Images {
		if slices.Contains(stack.Used, i.Name) {
			kept = append(kept, i)
			continue
		}
		r.Found = append(r.Found, Row{What: i.File, Chosen: "left out", Why: "no service of " + p.Compose + " runs it"})
		r.Found = slices.DeleteFunc(r.Found, func(row Row) bool { return row.Chosen == chosen(i) })
	}
	p.Images = kept
}

// found is the table.
func (r *Proposal) found(s *survey.Survey) {
	for _, i := range s.Images {
		r.Found = append(r.Found, Row{What: i.File, Chosen: chosen(i), Why: i.Evidence})
	}
	if s.Stack != nil {
		r.Found = append(r.Found, Row{What: s.Stack.Name(), Chosen: "the stack", Why: fmt.Sprintf("%d services", len(s.Stack.Project.Services))})
	}
	for _, i := range s.Unbuilt {
		r.Found = append(r.Found, Row{What: i.File, Chosen: "left out", Why: whyUnbuilt(i)})
	}
	for _, l := range s.Left {
		r.Found = append(r.Found, Row{What: l.What, Chosen: "left out", Why: l.Why})
	}
}

func chosen(i survey.Image) string {
	text := "image " + i.Name + ", context " + i.Context
	if i.Target != "" {
		text += ", target " + i.Target
	}
	return text
}

func whyUnbuilt(i survey.Image) string {
	if len(i.Missing) == 0 {
		return strings.Join(i.Before, "; ")
	}
	m := i.Missing[0]
	what := "git does not have"
	if m.Ignored {
		what = "the ignore file leaves out"
	}
	return fmt.Sprintf("line %d copies %s, which %s", m.Line, m.Path, what)
}
