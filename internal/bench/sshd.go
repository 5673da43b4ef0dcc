package main

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strings"
	"time"
)

// sshServer is a real sshd on loopback, with a key that may log in.
type sshServer struct {
	address, user   string // the address has the port
	key, knownHosts string // files
	process         *os.Process
}

func (s *sample) startSSH(ctx context.Context) (*sshServer, error) {
	path, err := exec.LookPath("sshd")
	if err != nil {
		path, err = exec.LookPath("/usr/sbin/sshd")
	}
	if err != nil {
		return nil, fmt.Errorf("%w: it needs sshd", errSkipped)
	}
	me, err := user.Current()
	if err != nil {
		return nil, err
	}
	dir := filepath.Join(s.dir, "sshd")
	server := &sshServer{user: me.Username, key: filepath.Join(dir, "user"), knownHosts: filepath.Join(dir, "known_hosts")}
	if server.address, err = freeAddress(); err != nil {
		return nil, err
	}
	if err := os.Mkdir(dir, 0o700); err != nil {
		return nil, err
	}
	for _, file := range []string{"user", "host"} {
		if _, err := timed(ctx, s.command("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", filepath.Join(dir, file))); err != nil {
			return nil, err
		}
	}
	hostKey, err := os.ReadFile(filepath.Join(dir, "host.pub"))
	if err != nil {
		return nil, err
	}
	host, port, err := net.SplitHostPort(server.address)
	if err != nil {
		return nil, err
	}
	lines := []string{
		"ListenAddress " + server.address, "PidFile none", "UsePAM no", "StrictModes no", "PasswordAuthentication no",
		"PermitRootLogin prohibit-password", "HostKey " + filepath.Join(dir, "host"),
		"AuthorizedKeysFile " + server.key + ".pub", "Subsystem sftp internal-sftp",
		"SetEnv SHLVL=1", // else a bash reads the user's .bashrc, whatever is in it
	}
	for file, content := range map[string]string{
		"sshd_config": strings.Join(lines, "\n") + "\n", "known_hosts": fmt.Sprintf("[%s]:%s %s", host, port, hostKey),
	} {
		if err := write(filepath.Join(dir, file), content); err != nil {
			return nil, err
		}
	}
	if os.Getuid() == 0 {
		_ = os.MkdirAll("/run/sshd", 0o755) // else sshd says that it needs it
	}
	sshd := s.command(path, "-D", "-e", "-f", filepath.Join(dir, "sshd_config"))
	if err := sshd.Start(); err != nil {
		return nil, err
	}
	server.process = sshd.Process
	go sshd.Wait()
	return server, server.answers(ctx)
}

// answers waits until it takes connections.
func (s *sshServer) answers(ctx context.Context) error {
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(20 * time.Millisecond) {
		conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", s.address)
		if err == nil {
			return conn.Close()
		}
		if ctx.Err() != nil || time.Now().After(deadline) {
			return err
		}
	}
}

func (s *sshServer) stop() { _ = s.process.Kill() } // it may have ended

// command is the plain tool's way to run something there.
func (s *sshServer) command(p *project, line string) *exec.Cmd {
	host, port, _ := net.SplitHostPort(s.address)
	return p.in("ssh", "-i", s.key, "-o", "UserKnownHostsFile="+s.knownHosts, "-o", "IdentitiesOnly=yes", "-p", port, s.user+"@"+host, line)
}
