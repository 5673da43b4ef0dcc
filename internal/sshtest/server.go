// Package sshtest runs real SSH servers for tests. Each has its own port, keys
// and known_hosts file, and an empty directory to deploy to:
//
//	a := sshtest.Start(t, sshtest.Config{})
//	b := sshtest.Start(t, sshtest.Config{MaxSessions: 2})
//	host := ssh.NewPool().Host(a.Options()) // logs in with a key, knows the server's key
//	host.WriteFile(ctx, a.Dir+"/file", ...)
//
// A Proxy in front of a server cuts or freezes its connections. The user is the
// one who runs the test; all servers see the same files. Where there is no sshd
// the test is skipped.
package sshtest

import (
	"bufio"
	"cmp"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"git.example/slipway/pipelines/secrets"
	"git.example/slipway/pipelines/ssh"
)

// Config is how a server differs from the usual one.
type Config struct {
	// HostKeys are the types of the server's keys, as ssh-keygen -t takes them;
	// ed25519 when there are none.
	HostKeys []string
	// MaxSessions is sshd's own; 10 when zero.
	MaxSessions int
	// NoSFTP leaves the sftp subsystem out.
	NoSFTP bool
	// Mount is an absolute path at which who logs in finds Dir, in a mount namespace
	// of the server's own: several servers can so be hosts with the same paths. It
	// is made if it does not exist. Only for root, on Linux.
	Mount string
	// Env is added to the environment of programs, as KEY=value.
	Env []string
	// Account is a user of the server's own; the one who runs the test when nil.
	Account *Account
	// Prepare is a shell script that root runs before the server starts, in a mount
	// namespace of its own. Only for root, on Linux.
	Prepare string
	// Subsystem is the sftp server; internal-sftp when empty.
	Subsystem string
	// Lines are more lines of sshd_config. They come first, and sshd takes the
	// first value of an option.
	Lines []string
}

// Server is a running sshd on 127.0.0.1.
type Server struct {
	Port int
	User string
	// Dir is an empty directory, to deploy to.
	Dir string
	// Key is the file of the private key that may log in. Its public half is
	// beside it, with .pub.
	Key string
	// KnownHosts is a file with the server's keys.
	KnownHosts string

	t      testing.TB
	dir    string // keys and configuration
	config Config
	sshd   *exec.Cmd
	ended  chan struct{}
}

// Address is where servers listen.
const Address = "127.0.0.1"

// Start starts a server that runs until the test ends.
func Start(t testing.TB, c Config) *Server {
	t.Helper()
	if len(c.HostKeys) == 0 {
		c.HostKeys = []string{"ed25519"}
	}
	me, err := user.Current()
	if err != nil {
		t.Fatal(err)
	}
	s := &Server{User: me.Username, Dir: t.TempDir(), t: t, dir: t.TempDir(), config: c}
	if _, err := sshd(); err != nil {
		t.Skipf("no sshd here (Debian's package openssh-server, .ci/setup tests): %v", err)
	}
	s.needNamespaces()
	if sftp := strings.Fields(c.Subsystem); len(sftp) > 0 && filepath.IsAbs(sftp[0]) {
		needFile(t, sftp[0])
	}
	if c.Account != nil && c.Account.Shell != "" {
		needFile(t, c.Account.Shell)
	}
	s.Key = filepath.Join(s.dir, "user")
	Keygen(t, s.Key, "ed25519")
	s.Authorize(s.Key + ".pub")
	for _, kind := range c.HostKeys {
		Keygen(t, s.hostKey(kind), kind)
	}
	s.makeAccount()
	t.Cleanup(s.Stop)
	for tries := 0; ; tries++ {
		s.Port = freePort(t)
		err := s.start()
		if err == nil {
			break
		}
		if tries == 5 { // somebody else may have taken the port
			t.Fatalf("starting sshd: %v\n%s", err, s.Log())
		}
	}
	s.KnownHosts = filepath.Join(s.dir, "known_hosts")
	write(t, s.KnownHosts, s.KnownHostsLines(s.Port))
	return s
}

// Options are how to reach the server: with its key, which known_hosts has.
func (s *Server) Options() ssh.Options {
	return ssh.Options{
		Address: Address, Port: s.Port, User: s.User,
		Key: secrets.NewValue(read(s.t, s.Key)), KeySource: "env://SSH_KEY",
		KnownHosts: []string{s.KnownHosts},
	}
}

// KnownHostsLines are the server's keys as known_hosts has them for a port.
func (s *Server) KnownHostsLines(port int) string {
	var b strings.Builder
	for _, kind := range s.config.HostKeys {
		fmt.Fprintf(&b, "[%s]:%d %s\n", Address, port, s.HostKey(kind))
	}
	return b.String()
}

// HostKey is the server's public key of a type: "ssh-ed25519 AAAA…".
func (s *Server) HostKey(kind string) string {
	fields := strings.Fields(read(s.t, s.hostKey(kind)+".pub"))
	return strings.Join(fields[:2], " ")
}

// Fingerprint is the fingerprint of the server's key of a type: "SHA256:…".
func (s *Server) Fingerprint(kind string) string { return Fingerprint(s.t, s.hostKey(kind)+".pub") }

// NewHostKey gives the server another key of a type. It takes effect when the
// server is started again.
func (s *Server) NewHostKey(kind string) {
	s.t.Helper()
	os.Remove(s.hostKey(kind))
	Keygen(s.t, s.hostKey(kind), kind)
}

// Authorize lets one more public key log in.
func (s *Server) Authorize(publicKey string) {
	s.t.Helper()
	file := filepath.Join(s.dir, "authorized_keys")
	old, _ := os.ReadFile(file)
	write(s.t, file, string(old)+read(s.t, publicKey))
}

// Log is what sshd logged.
func (s *Server) Log() string {
	log, _ := os.ReadFile(filepath.Join(s.dir, "log"))
	return string(log)
}

// Logins is how often somebody logged in.
func (s *Server) Logins() int { return strings.Count(s.Log(), "Accepted publickey for ") }

// PID is the server's process.
func (s *Server) PID() int { return s.sshd.Process.Pid }

// Stop ends the server with its connections and what they run. It can be
// started again.
func (s *Server) Stop() {
	if s.sshd == nil {
		return
	}
	children := descendants(s.sshd.Process.Pid)
	s.sshd.Process.Kill()
	<-s.ended
	for _, pid := range append(children, descendants(children...)...) {
		if p, err := os.FindProcess(pid); err == nil {
			p.Kill()
		}
	}
	s.sshd = nil
}

// Restart starts the server on the same port, after ending it.
func (s *Server) Restart() {
	s.t.Helper()
	s.Stop()
	if err := s.start(); err != nil {
		s.t.Fatalf("starting sshd again: %v\n%s", err, s.Log())
	}
}

// authorizedKeys is where sshd, as the user, reads who may log in.
func (s *Server) authorizedKeys() string {
	if s.config.Account != nil {
		return ".ssh/authorized_keys"
	}
	return filepath.Join(s.dir, "authorized_keys")
}

func (s *Server) hostKey(kind string) string { return filepath.Join(s.dir, "host_"+kind) }

func (s *Server) start() error {
	path, err := sshd()
	if err != nil {
		return err
	}
	if os.Getuid() == 0 {
		os.MkdirAll("/run/sshd", 0o755) // sshd insists on it; Debian's service makes it
	}
	config := filepath.Join(s.dir, "sshd_config")
	write(s.t, config, s.sshdConfig())
	args := []string{path, "-D", "-f", config, "-E", filepath.Join(s.dir, "log"), "-p", strconv.Itoa(s.Port)}
	if s.config.ownNamespace() {
		args = append([]string{"unshare", "--mount", "--propagation", "private", "sh", "-c", s.namespaceScript(), "sh"}, args...)
	}
	s.sshd = exec.Command(args[0], args[1:]...)
	if err := s.sshd.Start(); err != nil {
		s.sshd = nil
		return err
	}
	s.ended = make(chan struct{})
	go func(cmd *exec.Cmd, ended chan struct{}) {
		cmd.Wait()
		close(ended)
	}(s.sshd, s.ended)
	for deadline := time.Now().Add(time.Minute); ; {
		if answers(s.Port) {
			return nil
		}
		select {
		case <-s.ended:
			s.sshd = nil
			return fmt.Errorf("it ended")
		case <-time.After(10 * time.Millisecond):
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("it does not answer")
		}
	}
}

func (s *Server) sshdConfig() string {
	lines := append([]string{}, s.config.Lines...)
	// A bash that sshd starts reads .bashrc, unless it takes itself for an inner
	// one: tests are not to depend on what the user has in there.
	env := s.config.Env
	if s.config.Account == nil {
		env = append([]string{"SHLVL=1"}, env...)
	}
	if len(env) > 0 {
		lines = append(lines, "SetEnv "+strings.Join(env, " "))
	}
	lines = append(lines,
		"ListenAddress "+Address, "PidFile none", "LogLevel VERBOSE", "UsePAM no", "StrictModes no",
		"PasswordAuthentication no", "KbdInteractiveAuthentication no", "PermitRootLogin prohibit-password",
		"AuthorizedKeysFile "+s.authorizedKeys(), "MaxStartups 100")
	for _, kind := range s.config.HostKeys {
		lines = append(lines, "HostKey "+s.hostKey(kind))
	}
	if s.config.MaxSessions > 0 {
		lines = append(lines, "MaxSessions "+strconv.Itoa(s.config.MaxSessions))
	}
	if !s.config.NoSFTP {
		lines = append(lines, "Subsystem sftp "+cmp.Or(s.config.Subsystem, "internal-sftp"))
	}
	return strings.Join(lines, "\n") + "\n"
}

// sshd is the absolute path of sshd, which it must be run by.
func sshd() (string, error) {
	path, err := exec.LookPath("sshd")
	if err != nil {
		path, err = exec.LookPath("/usr/sbin/sshd")
	}
	return path, err
}

func freePort(t testing.TB) int {
	t.Helper()
	l, err := net.Listen("tcp", Address+":0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}

// answers says whether an SSH server says hello.
func answers(port int) bool {
	conn, err := net.DialTimeout("tcp", net.JoinHostPort(Address, strconv.Itoa(port)), time.Second)
	if err != nil {
		return false
	}
	defer conn.Close()
	conn.SetReadDeadline(time.Now().Add(10 * time.Second))
	line, _ := bufio.NewReader(conn).ReadString('\n')
	return strings.HasPrefix(line, "SSH-2.0-")
}
