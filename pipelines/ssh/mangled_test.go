package ssh_test

import (
	"encoding/base64"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"git.example/slipway/internal/sshtest"
	"git.example/slipway/pipelines/secrets"
	"git.example/slipway/pipelines/ssh"
)

// Keys as settings of CI systems mangle them still log in.
func TestMangledKeys(t *testing.T) {
	t.Parallel()
	s := sshtest.Start(t, sshtest.Config{})
	dir := t.TempDir()
	kinds := map[string]string{"OpenSSH": readFile(t, s.Key)}
	for kind, args := range map[string][]string{"RSA": {"rsa", "-m", "PEM"}, "PKCS8": {"ecdsa", "-m", "PKCS8"}} {
		file := filepath.Join(dir, kind)
		sshtest.Keygen(t, file, args[0], append(args[1:], "-N", "")...)
		s.Authorize(file + ".pub")
		kinds[kind] = readFile(t, file)
	}
	encode := base64.StdEncoding.EncodeToString
	lines := func(separator string) func(string) string {
		return func(key string) string { return strings.ReplaceAll(strings.TrimSpace(key), "\n", separator) }
	}
	mangled := map[string]func(string) string{
		"as it is":                      func(k string) string { return k },
		"no last line end":              strings.TrimSpace,
		"blanks for line ends":          lines(" "),
		"nothing for line ends":         lines(""),
		"tabs for line ends":            lines("\t"),
		"carriage returns":              lines("\r\n"),
		"carriage returns alone":        lines("\r"),
		`\n for line ends`:              lines(`\n`),
		`\r\n for line ends`:            lines(`\r\n`),
		`\\n for line ends`:             lines(`\\n`),
		"%0A for line ends":             lines("%0A"),
		"line ends twice":               lines("\n\n"),
		"indented":                      lines("\n    "),
		"in quotation marks":            func(k string) string { return `"` + k + `"` },
		`in quotation marks, \n`:        func(k string) string { return `'"` + lines(`\n`)(k) + `\n"'` },
		"byte order mark":               func(k string) string { return "\uFEFF" + k },
		"base64":                        func(k string) string { return encode([]byte(k)) },
		"base64 in lines":               func(k string) string { return regexp.MustCompile(`.{76}`).ReplaceAllString(encode([]byte(k)), "$0\n") },
		"base64 of carriage returns":    func(k string) string { return encode([]byte(lines("\r\n")(k))) },
		"base64 without padding":        func(k string) string { return strings.TrimRight(encode([]byte(k)), "=") },
		"blanks in its first line, too": func(k string) string { return strings.ReplaceAll(lines("")(k), " ", "") },
	}
	for kind, key := range kinds {
		for name, mangle := range mangled {
			t.Run(kind+" "+name, func(t *testing.T) {
				t.Parallel()
				o := s.Options()
				o.Key = secrets.NewValue(mangle(key))
				if err := hostOf(t, o).Connect(t.Context()); err != nil {
					t.Error(err)
				}
			})
		}
	}
}

// What is no key is called what it is, and nothing of it is said.
func TestNotAKey(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := filepath.Join(dir, "key")
	sshtest.Keygen(t, file, "ed25519")
	locked, old := filepath.Join(dir, "locked"), filepath.Join(dir, "old")
	sshtest.Keygen(t, locked, "ed25519", "-N", "passphrase")
	sshtest.Keygen(t, old, "rsa", "-m", "PEM", "-N", "passphrase")
	key, public := readFile(t, file), readFile(t, file+".pub")
	lines := strings.Split(strings.TrimSpace(key), "\n")
	one := func(text string) string { return strings.ReplaceAll(text, "\n", " ") }
	tests := map[string]struct{ given, want string }{
		"encrypted":                 {readFile(t, locked), "is encrypted: add it to an agent"},
		"encrypted, in a line":      {one(readFile(t, locked)), "is encrypted: add it to an agent"},
		"encrypted PEM":             {readFile(t, old), "is encrypted: add it to an agent"},
		"encrypted PEM, in a line":  {one(readFile(t, old)), "is encrypted: add it to an agent"},
		"encrypted, base64":         {base64.StdEncoding.EncodeToString([]byte(readFile(t, locked))), "is encrypted: add it to an agent"},
		"public":                    {public, "is a public key; give the private one"},
		"public, base64":            {base64.StdEncoding.EncodeToString([]byte(public)), "is a public key; give the private one"},
		"public, in RFC 4716":       {"---- BEGIN SSH2 PUBLIC KEY ----\ncanary\n", "is a public key"},
		"PuTTY":                     {"PuTTY-User-Key-File-3: ssh-ed25519\ncanary\n", "is in PuTTY's form: convert it (puttygen"},
		"a line of known_hosts":     {"app1.example.com " + public, "is a line of known_hosts"},
		"a hashed one":              {hashed(t, "app1 "+public), "is a line of known_hosts"},
		"a path":                    {"/home/canary/.ssh/id_ed25519", "is a path, not a key: write file://PATH"},
		"a path in the home":        {"~/.ssh/canary", "is a path"},
		"a relative path":           {"canary.pem", "is a path"},
		"the first line":            {lines[0], "is just the first line of a key"},
		"the first line, in quotes": {`"` + lines[0] + `"`, "is just the first line of a key"},
		"without an end":            {strings.Join(lines[:len(lines)-1], "\n"), "is cut: it has no END line"},
		"without an end, in a line": {strings.Join(lines[:3], " "), "is cut: it has no END line"},
		"without a beginning":       {strings.Join(lines[2:], "\n"), "is cut: it has an END line and no BEGIN line"},
		"the middle missing":        {lines[0] + "\n" + lines[2] + "\n" + lines[len(lines)-1], "is no private key in PEM or OpenSSH form"},
		"a variable's name":         {"$SSH_PRIVATE_KEY", "is the name of a variable that nothing replaced"},
		"an expression":             {"${{ secrets.SSH_KEY }}", "is the name of a variable"},
		"asterisks":                 {"***", "was replaced by asterisks"},
		"a certificate":             {"-----BEGIN CERTIFICATE-----\ncanary\n-----END CERTIFICATE-----\n", "is a certificate"},
		"a fingerprint":             {sshtest.Fingerprint(t, file), "is a fingerprint"},
		"blanks":                    {" \n", "is empty"},
		"anything":                  {"canary and more of it", "is no private key in PEM or OpenSSH form"},
		"with a wrong letter":       {strings.Replace(key, lines[2][10:14], "!!!!", 1), "is no private key in PEM or OpenSSH form"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := ssh.Options{Address: sshtest.Address, Port: 1, User: "me", Key: secrets.NewValue(test.given), KeySource: "env://SSH_KEY"}
			err := hostOf(t, o).Connect(t.Context())
			wantError(t, err, "the key env://SSH_KEY "+test.want)
			for _, part := range append(strings.Fields(test.given), "canary") {
				if len(part) > 5 && part != "private" && strings.Contains(err.Error(), part) && part != "secrets.SSH_KEY" && part != "PRIVATE" {
					t.Errorf("%q is in %q", part, err)
				}
			}
		})
	}
}

// The body alone, without its first and last line, is a key.
func TestKeyWithoutItsFrame(t *testing.T) {
	t.Parallel()
	s := sshtest.Start(t, sshtest.Config{})
	lines := strings.Split(strings.TrimSpace(readFile(t, s.Key)), "\n")
	o := s.Options()
	o.Key = secrets.NewValue(strings.Join(lines[1:len(lines)-1], "\n"))
	if err := hostOf(t, o).Connect(t.Context()); err != nil {
		t.Error(err)
	}
}

// known_hosts that is given as a variable survives the same settings.
func TestMangledKnownHosts(t *testing.T) {
	t.Parallel()
	s := sshtest.Start(t, sshtest.Config{HostKeys: []string{"ed25519", "rsa"}})
	other := filepath.Join(t.TempDir(), "other")
	sshtest.Keygen(t, other, "ecdsa")
	text := "# 127.0.0.1:22 SSH-2.0-OpenSSH_9.2\nother.example " + readFile(t, other+".pub") + s.KnownHostsLines(s.Port)
	encode := base64.StdEncoding.EncodeToString
	tests := map[string]struct {
		given string
		want  string // in the error; empty: the host is known
	}{
		"as it is":             {text, ""},
		"blanks":               {strings.ReplaceAll(text, "\n", " "), ""},
		`\n`:                   {strings.ReplaceAll(text, "\n", `\n`), ""},
		"carriage returns":     {strings.ReplaceAll(text, "\n", "\r\n"), ""},
		"base64":               {encode([]byte(text)), ""},
		"base64 of blanks":     {encode([]byte(strings.ReplaceAll(text, "\n", " "))), ""},
		"base64 in lines":      {regexp.MustCompile(`.{76}`).ReplaceAllString(encode([]byte(text)), "$0\n"), ""},
		"in quotation marks":   {`"` + text + `"`, ""},
		"a byte order mark":    {"\uFEFF" + s.KnownHostsLines(s.Port), ""},
		"hashed, with blanks":  {strings.ReplaceAll(hashed(t, strings.TrimSpace(text)), "\n", " "), ""},
		"another, with blanks": {"a.example " + s.HostKey("rsa") + " b.example " + s.HostKey("ed25519"), "is not known"},
		"revoked, with blanks": {"@revoked * " + s.HostKey("ed25519") + " " + strings.ReplaceAll(s.KnownHostsLines(s.Port), "\n", " "), "revoked"},
		"only a comment":       {"# " + strings.TrimSpace(strings.ReplaceAll(s.KnownHostsLines(s.Port), "\n", " ")), "is not known"},
		"a public key":         {s.HostKey("ed25519"), "a public key without the host that it is of"},
		"a private key":        {readFile(t, s.Key), "is a private key"},
		"a fingerprint":        {s.Fingerprint("ed25519"), "write it as fingerprint"},
		"a path":               {"/home/ci/.ssh/known_hosts", "is a path"},
		"nothing":              {"\n", "is empty"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := s.Options()
			o.KnownHosts, o.KnownHostsData = nil, []byte(test.given)
			err := hostOf(t, o).Connect(t.Context())
			if test.want == "" && err != nil {
				t.Error(err)
			}
			if test.want != "" {
				wantError(t, err, test.want)
			}
		})
	}
}
