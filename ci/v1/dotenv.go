// Code generated from ../dotenv.go by make update; DO NOT EDIT.

package main

import (
	"context"
	"path"
	"slices"
	"strings"
)

// decided are the arguments of a verb that decide which release it is.
func (s *Slipway) decided(v verb) []argument {
	all := []argument{
		{flag: "config", value: s.Config}, {flag: "build-number", value: s.BuildNumber}, {flag: "commit", value: s.Commit},
		{flag: "branch", value: s.Branch}, {flag: "git-tag", value: s.GitTag}, v.release,
	}
	return slices.DeleteFunc(all, func(a argument) bool { return a.value == "" })
}

// chosenByHand refuses arguments that somebody's .env file gave. Dagger takes its
// lines for defaults of arguments, also those that are there for compose or a
// program, and no release is to be chosen that way.
func (s *Slipway) chosenByHand(ctx context.Context, v verb) error {
	decided := s.decided(v)
	if len(decided) == 0 {
		return nil
	}
	files, err := s.Source.Glob(ctx, ".env")
	if err != nil {
		return err
	}
	if dir := path.Dir(path.Join("/", s.Config))[1:]; dir != "" {
		files = append(files, path.Join(dir, ".env"))
	}
	for _, file := range files {
		content, err := s.Source.File(file).Contents(ctx)
		if err != nil { // there is none
			continue
		}
		for i, line := range strings.Split(content, "\n") {
			for _, a := range decided {
				if a.isIn(line) {
					name, _, _ := strings.Cut(line, "=")
					return wrongUse("%s:%d: Dagger takes %s for %s: give it another name there, or take the line out and pass --%s",
						file, i+1, strings.TrimSpace(name), a, a.flag)
				}
			}
		}
	}
	return nil
}

// isIn says that a line of a .env file sets it, to the value that it has or to one
// that only Dagger can tell.
func (a argument) isIn(line string) bool {
	name, value, ok := strings.Cut(strings.TrimPrefix(strings.TrimSpace(line), "export "), "=")
	name = strings.ToUpper(strings.TrimSpace(name))
	if !ok || strings.TrimPrefix(name, "SLIPWAY_") != a.name() {
		return false
	}
	value = strings.TrimSpace(value)
	return strings.ContainsAny(value, "$\\#") || strings.Trim(value, `"'`) == a.value || a.flag == "plan"
}
