package ssh

import (
	"bytes"
	"encoding/base64"
	"errors"
	"strings"

	xssh "golang.org/x/crypto/ssh"

	"git.example/slipway/pipelines/lazy"
)

// mendKnownHosts is known_hosts as settings of CI systems mangle it, in its usual
// form: they put it into one line, in base64 or quotation marks. Lines that are
// read as they are stay what they are.
func mendKnownHosts(data []byte) ([]byte, error) {
	text := strings.TrimPrefix(string(data), "\uFEFF")
	if strings.Contains(strings.TrimSpace(text), "\n") && anyHost(text) {
		return []byte(text), nil
	}
	for _, text := range []string{plainText(text), plainText(decoded(plainText(text)))} {
		if strings.Contains(text, "\n") && anyHost(text) {
			return []byte(text), nil
		}
		if lines := splitHosts(text); len(lines) > 0 {
			return []byte(strings.Join(lines, "\n") + "\n"), nil
		}
	}
	return data, nothingKnown(text)
}

// anyHost says whether one of the lines can be read.
func anyHost(text string) bool {
	for line := range strings.Lines(text) {
		if _, hosts, _, _, _, err := xssh.ParseKnownHosts([]byte(line)); err == nil && understoodHosts(hosts) {
			return true
		}
	}
	return false
}

// splitHosts finds the entries in a single line. A key tells them apart: its type
// is before it, and in it once more. A comment could end anywhere, so that nothing
// is certain then, unless it is one that ssh-keyscan prints.
func splitHosts(text string) []string {
	var lines []string
	text = scanComment().ReplaceAllString(text, " ")
	if strings.Contains(text, "#") {
		return nil
	}
	words := strings.Fields(text)
	for i := 1; i+1 < len(words); i++ {
		if !isKey(words[i], words[i+1]) {
			continue
		}
		entry := words[i-1 : i+2]
		if i > 1 && strings.HasPrefix(words[i-2], "@") {
			entry = words[i-2 : i+2]
		}
		lines = append(lines, strings.Join(entry, " "))
	}
	return lines
}

// scanComment is the comment that ssh-keyscan prints before a host's keys.
var scanComment = lazy.Regexp(`# \S+:\d+ SSH-\S+`)

// isKey says whether text is a public key of a type.
func isKey(kind, text string) bool {
	blob, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return false
	}
	key, err := xssh.ParsePublicKey(blob)
	return err == nil && key.Type() == kind
}

// nothingKnown is why text has no line of known_hosts; nil where it may be meant so:
// nothing but comments, and keys of kinds that are unknown here.
func nothingKnown(text string) error {
	text = plainText(text)
	const want = "; want lines as ssh-keyscan HOST prints them"
	switch {
	case text == "":
		return errors.New("what is given is empty; is the variable set for this job, branch or environment?" + want)
	case begin().MatchString(text), bytes.HasPrefix([]byte(decoded(text)), []byte("-----BEGIN")):
		return errors.New("what is given is a private key; that belongs into key" + want)
	case strings.HasPrefix(text, "SHA256:"):
		return errors.New("what is given is a fingerprint; write it as fingerprint in slipway.yaml" + want)
	case publicKey(text):
		return errors.New("what is given is a public key without the host that it is of" + want)
	case looksLikePath().MatchString(text):
		return errors.New("what is given is a path; write it as known-hosts in slipway.yaml, without env://" + want)
	}
	return nil
}
