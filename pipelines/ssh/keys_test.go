package ssh_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"git.example/slipway/internal/sshtest"
	"git.example/slipway/pipelines/secrets"
	"git.example/slipway/pipelines/ssh"
)

func TestKeys(t *testing.T) {
	t.Parallel()
	s := sshtest.Start(t, sshtest.Config{})
	dir := t.TempDir()
	key := func(name, kind string, more ...string) string {
		file := filepath.Join(dir, name)
		sshtest.Keygen(t, file, kind, more...)
		return file
	}
	stranger, stranger2 := key("stranger", "ed25519"), key("stranger2", "ecdsa")
	rsa, pem := key("rsa", "rsa"), key("pem", "rsa", "-m", "PEM", "-N", "")
	locked := key("locked", "ed25519", "-N", "passphrase")
	for _, file := range []string{rsa, pem, locked} {
		s.Authorize(file + ".pub")
	}
	broken := filepath.Join(dir, "broken")
	writeFile(t, broken, "-----BEGIN OPENSSH PRIVATE KEY-----\ncanary\n-----END OPENSSH PRIVATE KEY-----\n")
	emptyAgent, agent, strangers := sshtest.Agent(t), sshtest.Agent(t, stranger, rsa), sshtest.Agent(t, stranger, stranger2)
	if err := os.Chmod(rsa, 0o644); err != nil { // others may read it; that is not ours to judge
		t.Fatal(err)
	}
	plain := readFile(t, s.Key)
	given := func(file string) secrets.Value { return secrets.NewValue(readFile(t, file)) }
	tests := map[string]struct {
		options ssh.Options
		want    []string // in the error; none: it gets in
	}{
		"given":                     {options: ssh.Options{Key: secrets.NewValue(plain)}},
		"without its last line end": {options: ssh.Options{Key: secrets.NewValue(strings.TrimSpace(plain))}},
		"with carriage returns":     {options: ssh.Options{Key: secrets.NewValue(strings.ReplaceAll(plain, "\n", "\r\n"))}},
		"RSA":                       {options: ssh.Options{Key: given(rsa)}},
		"PEM":                       {options: ssh.Options{Key: given(pem)}},
		"agent":                     {options: ssh.Options{Agent: agent}},
		"file":                      {options: ssh.Options{KeyFiles: []string{"/no/such", rsa}}},
		"file after others":         {options: ssh.Options{Key: given(stranger), Agent: strangers, KeyFiles: []string{stranger2, broken, rsa}}},
		"locked, but in the agent":  {options: ssh.Options{Agent: agent, KeyFiles: []string{locked}}},
		"no agent, but a file":      {options: ssh.Options{Agent: "/no/such", KeyFiles: []string{rsa}}},
		"all refused": {
			options: ssh.Options{Key: given(stranger), KeySource: "env://SSH_KEY", Agent: strangers, KeyFiles: []string{locked, broken}},
			want: []string{
				"refused user \"" + s.User + "\"", "ssh-ed25519 " + sshtest.Fingerprint(t, stranger) + " (env://SSH_KEY)",
				"ecdsa-sha2-nistp256 " + sshtest.Fingerprint(t, stranger2) + " (SSH agent)",
				locked + " is encrypted", broken + " is no private key", "ssh-copy-id -p ", "authorized_keys",
			},
		},
		"locked":         {options: ssh.Options{Key: given(locked), KeySource: "env://SSH_KEY"}, want: []string{"env://SSH_KEY is encrypted: add it to an agent"}},
		"locked file":    {options: ssh.Options{KeyFiles: []string{locked}}, want: []string{locked + " is encrypted: add it to an agent (ssh-add)"}},
		"broken":         {options: ssh.Options{Key: given(broken), KeySource: "env://SSH_KEY"}, want: []string{"env://SSH_KEY is no private key"}},
		"a public key":   {options: ssh.Options{Key: given(rsa + ".pub"), KeySource: "env://SSH_KEY"}, want: []string{"env://SSH_KEY is a public key"}},
		"PuTTY's form":   {options: ssh.Options{Key: secrets.NewValue("PuTTY-User-Key-File-3: ssh-ed25519\n")}, want: []string{"puttygen"}},
		"a directory":    {options: ssh.Options{KeyFiles: []string{dir}}, want: []string{dir}},
		"none":           {want: []string{"no key to log in with: give a key"}},
		"no such files":  {options: ssh.Options{KeyFiles: []string{"/no/such"}}, want: []string{"no key to log in with: there is no /no/such"}},
		"no such agent":  {options: ssh.Options{Agent: "/no/such"}, want: []string{"no SSH agent answers at /no/such"}},
		"an empty agent": {options: ssh.Options{Agent: emptyAgent}, want: []string{"has no keys; add one with ssh-add"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := test.options
			known := s.Options()
			o.Address, o.Port, o.User, o.KnownHosts = known.Address, known.Port, known.User, known.KnownHosts
			err := hostOf(t, o).Connect(t.Context())
			if len(test.want) == 0 {
				if err != nil {
					t.Error(err)
				}
				return
			}
			wantError(t, err, append(test.want, "connecting to "+o.String())...)
			if strings.Contains(err.Error(), "canary") {
				t.Error(err)
			}
		})
	}
}

func TestNoKeysAllowed(t *testing.T) {
	t.Parallel()
	h, _ := newHost(t, sshtest.Config{Lines: []string{"PubkeyAuthentication no", "PasswordAuthentication yes"}})
	wantError(t, h.Connect(t.Context()), "lets nobody log in with a key, only by password")
}

// sshd gives up after MaxAuthTries keys.
func TestTooManyKeys(t *testing.T) {
	t.Parallel()
	s := sshtest.Start(t, sshtest.Config{Lines: []string{"MaxAuthTries 2"}})
	o := s.Options()
	o.Key = secrets.Value{}
	for _, name := range []string{"a", "b", "c"} {
		file := filepath.Join(t.TempDir(), name)
		sshtest.Keygen(t, file, "ed25519")
		o.KeyFiles = append(o.KeyFiles, file)
	}
	o.KeyFiles = append(o.KeyFiles, s.Key)
	wantError(t, hostOf(t, o).Connect(t.Context()), "give the right key alone")
}
