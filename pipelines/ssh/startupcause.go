package ssh

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"git.example/slipway/pipelines/lazy"
)

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
	if s.forced {
		return fmt.Sprintf("%s prints %s; have it print that to standard error (>&2)", forcedCommand, quoteForeign(text))
	}
	return what + s.likely()
}

// forcedCommand is what sshd runs in place of what it is asked to.
const forcedCommand = "the command that sshd forces on this user (ForceCommand in its sshd_config, or command= of the key in authorized_keys)"

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
	if path.Base(file) == "rc" || path.Base(file) == "sshrc" { // sshd's, which are read for people as for programs
		return "have it print to standard error: >&2 in " + file
	}
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
	readsWords = lazy.Regexp(`(^|[;&|({\s])((read|select|ssh|passwd|tee)(\s|;|$)|(cat|dd|head|tail|sort|wc)(\s+-\S+)*\s*([;|>&)]|$))|\$<`)
	endsWords  = lazy.Regexp(`(^|[;&|({\s])(exec|exit|logout|set\s+-e)(\s|;|$)`)
	pathWords  = lazy.Regexp(`(^|[\s;])(PATH=|(set|setenv|export)\s.*\b(PATH|path)\b|path=)`)
	staysWords = lazy.Regexp(`[^&|<>0-9]&\s*(;|$|\)|disown)|(^|[;&|({\s])(nohup|setsid|coproc|ssh-agent|gpg-agent|keychain)(\s|;|$)`)
)

// explain is why a shell does what it does, and what to do about it.
func (s startup) explain(does misdeed, g *greeting) string {
	said := g.said()
	if said != "" {
		said = " (" + said + ")"
	}
	if slices.Contains([]string{"nologin", "false", "true", "git-shell", "rssh", "scponly", "sync"}, path.Base(s.shell)) {
		return fmt.Sprintf("its login shell is %s, which runs none%s; give the user one that does: `sudo chsh -s /bin/sh %s`", s.shell, said, g.conn.options.User)
	}
	switch does {
	case readsInput:
		if s.forced && s.suspect(readsWords()) == "" {
			return forcedCommand + " reads standard input, which has what is to be run; have it leave that alone: </dev/null"
		}
		return "a startup file of the login shell reads standard input, which has what is to be run" + s.culprit(readsWords())
	case keepsOutput:
		return "a startup file of the login shell starts a program that goes on and keeps the output, so that no command ends" +
			s.named(staysWords()) + "; send its output elsewhere: PROGRAM >/dev/null 2>&1 &"
	case hangs:
		return fmt.Sprintf("the login shell does not answer for %s%s", g.conn.options.timeout(), said) + s.likely()
	case runsAnother:
		return fmt.Sprintf("a startup file of the login shell runs another program in its place, or waits for one%s", said) + s.culprit(endsWords())
	}
	if strings.Contains(g.out.text()+g.err.text(), "sftp connections only") {
		return filesOnly
	}
	if g.exitCode() == 127 && strings.Contains(g.err.text(), "sh") {
		return "the PATH of its login shell has no sh" + said + s.named(pathWords()) + "; have it keep what is in PATH: PATH=/more:$PATH"
	}
	if at := s.suspect(endsWords()); at != "" {
		return "the login shell ends without running anything" + said + at
	}
	return fmt.Sprintf("its login shell ends without running anything%s; is it nologin or git-shell, is there a ForceCommand, or does a startup file end it? "+
		"The user needs a login shell (`sudo chsh -s /bin/sh %s`), and the host a POSIX sh", said, g.conn.options.User)
}

// culprit names the first line that may do it, else the file.
func (s startup) culprit(words *regexp.Regexp) string {
	if at := s.suspect(words); at != "" {
		return at
	}
	return s.likely()
}

// suspect is where the first line is that has such words, and what to do about it;
// empty when there is none.
func (s startup) suspect(words *regexp.Regexp) string {
	if line, file := s.find(words); file != "" {
		return fmt.Sprintf(": look at line %d of %s; %s", line, file, s.guard(file))
	}
	return ""
}

// named is where the first line is, else the file, with nothing to do.
func (s startup) named(words *regexp.Regexp) string {
	switch line, file := s.find(words); {
	case file != "":
		return fmt.Sprintf(": look at line %d of %s", line, file)
	case len(s.files) > 0:
		return fmt.Sprintf(", %s or what it reads", s.files[0].name)
	}
	return ""
}

// find is the first line that has such words.
func (s startup) find(words *regexp.Regexp) (line int, file string) {
	for _, f := range s.files {
		number := 0
		for line := range strings.Lines(f.content) {
			number++
			if words.MatchString(strings.TrimSpace(code(line))) {
				return number, f.name
			}
		}
	}
	return 0, ""
}
