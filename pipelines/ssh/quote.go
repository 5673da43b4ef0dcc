package ssh

import (
	"fmt"
	"strings"

	"git.example/slipway/pipelines/command"
	"git.example/slipway/pipelines/lazy"
	"git.example/slipway/pipelines/shell"
)

// shellLine is what sshd's shell runs. It is the same for every program: what
// to run comes on standard input, so that neither arguments nor environment
// are in a process list before the program itself has its arguments, none is
// too long for sshd, and the login shell need not be a POSIX one: what is between
// the quotes means the same to sh, zsh, fish and csh. A line that is not ours,
// because something took the first one, is not run.
const shellLine = `exec sh -c 'if IFS= read -r slipway; then case $slipway in slipway_line=*) eval "$slipway"; exit;; esac; fi; exit 1'`

var validName = lazy.Regexp(`^[A-Za-z_][A-Za-z0-9_]*$`)

// prologue is the line for shellLine that turns the shell into the program. It
// first writes the mark and the process id to standard output, and to standard
// error unless that is the same terminal. Half a line runs nothing.
func prologue(c command.Command, mark string, terminal bool) (string, error) {
	var b strings.Builder
	b.WriteString(`slipway_line=$(printf '\nx'); slipway_line=${slipway_line%x}; `)
	if terminal {
		b.WriteString("stty sane 2>/dev/null; ")
	}
	fmt.Fprintf(&b, `printf '\n%%s %%s\n' %s $$; `, mark)
	if !terminal {
		fmt.Fprintf(&b, `printf '\n%%s %%s\n' %s $$ >&2; `, mark)
	}
	if c.Dir != "" {
		fmt.Fprintf(&b, "cd %s || exit; ", quote(c.Dir))
	}
	for _, name := range c.Unset {
		if !validName().MatchString(name) {
			return "", fmt.Errorf("the variable name %q is not letters, digits and _", name)
		}
		fmt.Fprintf(&b, "unset %s; ", name)
	}
	for _, variable := range c.Env {
		name, value, ok := strings.Cut(variable, "=")
		if !ok || !validName().MatchString(name) {
			return "", fmt.Errorf("the variable name %q is not letters, digits and _", name)
		}
		fmt.Fprintf(&b, "export %s=%s; ", name, quote(value))
	}
	b.WriteString("exec")
	for _, word := range c.Args {
		b.WriteString(" " + quote(word))
	}
	if c.Stdin == nil {
		b.WriteString(" </dev/null")
	}
	b.WriteString("\n")
	if strings.ContainsRune(b.String(), 0) {
		return "", fmt.Errorf("an argument or a variable has a NUL byte, which no program can get")
	}
	return b.String(), nil
}

// quote makes text one word of a shell, in one line: a variable of prologue
// stands for line ends.
func quote(text string) string {
	return strings.ReplaceAll(shell.Quote(text), "\n", `'"$slipway_line"'`)
}

// plainWord is what a shell takes as it is.
var plainWord = lazy.Regexp(`^[A-Za-z0-9_./:@%+,=-]+$`)

// quoteIfNeeded is quote for people: plain words stay as they are.
func quoteIfNeeded(text string) string {
	if plainWord().MatchString(text) {
		return text
	}
	return quote(text)
}
