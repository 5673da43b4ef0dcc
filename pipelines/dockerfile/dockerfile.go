// Package dockerfile says what a Dockerfile needs and how its image runs: its
// stages, what they copy from the build context, which ports it names, how it
// is started and what its last stage is made from.
package dockerfile

import (
	"fmt"
	"maps"
	"strconv"
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"
	"github.com/moby/buildkit/frontend/dockerfile/parser"
	"github.com/moby/buildkit/frontend/dockerfile/shell"
)

// File is a Dockerfile that was read.
type File struct {
	Stages []Stage
}

// Stage is one FROM with what follows.
type Stage struct {
	// Name is empty where it has none.
	Name string
	// Base is the image or the stage that it is made from, with the values that
	// arguments have by default.
	Base string
	// Sources are what it takes from the build context.
	Sources []Source
	// Ports are those of EXPOSE, those of UDP left out.
	Ports []int
	// Volumes are those of VOLUME.
	Volumes []string
	// Starts says that it has CMD or ENTRYPOINT; Runs that it has RUN.
	Starts, Runs bool
	// Health says that it has a HEALTHCHECK that is not NONE.
	Health bool
	// Command is what CMD and ENTRYPOINT say, in one line.
	Command string
	// Scripts are the lines of RUN.
	Scripts []string
	// Env are the variables that ENV sets, as they stand there.
	Env map[string]string
	// from are the other stages that it needs.
	from []string
}

// Source is one path that a stage takes from the build context.
type Source struct {
	// Path is relative to the context, with slashes. Of one that an argument without
	// a value is part of, it is what is written.
	Path string
	// Known is the part of Path that is known: what stands before the first variable.
	Known string
	// Line of the Dockerfile, from 1.
	Line int
}

// Parse reads a Dockerfile that is built with these arguments. The error is the
// parser's own.
func Parse(content []byte, args map[string]string) (*File, error) {
	parsed, err := parser.Parse(strings.NewReader(string(content)))
	if err != nil {
		return nil, err
	}
	stages, global, err := instructions.Parse(parsed.AST, nil)
	if err != nil {
		return nil, err
	}
	if len(stages) == 0 {
		return nil, fmt.Errorf("it has no FROM line")
	}
	r := reader{lex: shell.NewLex(parsed.EscapeToken), args: map[string]string{}, given: args}
	maps.Copy(r.args, platform)
	for _, a := range global {
		r.arguments(a.Args, r.args)
	}
	f := &File{}
	for _, s := range stages {
		f.Stages = append(f.Stages, r.stage(s))
	}
	return f, nil
}

// Target is the stage of that name or number, the last one when it is empty; nil
// when there is none.
func (f *File) Target(name string) *Stage {
	if name == "" {
		return &f.Stages[len(f.Stages)-1]
	}
	for i := range f.Stages {
		if strings.EqualFold(f.Stages[i].Name, name) || strconv.Itoa(i) == name {
			return &f.Stages[i]
		}
	}
	return nil
}

// Needed are the stages that a target is made of, itself among them and the last.
func (f *File) Needed(target string) []*Stage {
	var all []*Stage
	seen := map[*Stage]bool{}
	var visit func(s *Stage)
	visit = func(s *Stage) {
		if s == nil || seen[s] {
			return
		}
		seen[s] = true
		for _, name := range append([]string{s.Base}, s.from...) {
			visit(f.before(name, s))
		}
		all = append(all, s)
	}
	visit(f.Target(target))
	return all
}

// Lineage are the target's stage and those that it is FROM, itself first.
func (f *File) Lineage(target string) []*Stage {
	var all []*Stage
	for s := f.Target(target); s != nil && len(all) <= len(f.Stages); s = f.before(s.Base, s) {
		all = append(all, s)
	}
	return all
}

// before is the stage of that name or number, none when it is an image.
func (f *File) before(name string, user *Stage) *Stage {
	if name == "" {
		return nil
	}
	if found := f.Target(name); found != user {
		return found
	}
	return nil
}

// Image is the image that a target's file system begins with.
func (f *File) Image(target string) string {
	lineage := f.Lineage(target)
	if len(lineage) == 0 {
		return ""
	}
	return lineage[len(lineage)-1].Base
}

// Sources are what a target takes from the build context, in all stages that it
// is made of, each path once.
func (f *File) Sources(target string) []Source {
	var all []Source
	seen := map[string]bool{}
	for _, s := range f.Needed(target) {
		for _, source := range s.Sources {
			if !seen[source.Path] {
				seen[source.Path] = true
				all = append(all, source)
			}
		}
	}
	return all
}
