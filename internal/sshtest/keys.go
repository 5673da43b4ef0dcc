package sshtest

import (
	"os"
	"os/exec"
	"strings"
	"testing"
)

// Keygen makes a key without a passphrase in a new file, its public half
// beside it with .pub. More are further arguments of ssh-keygen, such as
// "-N", "passphrase".
func Keygen(t testing.TB, file, kind string, more ...string) {
	t.Helper()
	args := []string{"-q", "-t", kind, "-C", "test", "-f", file}
	if len(more) == 0 {
		more = []string{"-N", ""}
	}
	if kind == "rsa" {
		args = append(args, "-b", "2048")
	}
	run(t, "ssh-keygen", append(args, more...)...)
}

// Fingerprint is the fingerprint of a key file: "SHA256:…".
func Fingerprint(t testing.TB, file string) string {
	t.Helper()
	return strings.Fields(run(t, "ssh-keygen", "-l", "-f", file))[1]
}

// Agent runs an SSH agent with keys until the test ends, and gives its socket.
func Agent(t testing.TB, keys ...string) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "agent") // the path of a socket must be short
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	path, err := exec.LookPath("ssh-agent")
	if err != nil {
		t.Skipf("no ssh-agent here: %v", err)
	}
	socket := dir + "/socket"
	agent := exec.Command(path, "-D", "-a", socket)
	if err := agent.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		agent.Process.Kill()
		agent.Wait()
	})
	WaitFor(t, "the agent's socket", func() bool { _, err := os.Stat(socket); return err == nil })
	for _, key := range keys {
		add := exec.Command("ssh-add", "-q", key)
		add.Env = append(os.Environ(), "SSH_AUTH_SOCK="+socket)
		if out, err := add.CombinedOutput(); err != nil {
			t.Fatalf("ssh-add: %v\n%s", err, out)
		}
	}
	return socket
}

func run(t testing.TB, name string, args ...string) string {
	t.Helper()
	out, err := exec.Command(name, args...).CombinedOutput()
	if err != nil {
		t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
	}
	return string(out)
}

func read(t testing.TB, file string) string {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func write(t testing.TB, file, content string) {
	t.Helper()
	if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}
