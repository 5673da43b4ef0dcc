package ssh_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"git.example/slipway/internal/sshtest"
	"git.example/slipway/pipelines/ssh"
)

func TestHostKeys(t *testing.T) {
	t.Parallel()
	s := sshtest.Start(t, sshtest.Config{HostKeys: []string{"ed25519", "ecdsa", "rsa"}})
	other := filepath.Join(t.TempDir(), "other")
	sshtest.Keygen(t, other, "ed25519")
	otherKey := strings.Join(strings.Fields(readFile(t, other+".pub"))[:2], " ")
	at := fmt.Sprintf("[%s]:%d", sshtest.Address, s.Port)
	tests := map[string]struct {
		lines  []string
		pinned []string
		want   []string // in the error; none: the host is trusted
	}{
		"known by ed25519":       {lines: []string{at + " " + s.HostKey("ed25519")}},
		"known by RSA only":      {lines: []string{at + " " + s.HostKey("rsa")}},
		"known by ECDSA only":    {lines: []string{at + " " + s.HostKey("ecdsa")}},
		"known by several names": {lines: []string{"# a comment", "", "other.example," + at + " " + s.HostKey("rsa") + " a comment"}},
		"one of two":             {lines: []string{at + " " + otherKey, at + " " + s.HostKey("ed25519")}},
		"lines nobody reads":     {lines: []string{"nonsense", "a b c", "h ssh-new AAAA", "@what h ssh-rsa A", at + " " + s.HostKey("rsa")}},
		"hashed":                 {lines: []string{hashed(t, at+" "+s.HostKey("rsa"))}},
		"nothing":                {want: []string{"its host key ssh-ed25519 " + s.Fingerprint("ed25519") + " is not known", "ssh-keyscan -p ", "fingerprint: SHA256:"}},
		"known without port":     {lines: []string{sshtest.Address + " " + s.HostKey("rsa")}},
		"another without port":   {lines: []string{sshtest.Address + " " + otherKey}, want: []string{s.Fingerprint("ed25519") + " is not known"}},
		"changed, not portless":  {lines: []string{at + " " + otherKey, sshtest.Address + " " + s.HostKey("ed25519")}, want: []string{sshtest.Fingerprint(t, other)}},
		"known by a pattern":     {lines: []string{"127.*,!127.0.0.2 " + s.HostKey("ed25519")}},
		"not by that pattern":    {lines: []string{"127.*,!127.0.0.1 " + s.HostKey("ed25519")}, want: []string{"is not known"}},
		"changed":                {lines: []string{"# one", at + " " + otherKey}, want: []string{s.Fingerprint("ed25519"), "known_hosts:2", sshtest.Fingerprint(t, other), "ssh-keygen -R"}},
		"revoked":                {lines: []string{"@revoked * " + s.HostKey("ed25519"), at + " " + s.HostKey("ed25519")}, want: []string{"revoked", "known_hosts:1", s.Fingerprint("ed25519")}},
		"pinned":                 {pinned: []string{s.Fingerprint("ed25519")}},
		"pinned RSA":             {pinned: []string{s.Fingerprint("rsa")}},
		"pinned, with padding":   {pinned: []string{s.Fingerprint("ecdsa") + "="}},
		"one of two pinned":      {pinned: []string{sshtest.Fingerprint(t, other), s.Fingerprint("rsa")}},
		"pinned another":         {lines: []string{at + " " + s.HostKey("ed25519")}, pinned: []string{sshtest.Fingerprint(t, other)}, want: []string{s.Fingerprint("ed25519"), s.Fingerprint("rsa"), sshtest.Fingerprint(t, other) + " is pinned"}},
		"no fingerprint":         {pinned: []string{"MD5:aa:bb"}, want: []string{`"MD5:aa:bb"`, "SHA256:"}},
		"half a fingerprint":     {pinned: []string{"SHA256:aGVsbG8"}, want: []string{"43 characters"}},
	}
	for name, test := range tests {
		for _, asData := range []bool{false, true} {
			if asData && len(test.lines) == 0 {
				continue
			}
			t.Run(fmt.Sprint(name, " as data ", asData), func(t *testing.T) {
				t.Parallel()
				o := s.Options()
				content := strings.Join(test.lines, "\n") + "\n"
				file := filepath.Join(t.TempDir(), "known_hosts")
				o.Fingerprints, o.KnownHosts = test.pinned, []string{"/no/such", file}
				if asData {
					o.KnownHosts, o.KnownHostsData = nil, []byte(content)
				} else {
					writeFile(t, file, content)
				}
				err := hostOf(t, o).Connect(t.Context())
				if len(test.want) == 0 {
					if err != nil {
						t.Error(err)
					}
					return
				}
				wantError(t, err, append(test.want, "connecting to "+o.String())...)
			})
		}
	}
}

// A host that shows only keys of another kind than the one that we know.
func TestHostKeyOfAnotherKind(t *testing.T) {
	t.Parallel()
	s := sshtest.Start(t, sshtest.Config{HostKeys: []string{"ed25519"}})
	known := filepath.Join(t.TempDir(), "key")
	sshtest.Keygen(t, known, "rsa")
	o := s.Options()
	o.KnownHosts = nil
	o.KnownHostsData = fmt.Appendf(nil, "[%s]:%d %s", sshtest.Address, s.Port, readFile(t, known+".pub"))
	wantError(t, hostOf(t, o).Connect(t.Context()), s.Fingerprint("ed25519"), "the given known_hosts:1", sshtest.Fingerprint(t, known))
}

// The key changes under a running pool: the next connection is refused.
func TestHostKeyChanges(t *testing.T) {
	t.Parallel()
	h, s := newHost(t, sshtest.Config{})
	if err := h.Connect(t.Context()); err != nil {
		t.Fatal(err)
	}
	before := s.Fingerprint("ed25519")
	s.NewHostKey("ed25519")
	s.Restart()
	_, err := h.List(t.Context(), s.Dir)
	wantError(t, err, before, s.Fingerprint("ed25519"))
}

func TestHostCertificates(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	authority, hostKey := filepath.Join(dir, "authority"), filepath.Join(dir, "host")
	sshtest.Keygen(t, authority, "ed25519")
	sshtest.Keygen(t, hostKey, "ed25519")
	sign := exec.Command("ssh-keygen", "-q", "-s", authority, "-h", "-I", "host", "-n", sshtest.Address, hostKey+".pub")
	if out, err := sign.CombinedOutput(); err != nil {
		t.Fatalf("%v %s", err, out)
	}
	certified := sshtest.Start(t, sshtest.Config{Lines: []string{"HostKey " + hostKey, "HostCertificate " + hostKey + "-cert.pub"}})
	plain := sshtest.Start(t, sshtest.Config{})
	line := "@cert-authority * " + readFile(t, authority+".pub")
	tests := map[string]struct {
		server *sshtest.Server
		lines  string
		want   []string
	}{
		"signed":                        {server: certified, lines: line},
		"not signed":                    {server: plain, lines: line, want: []string{"certificates signed by ssh-ed25519 " + sshtest.Fingerprint(t, authority), plain.Fingerprint("ed25519")}},
		"revoked":                       {server: certified, lines: line + "@revoked * " + readFile(t, authority+".pub"), want: []string{"refused"}},
		"plain key of a certified host": {server: certified, lines: fmt.Sprintf("[%s]:%d %s", sshtest.Address, certified.Port, readFile(t, hostKey+".pub"))},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := test.server.Options()
			o.KnownHosts, o.KnownHostsData = nil, []byte(test.lines)
			err := hostOf(t, o).Connect(t.Context())
			if len(test.want) > 0 {
				wantError(t, err, test.want...)
			} else if err != nil {
				t.Error(err)
			}
		})
	}
}

func hashed(t *testing.T, line string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "known_hosts")
	writeFile(t, file, line+"\n")
	if out, err := exec.Command("ssh-keygen", "-q", "-H", "-f", file).CombinedOutput(); err != nil {
		t.Fatalf("%v %s", err, out)
	}
	return strings.TrimSpace(readFile(t, file))
}

func readFile(t *testing.T, name string) string {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func writeFile(t *testing.T, name, content string) {
	t.Helper()
	if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestOptionsString(t *testing.T) {
	tests := map[string]struct {
		options ssh.Options
		want    string
	}{
		"usual":        {ssh.Options{Address: "app1", User: "deploy"}, "deploy@app1"},
		"port":         {ssh.Options{Address: "app1", User: "deploy", Port: 2222}, "deploy@app1:2222"},
		"usual port":   {ssh.Options{Address: "app1", User: "deploy", Port: 22}, "deploy@app1"},
		"IPv6":         {ssh.Options{Address: "2001:db8::1", User: "deploy"}, "deploy@2001:db8::1"},
		"IPv6 at port": {ssh.Options{Address: "2001:db8::1", User: "deploy", Port: 2222}, "deploy@[2001:db8::1]:2222"},
		"no user":      {ssh.Options{Address: "app1"}, "app1"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if got := test.options.String(); got != test.want {
				t.Errorf("%q", got)
			}
		})
	}
}
