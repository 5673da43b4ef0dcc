package ssh_test

import (
	"strings"
	"testing"
	"time"

	"git.example/slipway/internal/sshtest"
)

// external is the sftp server as Debian's sshd has it: started by the login shell.
const external = "/usr/lib/openssh/sftp-server"

// What the login shell does in place of what it is asked to is named as the cause,
// for programs and for files, with the file that makes it do so.
func TestLoginShellsThatGetInTheWay(t *testing.T) {
	t.Parallel()
	bashrc := func(content string) *sshtest.Account {
		return &sshtest.Account{Home: map[string]string{".bashrc": content}}
	}
	const guard = "case $- in *i*) ;; *) return ;; esac"
	tests := map[string]struct {
		config  sshtest.Config
		program []string // what the error of a program says; none when it runs
		files   []string // what that of a file says
	}{
		"a welcome":                       {sshtest.Config{Account: bashrc(`echo "*** Welcome to app1 ***"`), Subsystem: external}, nil, []string{`"*** Welcome to app1 ***"`, "~/.bashrc has it", guard, "packet too long"}},
		"a welcome of two bytes":          {sshtest.Config{Account: bashrc(`echo -n hi`), Subsystem: external}, nil, []string{`prints "hi"`, "~/.bashrc", guard}},
		"a variable":                      {sshtest.Config{Account: bashrc("x=there\n[ -n \"$x\" ] && echo \"hello $x\""), Subsystem: external}, nil, []string{`"hello there"`, "~/.bashrc", guard}},
		"sshd's own file":                 {sshtest.Config{Account: &sshtest.Account{Shell: "/bin/sh", Home: map[string]string{".ssh/rc": "echo rules apply"}}, Lines: []string{"PermitUserRC yes"}}, nil, nil},
		"a welcome, internal":             {sshtest.Config{Account: bashrc(`echo hello`)}, nil, nil},
		"zsh":                             {sshtest.Config{Account: &sshtest.Account{Shell: "/usr/bin/zsh", Home: map[string]string{".zshenv": "print -r -- 'from zsh'"}}, Subsystem: external}, nil, []string{"from zsh", "~/.zshenv has it", guard}},
		"fish":                            {sshtest.Config{Account: &sshtest.Account{Shell: "/usr/bin/fish", Home: map[string]string{".config/fish/config.fish": "echo from fish"}}, Subsystem: external}, nil, []string{"from fish", "~/.config/fish/config.fish has it", "status is-interactive; or return"}},
		"tcsh":                            {sshtest.Config{Account: &sshtest.Account{Shell: "/usr/bin/tcsh", Home: map[string]string{".cshrc": "echo from tcsh"}}, Subsystem: external}, nil, []string{"from tcsh", "~/.cshrc has it", "if (! $?prompt) exit"}},
		"it reads a line":                 {sshtest.Config{Account: bashrc("# read this\nalias ll='ls -l'\nread -r answer")}, []string{"reads standard input", "line 3 of ~/.bashrc", guard}, nil},
		"it reads all":                    {sshtest.Config{Account: bashrc("cat >/dev/null"), Subsystem: external}, []string{"reads standard input", "line 1 of ~/.bashrc"}, []string{"reads standard input", "does not answer"}},
		"it reads and prints":             {sshtest.Config{Account: bashrc("echo hello; cat")}, []string{"reads standard input", "line 1 of ~/.bashrc"}, nil},
		"another shell":                   {sshtest.Config{Account: bashrc("export A=b\nexec sh")}, []string{"runs another program in its place", "line 2 of ~/.bashrc"}, nil},
		"it ends":                         {sshtest.Config{Account: bashrc("exit 3")}, []string{"ends without running anything", "exit code 3", "line 1 of ~/.bashrc"}, nil},
		"it hangs":                        {sshtest.Config{Account: bashrc("sleep 1000")}, []string{"does not answer for 3s", "~/.bashrc"}, nil},
		"nologin":                         {sshtest.Config{Account: &sshtest.Account{Shell: "/usr/sbin/nologin"}}, []string{"/usr/sbin/nologin", "chsh -s /bin/sh slipway-tester"}, nil},
		"nologin, no files":               {sshtest.Config{Account: &sshtest.Account{Shell: "/usr/sbin/nologin"}, Subsystem: external}, []string{"chsh"}, []string{"chsh"}},
		"false":                           {sshtest.Config{Account: &sshtest.Account{Shell: "/bin/false"}}, []string{"/bin/false", "chsh"}, nil},
		"git-shell":                       {sshtest.Config{Account: &sshtest.Account{Shell: "/usr/bin/git-shell"}}, []string{"git-shell", "chsh"}, nil},
		"files only":                      {sshtest.Config{Account: &sshtest.Account{}, Lines: []string{"ForceCommand internal-sftp"}}, []string{"ForceCommand internal-sftp"}, nil},
		"a file that it reads":            {sshtest.Config{Account: &sshtest.Account{Home: map[string]string{".bashrc": "export A=1\n[ ! -f ~/.extra ] || . ~/.extra", ".extra": "B=$(cat /etc/hostname)\nread -r answer"}}}, []string{"reads standard input", "line 2 of ~/.extra"}, nil},
		"fish's directory":                {sshtest.Config{Account: &sshtest.Account{Shell: "/usr/bin/fish", Home: map[string]string{".config/fish/conf.d/greet.fish": "echo from a file"}}, Subsystem: external}, nil, []string{"from a file", "~/.config/fish/conf.d/greet.fish has it"}},
		"its guard, and a forced command": {sshtest.Config{Account: bashrc("case $- in\n  *i*) ;;\n  *) return ;;\nesac\nread x"), Lines: []string{"ForceCommand read x; eval \"$SSH_ORIGINAL_COMMAND\""}}, []string{"ForceCommand in its sshd_config", "reads standard input"}, []string{"ForceCommand in its sshd_config"}},
		"it goes on":                      {sshtest.Config{Account: bashrc("A=1 # x & y\nsleep 1000 &")}, []string{"goes on and keeps the output", "line 2 of ~/.bashrc", ">/dev/null 2>&1 &"}, nil},
		"it goes on, apart":               {sshtest.Config{Account: bashrc("sleep 1000 >/dev/null 2>&1 &")}, nil, nil},
		"no path":                         {sshtest.Config{Account: bashrc("A=1\nexport PATH=/nowhere")}, []string{"PATH of its login shell has no sh", "line 2 of ~/.bashrc"}, nil},
		"a forced command":                {sshtest.Config{Account: &sshtest.Account{}, Lines: []string{`ForceCommand eval "$SSH_ORIGINAL_COMMAND"`}}, nil, []string{"ForceCommand in its sshd_config", "/usr/lib/openssh/sftp-server"}},
		"a forced command says":           {sshtest.Config{Account: bashrc("true"), Lines: []string{`ForceCommand echo logged you; eval "$SSH_ORIGINAL_COMMAND"`}}, nil, []string{"ForceCommand in its sshd_config", "prints \"logged you\"", ">&2"}},
		"no such SFTP server":             {sshtest.Config{Account: &sshtest.Account{}, NoSFTP: true, Lines: []string{"Subsystem sftp /nowhere/sftp-server"}}, nil, []string{"ends at once", "Subsystem"}},
		"slow":                            {sshtest.Config{Account: bashrc("sleep 3.5")}, nil, nil},
		"an inner shell's guard":          {sshtest.Config{Account: bashrc("case $- in *i*) ;; *) return ;; esac\necho hello; read x"), Subsystem: external}, nil, nil},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := sshtest.Start(t, test.config)
			o := s.Options()
			o.Timeout = 3 * time.Second
			if name == "slow" {
				o.Timeout = 10 * time.Second
			}
			h := hostOf(t, o)
			var out strings.Builder
			err := h.Run(t.Context(), sh("echo 'it''s' $1", "here"), &out, nil)
			check(t, "a program", err, test.program)
			if test.program == nil && out.String() != "its here\n" {
				t.Errorf("output %q", out.String())
			}
			file := sshtest.AccountHome + "/a file"
			check(t, "a file", h.WriteFile(t.Context(), file, []byte("x"), 0o644), test.files)
			check(t, "a file on a new connection", hostOf(t, o).Remove(t.Context(), file), test.files)
		})
	}
}

func check(t *testing.T, what string, err error, want []string) {
	t.Helper()
	if len(want) > 0 {
		wantError(t, err, want...)
	} else if err != nil {
		t.Errorf("%s: %v", what, err)
	}
	if err != nil {
		t.Logf("%s: %v", what, err)
	}
}

// A shell that prints what it gets shows none of it in an error.
func TestLoginShellThatPrintsItsInput(t *testing.T) {
	t.Parallel()
	s := sshtest.Start(t, sshtest.Config{Account: &sshtest.Account{Home: map[string]string{".bashrc": "cat"}}})
	o := s.Options()
	o.Timeout = 2 * time.Second
	c := sh("echo")
	c.Env = []string{"PASSWORD=canary-5d1"}
	err := hostOf(t, o).Run(t.Context(), c, nil, nil)
	wantError(t, err, "standard input")
	if strings.Contains(err.Error(), "canary") || strings.Contains(err.Error(), "PASSWORD") {
		t.Errorf("the error has what was to be run: %v", err)
	}
}
