package sshtest

import (
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// OpenSSH's own client gets in, also after the server was started again.
func TestStart(t *testing.T) {
	t.Parallel()
	s := Start(t, Config{HostKeys: []string{"ed25519", "rsa"}, Env: []string{"GREETING=hello"}})
	client := func() string {
		t.Helper()
		return run(t, "ssh", "-F", "none", "-i", s.Key, "-p", strconv.Itoa(s.Port), "-o", "BatchMode=yes",
			"-o", "UserKnownHostsFile="+s.KnownHosts, s.User+"@"+Address, "echo $GREETING")
	}
	for range 2 {
		if got := strings.TrimSpace(client()); got != "hello" {
			t.Errorf("output: %q", got)
		}
		s.Restart()
	}
	if got := s.Logins(); got != 2 {
		t.Errorf("logins: %d", got)
	}
	if got := s.Fingerprint("rsa"); !strings.HasPrefix(got, "SHA256:") {
		t.Errorf("fingerprint: %q", got)
	}
}

func TestAgent(t *testing.T) {
	t.Parallel()
	key := filepath.Join(t.TempDir(), "key")
	Keygen(t, key, "ed25519")
	list := exec.Command("ssh-add", "-l")
	list.Env = []string{"SSH_AUTH_SOCK=" + Agent(t, key)}
	out, err := list.CombinedOutput()
	if err != nil || !strings.Contains(string(out), Fingerprint(t, key)) {
		t.Errorf("%v\n%s", err, out)
	}
}
