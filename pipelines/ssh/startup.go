package ssh

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"path"
	"regexp"
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
	files []startupFile
}

// startupFile is one of them that exists. System-wide ones come last.
type startupFile struct{ name, content string }

// misdeed is what a login shell does in place of what it is asked to.
type misdeed int

const (
	endsEarly   misdeed = iota // without running anything
	runsAnother                // something that waits for input ends when that does
	readsInput                 // a startup file reads what is meant for the program
	hangs                      // also when there is no input
)

// userStartup and systemStartup are what shells read that are no login shells
// and have no terminal, by the shell's name. Those of any shell are sshd's own.
var (
	userStartup = map[string][]string{
		"bash": {".bashrc", ".bash_aliases"}, "zsh": {".zshenv"}, "fish": {".config/fish/config.fish"},
		"csh": {".cshrc"}, "tcsh": {".tcshrc", ".cshrc"}, "": {".ssh/rc"},
	}
	systemStartup = map[string][]string{
		"bash": {"/etc/bash.bashrc", "/etc/bashrc"}, "zsh": {"/etc/zsh/zshenv", "/etc/zshenv"}, "fish": {"/etc/fish/config.fish"},
		"csh": {"/etc/csh.cshrc"}, "tcsh": {"/etc/csh.cshrc"}, "": {"/etc/ssh/sshrc"},
	}
)

// startup looks for what the login shell reads. What can't be seen is left out.
func (l login) startup(ctx context.Context) startup {
	s, read := l.startupByShell(ctx)
	if read == nil {
		if s, read = l.startupByFiles(ctx); read == nil {
			return s
		}
	}
	name := path.Base(s.shell)
	for _, kind := range []string{name, ""} {
		for _, file := range userStartup[kind] {
			s.add("~/"+file, read(path.Join(s.home, file)))
		}
	}
	for _, kind := range []string{name, ""} {
		for _, file := range systemStartup[kind] {
			s.add(file, read(file))
		}
	}
	return s
}

func (s *startup) add(name string, content []byte) {
	if content != nil {
		s.files = append(s.files, startupFile{name, string(content)})
	}
}

// startupByShell asks the shell itself, with no input: one that prints or reads
// gets to it all the same.
func (l login) startupByShell(ctx context.Context) (startup, func(string) []byte) {
	const facts = `echo "$SHELL"; echo "$HOME"`
	out := l.output(ctx, facts)
	shell, rest, _ := strings.Cut(string(out), "\n")
	home, _, ok := strings.Cut(rest, "\n")
	if !ok || !plainPath().MatchString(home) {
		return startup{}, nil
	}
	return startup{shell: shell, home: home}, func(file string) []byte {
		out := l.output(ctx, `if test -r "`+file+`"; then echo is; head -c 65536 "`+file+`"; fi`)
		if content, is := bytes.CutPrefix(out, []byte("is\n")); is {
			return content
		}
		return nil
	}
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
func (l login) startupByFiles(ctx context.Context) (startup, func(string) []byte) {
	files, err := l.conn.openFilesAlone(ctx)
	if err != nil {
		return startup{}, nil
	}
	home, err := files.client.RealPath(".")
	if err != nil {
		return startup{}, nil
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
	return s, read
}

// prints says which file prints a text, and how to keep it from that.
func (s startup) prints(text string) string {
	longest := ""
	for line := range strings.Lines(text) {
		for _, piece := range strings.FieldsFunc(line, func(r rune) bool { return strings.ContainsRune("'\"\\$`", r) }) {
			if piece = strings.TrimSpace(piece); len(piece) > len(longest) {
				longest = piece
			}
		}
	}
	what := fmt.Sprintf("a startup file of the login shell prints %s", quoteForeign(text))
	for _, f := range s.files {
		if len(longest) > 2 && strings.Contains(f.content, longest) {
			return fmt.Sprintf("%s: %s has it; %s", what, f.name, s.guard(f.name))
		}
	}
	return what + s.likely()
}

// filesOnly is the reason of a host whose sshd starts its sftp server for everything.
const filesOnly = "its sshd gives this user files and no programs (ForceCommand internal-sftp in its sshd_config); log in as a user who may run programs"

// likely names the first file that there is.
func (s startup) likely() string {
	if len(s.files) == 0 {
		return "; look into what " + s.name() + " reads at its start; " + s.guard("that file")
	}
	return fmt.Sprintf(", %s or what it reads; %s", s.files[0].name, s.guard(s.files[0].name))
}

// guard is what to do about a file.
func (s startup) guard(file string) string {
	line := "case $- in *i*) ;; *) return ;; esac"
	switch path.Base(s.shell) {
	case "fish":
		line = "status is-interactive; or return"
	case "csh", "tcsh":
		line = "if (! $?prompt) exit"
	}
	return fmt.Sprintf("let it do so for people only: put `%s` at the top of %s", line, file)
}

func (s startup) name() string {
	if s.shell == "" {
		return "the login shell"
	}
	return path.Base(s.shell)
}

var (
	readsWords = lazy.Regexp(`(^|[;&|({\s])(read|cat|select|ssh|dd|head|tee|sort|passwd)(\s|;|$)`)
	endsWords  = lazy.Regexp(`(^|[;&|({\s])(exec|exit|logout|set\s+-e)(\s|;|$)`)
)

// explain is why a shell does what it does, and what to do about it.
func (s startup) explain(does misdeed, g *greeting) string {
	said := g.said()
	if said != "" {
		said = " (" + said + ")"
	}
	if slices.Contains([]string{"nologin", "false", "true", "git-shell", "rssh", "scponly", "sync"}, path.Base(s.shell)) {
		return fmt.Sprintf("its login shell is %s, which runs none%s; give the user one that does: sudo chsh -s /bin/sh %s", s.shell, said, g.conn.options.User)
	}
	switch does {
	case readsInput:
		return "a startup file of the login shell reads standard input, which has what is to be run" + s.culprit(readsWords())
	case hangs:
		return fmt.Sprintf("the login shell does not answer for %s%s", g.conn.options.timeout(), said) + s.likely()
	case runsAnother:
		return fmt.Sprintf("a startup file of the login shell runs another program in its place, or waits for one%s", said) + s.culprit(endsWords())
	}
	if strings.Contains(g.out.text()+g.err.text(), "sftp connections only") {
		return filesOnly
	}
	if at := s.suspect(endsWords()); at != "" {
		return "the login shell ends without running anything" + said + at
	}
	return fmt.Sprintf("its login shell ends without running anything%s; is it nologin or git-shell, is there a ForceCommand, or does a startup file end it? "+
		"The user needs a login shell (sudo chsh -s /bin/sh %s), and the host a POSIX sh", said, g.conn.options.User)
}

// culprit names the first line that may do it, else the file.
func (s startup) culprit(words *regexp.Regexp) string {
	if at := s.suspect(words); at != "" {
		return at
	}
	return s.likely()
}

// suspect is where the first line is that has such words; empty when there is none.
func (s startup) suspect(words *regexp.Regexp) string {
	for _, f := range s.files {
		number := 0
		for line := range strings.Lines(f.content) {
			number++
			if code, _, _ := strings.Cut(line, "#"); words.MatchString(code) {
				return fmt.Sprintf(": look at line %d of %s; %s", number, f.name, s.guard(f.name))
			}
		}
	}
	return ""
}
