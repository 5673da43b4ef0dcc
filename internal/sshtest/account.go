package sshtest

import (
	"fmt"
	"os"
	"os/user"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
)

// Account is a user that only the server knows: it is in the passwd file of a mount
// namespace of the server's own, and has a home directory there. Only for root, on
// Linux.
type Account struct {
	// Shell is the login shell; /bin/bash when empty.
	Shell string
	// Home are files of the home directory.
	Home map[string]string
	// Groups that the user is in, of those of this machine.
	Groups []string
	// Sudoers are lines for sudo; none when empty.
	Sudoers string
}

// AccountName is the user's name, AccountHome the home directory as the server
// has it. Server.Home is where tests find it.
const (
	AccountName = "slipway-tester"
	AccountHome = "/home/" + AccountName

	accountID = 31847
)

// Home is the account's home directory as tests find it.
func (s *Server) Home() string { return filepath.Join(s.dir, "home") }

// ownNamespace says whether the server needs mounts of its own.
func (c Config) ownNamespace() bool { return c.Mount != "" || c.Account != nil || c.Prepare != "" }

// needNamespaces skips where there can be none.
func (s *Server) needNamespaces() {
	if s.config.ownNamespace() && (os.Getuid() != 0 || runtime.GOOS != "linux") {
		s.t.Skip("needs root on Linux: the SSH server gets mounts of its own")
	}
}

// needFile skips where a program is not there.
func needFile(t testing.TB, name string) {
	t.Helper()
	if _, err := os.Stat(name); err != nil {
		t.Skipf("not here (.ci/setup tests): %v", err)
	}
}

// namespaceScript makes the server's mounts, and then becomes "$@".
func (s *Server) namespaceScript() string {
	lines := []string{"set -e"}
	if s.config.Mount != "" {
		lines = append(lines, fmt.Sprintf("mkdir -p '%s'; mount --bind '%s' '%s'", s.config.Mount, s.Dir, s.config.Mount))
	}
	if s.config.Account != nil {
		etc := filepath.Join(s.dir, "etc")
		for _, file := range []string{"passwd", "group"} {
			lines = append(lines, fmt.Sprintf("mount --bind '%s/%s' /etc/%s", etc, file, file))
		}
		if s.config.Account.Sudoers != "" {
			lines = append(lines, fmt.Sprintf("mount --bind '%s/sudoers' /etc/sudoers", etc))
		}
		lines = append(lines, "mkdir -p /home; mount -t tmpfs -o mode=755 tmpfs /home",
			fmt.Sprintf("mkdir %s; mount --bind '%s' %s", AccountHome, s.Home(), AccountHome))
		// Docker's plugins may be root's own.
		plugins := AccountHome + "/.docker/cli-plugins"
		lines = append(lines, fmt.Sprintf(`if [ -d "$HOME/.docker/cli-plugins" ] && [ -d %s ]; then mount --bind "$HOME/.docker/cli-plugins" %s; fi`, plugins, plugins))
	}
	return strings.Join(append(lines, s.config.Prepare, `exec "$@"`), "\n")
}

// makeAccount writes the files that namespaceScript mounts.
func (s *Server) makeAccount() {
	a := s.config.Account
	if a == nil {
		return
	}
	s.t.Helper()
	s.User = AccountName
	shell := a.Shell
	if shell == "" {
		shell = "/bin/bash"
	}
	etc := filepath.Join(s.dir, "etc")
	if err := os.MkdirAll(etc, 0o755); err != nil {
		s.t.Fatal(err)
	}
	s.publish(filepath.Join(etc, "passwd"), read(s.t, "/etc/passwd")+fmt.Sprintf("%s:*:%d:%d::%s:%s\n", AccountName, accountID, accountID, AccountHome, shell), 0o644)
	groups := ""
	for line := range strings.Lines(read(s.t, "/etc/group")) {
		name, _, _ := strings.Cut(line, ":")
		line = strings.TrimSuffix(line, "\n")
		if slices.Contains(a.Groups, name) {
			if !strings.HasSuffix(line, ":") {
				line += ","
			}
			line += AccountName
		}
		groups += line + "\n"
	}
	s.publish(filepath.Join(etc, "group"), groups+fmt.Sprintf("%s:x:%d:\n", AccountName, accountID), 0o644)
	if a.Sudoers != "" {
		s.publish(filepath.Join(etc, "sudoers"), "root ALL=(ALL:ALL) ALL\n"+a.Sudoers+"\n", 0o440)
	}
	for name, content := range a.Home {
		s.publish(filepath.Join(s.Home(), name), content, 0o755)
	}
	s.publish(filepath.Join(s.Home(), ".ssh/authorized_keys"), read(s.t, filepath.Join(s.dir, "authorized_keys")), 0o600)
	if slices.Contains(a.Groups, "docker") {
		if _, err := user.LookupGroup("docker"); err != nil {
			s.t.Skip("this machine has no group docker")
		}
	}
	if err := os.MkdirAll(filepath.Join(s.Home(), ".docker/cli-plugins"), 0o755); err != nil {
		s.t.Fatal(err)
	}
	filepath.WalkDir(s.Home(), func(path string, _ os.DirEntry, _ error) error { return os.Lchown(path, accountID, accountID) })
}

// publish writes a file that others than root may have to read.
func (s *Server) publish(file, content string, mode os.FileMode) {
	s.t.Helper()
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		s.t.Fatal(err)
	}
	write(s.t, file, content)
	if err := os.Chmod(file, mode); err != nil {
		s.t.Fatal(err)
	}
}
