package stack

import (
	"fmt"
	"path"
	"path/filepath"
	"slices"

	"maps"

	"git.example/slipway/pipelines/composefile"
	"git.example/slipway/pipelines/deploy"
	"git.example/slipway/pipelines/shell"
)

// mirrorRoot is the directory in which compose files have the place that they would
// have on the host: its name is found nowhere else.
const mirrorRoot = ".slipway-mirror"

// Mirror has compose resolve compose files that take in others by include and
// extends. It finds those, and what they name, relative to the project directory,
// where a release's are not. So each has its place in a directory that stands for the
// host's root, and the paths in what compose makes of them are without it.
type Mirror struct {
	stack Stack
	root  string
}

// TakesIn says that d's compose files take in others.
func TakesIn(d deploy.Desired) bool {
	return slices.ContainsFunc(d.Main, func(name string) bool { return composefile.TakesIn([]byte(d.Files[name])) })
}

// Mirror has the script write d's files into a directory dir of its own.
func (s Stack) Mirror(script *Script, dir string, d deploy.Desired) Mirror {
	m := Mirror{s, dir + "/" + mirrorRoot}
	for _, name := range slices.Sorted(maps.Keys(d.Files)) {
		script.File(m.file(d, name), d.Files[name])
	}
	return m
}

// file is where one of d's files is.
func (m Mirror) file(d deploy.Desired, name string) string {
	in, err := filepath.Rel(path.Dir(d.Main[0]), name)
	if err != nil {
		in = name
	}
	return path.Join(m.root, path.Join("/", m.stack.Dir, filepath.ToSlash(in)))
}

// Config has the script write what compose makes of the files, with overrides that
// are elsewhere, into a file. env is the file for interpolation; the stack's own .env
// when empty.
func (m Mirror) Config(script *Script, d deploy.Desired, project, env string, overrides []string, into string) {
	if env == "" {
		env = path.Join(m.stack.Dir, ".env")
	}
	script.Raw("set --; [ ! -f " + shell.Quote(env) + " ] || set -- " + shell.Words("--env-file", env))
	var files []string
	for _, name := range d.Main {
		files = append(files, "-f", m.file(d, name))
	}
	for _, name := range overrides {
		files = append(files, "-f", name)
	}
	start := shell.Words("docker", "compose", "--project-directory", path.Join(m.root, m.stack.Dir), "-p", project)
	script.Line("mkdir", "-p", path.Join(m.root, m.stack.Dir))
	script.Raw(start + ` "$@" ` + shell.Words(files...) + " config --format yaml >" + shell.Quote(into+".mirrored") + " || exit")
	script.Raw(fmt.Sprintf("sed 's|%s||g' <%s >%s || exit", m.root, shell.Quote(into+".mirrored"), shell.Quote(into)))
	script.Line("rm", "-f", into+".mirrored")
	script.Raw("if grep -q " + mirrorRoot + " " + shell.Quote(into) + "; then echo 'compose writes a path of the files in a way that is not understood' >&2; exit 1; fi")
}
