package ssh

import (
	"bytes"
	"strings"

	xssh "golang.org/x/crypto/ssh"

	"git.example/slipway/pipelines/lazy"
)

// notAKey says why data is no private key, and what to do about it. It holds no
// part of data.
func notAKey(data []byte) string {
	text := plainText(string(data))
	if inner := plainText(decoded(text)); inner != "" && isText(inner) {
		text = inner // what was encoded is what to say something of
	}
	for _, cause := range keyCauses {
		if cause.is(text) {
			return cause.says
		}
	}
	return "is no private key in PEM or OpenSSH form"
}

// keyCauses are what is taken for a key by mistake, the surest first.
var keyCauses = []struct {
	is   func(string) bool
	says string
}{
	{func(s string) bool { return s == "" }, "is empty; is the variable set for this job, branch or environment?"},
	{prefixed("PuTTY-User-Key-File"), "is in PuTTY's form: convert it (puttygen key.ppk -O private-openssh -o key)"},
	{knownHostsEntry, "is a line of known_hosts, which has the key of a host; that belongs into known-hosts, and key is the private key of the user"},
	{publicKey, "is a public key; give the private one, which is in the file without .pub"},
	{prefixed("-----BEGIN CERTIFICATE"), "is a certificate, no private key"},
	{prefixed("SHA256:"), "is a fingerprint, no private key"},
	{func(s string) bool { return variable().MatchString(s) }, "is the name of a variable that nothing replaced"},
	{func(s string) bool { return masked().MatchString(s) }, "was replaced by asterisks, as CI systems show secrets: it was copied from a log or a settings page"},
	{firstLineOnly, "is just the first line of a key: the setting was cut at a line end; store it as a file, or in one line as base64 (base64 -w0 KEY)"},
	{cut, "is cut: it has no END line; copy all of it, or store it in one line as base64 (base64 -w0 KEY)"},
	{headless, "is cut: it has an END line and no BEGIN line; copy all of it, or store it in one line as base64 (base64 -w0 KEY)"},
	{func(s string) bool { return looksLikePath().MatchString(s) }, "is a path, not a key: write file://PATH in slipway.yaml, or give the file's content"},
}

func prefixed(prefix string) func(string) bool {
	return func(s string) bool { return strings.HasPrefix(s, prefix) }
}

var (
	variable      = lazy.Regexp(`^(\$\{?\{?[\w .]+\}?\}?|%\w+%|<<[\w .]+>>)$`)
	masked        = lazy.Regexp(`^[*•xX\s]+$`)
	looksLikePath = lazy.Regexp(`^((~|\.{0,2}/|[A-Za-z]:\\)[\w./\\ -]{1,200}|[\w./-]{0,200}(\.pem|\.key|\.ppk|\bid_[a-z0-9]+))$`)
	begin         = lazy.Regexp(`-----\s*BEGIN[A-Z\s]*PRIVATE\s*KEY\s*-----`)
)

func publicKey(s string) bool {
	if strings.HasPrefix(s, "---- BEGIN SSH2 PUBLIC KEY") || strings.HasPrefix(s, "-----BEGIN PUBLIC KEY") || strings.HasPrefix(s, "-----BEGIN RSA PUBLIC KEY") {
		return true
	}
	if _, _, _, _, err := xssh.ParseAuthorizedKey([]byte(s)); err == nil {
		return true
	}
	kind, _, _ := strings.Cut(s, " ")
	return strings.HasPrefix(kind, "ssh-") || strings.HasPrefix(kind, "ecdsa-sha2-") || strings.HasPrefix(kind, "sk-")
}

func knownHostsEntry(s string) bool {
	first, _, _ := bytes.Cut([]byte(s), []byte("\n"))
	_, hosts, _, _, _, err := xssh.ParseKnownHosts(first)
	return err == nil && understoodHosts(hosts) && (strings.HasPrefix(hosts[0], "|1|") || !strings.Contains(hosts[0], "="))
}

func firstLineOnly(s string) bool {
	at := begin().FindStringIndex(s)
	return at != nil && at[0] == 0 && strings.TrimSpace(s[at[1]:]) == ""
}

func cut(s string) bool {
	return begin().MatchString(s) && !strings.Contains(s, "-----END") && !strings.Contains(s, "----- END")
}

func headless(s string) bool { return strings.Contains(s, "-----END") && !begin().MatchString(s) }

// isText says whether the beginning of s is what somebody could have written.
func isText(s string) bool {
	for _, r := range s[:min(64, len(s))] {
		if r < ' ' && r != '\n' && r != '\t' && r != '\r' || r > '~' {
			return false
		}
	}
	return true
}
