package lint

import (
	"path/filepath"
	"slices"
	"strings"
)

// writing is a place in which a service, or a part of it, is written.
type writing struct {
	file    *file
	service string
}

// mostExtended bounds how many services extend each other, should they do so in a
// circle.
const mostExtended = 20

// writings are where a service is written, the one that wins first: the last file
// that has it, what it extends there, the files before.
func (s *stack) writings(service string) []writing {
	var all []writing
	var add func(f *file, service string)
	add = func(f *file, service string) {
		n := f.value("services", service)
		if n == nil || len(all) >= mostExtended {
			return
		}
		all = append(all, writing{f, service})
		extends := f.value("services", service, "extends")
		if name, ok := text(extends); ok {
			add(f, name)
			return
		}
		name, _ := text(f.value("services", service, "extends", "service"))
		path, elsewhere := text(f.value("services", service, "extends", "file"))
		switch {
		case name == "":
		case elsewhere:
			if other := s.outside(f, path); other != nil {
				add(other, name)
			}
		default:
			add(f, name)
		}
	}
	for _, f := range slices.Backward(s.all()) {
		if !s.isBase(f) {
			add(f, service)
		}
	}
	return all
}

// at is the position of a service, or of something in it, where it is written last:
// that one wins.
func (s *stack) at(service string, path ...string) position {
	writings := s.writings(service)
	for n := len(path); n >= 0; n-- {
		for _, w := range writings {
			if at, ok := w.file.at(append([]string{"services", w.service}, path[:n]...)...); ok {
				return at
			}
		}
	}
	return s.files[0].near("services")
}

// all are the stack's files and those that they take in, these first.
func (s *stack) all() []*file { return slices.Concat(s.others, s.files) }

// isBase says that a file is there for extends: its services are none of the stack.
func (s *stack) isBase(f *file) bool { return s.bases[f] }

// outside is the file that another one names, once it was read; nil for none.
func (s *stack) outside(from *file, path string) *file {
	name := pathFrom(from, path)
	for _, f := range s.all() {
		if f.path == name {
			return f
		}
	}
	return nil
}

// pathFrom is where a path leads that a file names.
func pathFrom(f *file, path string) string {
	if filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(filepath.Dir(f.path), path)
}

// readOthers reads the files that the stack's take in by include and extends.
// Included ones with variables of their own are marked.
func (s *stack) readOthers(dir string) {
	s.bases, s.ownVariables = map[*file]bool{}, map[*file]bool{}
	queue := slices.Clone(s.files)
	for len(queue) > 0 && len(s.others) < mostExtended {
		f := queue[0]
		queue = queue[1:]
		take := func(path string, base, own bool) {
			if path == "" || strings.Contains(path, "$") || s.outside(f, path) != nil {
				return
			}
			other := newYAML(dir, pathFrom(f, path))
			s.others = append(s.others, other)
			s.bases[other], s.ownVariables[other] = base, own
			queue = append(queue, other)
		}
		for _, item := range items(f.value("include")) {
			if path, ok := text(f.resolve(item)); ok {
				take(path, false, false)
				continue
			}
			_, own := text(f.under(item, "env_file"))
			own = own || len(items(f.under(item, "env_file"))) > 0 || f.under(item, "project_directory") != nil
			if path, ok := text(f.under(item, "path")); ok {
				take(path, false, own)
			}
			for _, path := range items(f.under(item, "path")) {
				name, _ := text(path)
				take(name, false, own)
			}
		}
		for _, pair := range entries(f.value("services")) {
			if path, ok := text(f.under(pair.Value, "extends", "file")); ok {
				take(path, true, false)
			}
		}
	}
}
