package ssh

import (
	"bytes"
	"context"
	"io"
	"path"
	"slices"
	"strings"
	"time"

	"git.example/slipway/pipelines/lazy"
)

// startup is what a login shell reads before it runs anything, as far as the host
// lets us see it.
type startup struct {
	shell string // its path; empty when that can't be told
	home  string
	// forced says that sshd runs a command of its own in place of what it is asked to.
	forced bool
	files  []startupFile
}

// startupFile is one of them that exists, as far as it is run for programs. System-wide
// ones come last.
type startupFile struct{ name, content string }

// hostFiles is how they are read: a file, nil when it can't be; the names in a directory.
type hostFiles struct {
	read func(file string) []byte
	list func(dir string) []string
}

// misdeed is what a login shell does in place of what it is asked to.
type misdeed int

const (
	endsEarly   misdeed = iota // without running anything
	runsAnother                // something that waits for input ends when that does
	readsInput                 // a startup file reads what is meant for the program
	hangs                      // also when there is no input
	keepsOutput                // something goes on that has the program's output
)

// userStartup and systemStartup are what shells read that are no login shells
// and have no terminal, by the shell's name. Those of any shell are sshd's own.
var (
	userStartup = map[string][]string{
		"bash": {".bashrc", ".bash_aliases", ".bashrc.d/"}, "zsh": {".zshenv"}, "fish": {".config/fish/conf.d/", ".config/fish/config.fish"},
		"csh": {".cshrc"}, "tcsh": {".tcshrc", ".cshrc"}, "": {".ssh/rc"},
	}
	systemStartup = map[string][]string{
		"bash": {"/etc/bash.bashrc", "/etc/bashrc"}, "zsh": {"/etc/zsh/zshenv", "/etc/zshenv"}, "fish": {"/etc/fish/conf.d/", "/etc/fish/config.fish"},
		"csh": {"/etc/csh.cshrc"}, "tcsh": {"/etc/csh.cshrc"}, "": {"/etc/ssh/sshrc"},
	}
)

// startup looks for what the login shell reads. What can't be seen is left out.
func (l login) startup(ctx context.Context) startup {
	s, files := l.startupByShell(ctx)
	if files.read == nil {
		if s, files = l.startupByFiles(ctx); files.read == nil {
			return s
		}
	}
	name := path.Base(s.shell)
	for _, kind := range []string{name, ""} {
		for _, file := range userStartup[kind] {
			s.add(files, path.Join(s.home, file)+trailing(file))
		}
	}
	for _, kind := range []string{name, ""} {
		for _, file := range systemStartup[kind] {
			s.add(files, file)
		}
	}
	return s
}

func trailing(file string) string {
	if strings.HasSuffix(file, "/") {
		return "/"
	}
	return ""
}

// mostFiles bounds the files that are looked at.
const mostFiles = 20

// add takes a file, those of a directory, and what they read in turn.
func (s *startup) add(files hostFiles, file string) {
	if dir, is := strings.CutSuffix(file, "/"); is {
		for _, name := range files.list(dir) {
			if path.Base(s.shell) != "fish" || path.Ext(name) == ".fish" {
				s.add(files, path.Join(dir, name))
			}
		}
		return
	}
	name := file
	if below, of := strings.CutPrefix(file, s.home+"/"); of {
		name = "~/" + below
	}
	if len(s.files) >= mostFiles || slices.ContainsFunc(s.files, func(f startupFile) bool { return f.name == name }) {
		return
	}
	content := files.read(file)
	if content == nil {
		return
	}
	f := startupFile{name, forPrograms(string(content))}
	s.files = append(s.files, f)
	for _, other := range sourced(f.content, s.home) {
		s.add(files, other)
	}
}

// startupByShell asks the shell itself, with no input: one that prints or reads
// gets to it all the same.
func (l login) startupByShell(ctx context.Context) (startup, hostFiles) {
	const facts = `echo "$SHELL"; echo "$HOME"; echo "${SSH_ORIGINAL_COMMAND:+forced}"`
	lines := strings.Split(string(l.output(ctx, facts)), "\n")
	if len(lines) < 3 || !plainPath().MatchString(lines[1]) {
		return startup{}, hostFiles{}
	}
	read := func(file string) []byte {
		if !plainPath().MatchString(file) {
			return nil
		}
		out := l.output(ctx, `if test -r "`+file+`"; then echo is; head -c 65536 "`+file+`"; fi`)
		if content, is := bytes.CutPrefix(out, []byte("is\n")); is {
			return content
		}
		return nil
	}
	list := func(dir string) []string {
		return strings.Fields(string(l.output(ctx, `test -d "`+dir+`" && ls "`+dir+`"`)))
	}
	return startup{shell: lines[0], home: lines[1], forced: lines[2] != ""}, hostFiles{read, list}
}

// plainPath is a path that can stand between double quotes in any shell.
var plainPath = lazy.Regexp(`^/[A-Za-z0-9_./@+,=:-]*$`)

// output is what a script prints that has no input; nil when it can't be run.
// It may have no ' and no ! in it.
func (l login) output(ctx context.Context, script string) []byte {
	mark := greetingMark()
	g, err := l.ask(ctx, "exec sh -c 'echo; echo "+mark+"; "+script+"'", mark)
	if err != nil {
		return nil
	}
	defer g.close()
	g.channel.CloseWrite()
	if state, err := g.wait(ctx, l.silence()); state != greeted || err != nil {
		return nil
	}
	select {
	case <-g.closed:
	case <-time.After(l.silence()):
	case <-ctx.Done():
	}
	_, after, _ := strings.Cut(g.out.text(), "\n"+mark+"\n")
	return []byte(after)
}

// startupByFiles reads the files over SFTP, where that does without the shell.
func (l login) startupByFiles(ctx context.Context) (startup, hostFiles) {
	files, err := l.conn.openFilesAlone(ctx)
	if err != nil {
		return startup{}, hostFiles{}
	}
	home, err := files.client.RealPath(".")
	if err != nil {
		return startup{}, hostFiles{}
	}
	read := func(file string) []byte {
		f, err := files.client.Open(file)
		if err != nil {
			return nil
		}
		defer f.Close()
		content, err := io.ReadAll(io.LimitReader(f, 64<<10))
		if err != nil {
			return nil
		}
		return content
	}
	s := startup{home: home}
	for line := range strings.Lines(string(read("/etc/passwd"))) {
		if fields := strings.Split(strings.TrimSpace(line), ":"); len(fields) == 7 && fields[0] == l.conn.options.User {
			s.shell = fields[6]
		}
	}
	return s, hostFiles{read, func(dir string) []string {
		var names []string
		infos, _ := files.client.ReadDir(dir)
		for _, info := range infos {
			names = append(names, info.Name())
		}
		return names
	}}
}
