package ssh

import (
	"bytes"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"strings"

	xssh "golang.org/x/crypto/ssh"

	"git.example/slipway/pipelines/lazy"
)

// parseKey reads a private key, also as settings of CI systems mangle it: with
// blanks or the two characters \n in place of line ends, in base64, in quotation
// marks, indented. A mended form counts only if it is a key.
func parseKey(data []byte) (xssh.Signer, error) {
	signer, err := parseWhole(data)
	if err == nil {
		return signer, nil
	}
	for _, mended := range mendedKeys(string(data)) {
		again, mendedErr := parseWhole([]byte(mended))
		var encrypted *xssh.PassphraseMissingError
		if mendedErr == nil || errors.As(mendedErr, &encrypted) {
			return again, mendedErr
		}
	}
	return nil, err
}

// parseWhole reads a private key that has its usual form.
func parseWhole(data []byte) (xssh.Signer, error) {
	data = append(bytes.TrimSpace(bytes.ReplaceAll(data, []byte("\r\n"), []byte("\n"))), '\n')
	return xssh.ParsePrivateKey(data)
}

// armored is a private key in PEM form, however its lines are separated. The blanks
// of its first and last line may be missing, too.
var armored = lazy.Regexp(`(?s)-----\s*BEGIN\s*([A-Z]*?)\s*PRIVATE\s*KEY\s*-----(.*?)-----\s*END`)

// lineEnds are line ends that were written out.
var lineEnds = strings.NewReplacer(`\r`, "", `\n`, "\n", "%0D", "", "%0A", "\n", "&#10;", "\n", "&#13;", "")

// mendedKeys are the keys that a mangled one may have been.
func mendedKeys(text string) []string {
	text = plainText(text)
	var mended []string
	for _, text := range []string{text, decoded(text)} {
		if m := armored().FindStringSubmatch(plainText(text)); m != nil {
			mended = append(mended, rearmored(m[1], m[2]))
		}
	}
	// Only what is between the first and the last line.
	if body, err := base64.StdEncoding.DecodeString(squeezed(text)); err == nil && bytes.HasPrefix(body, []byte("openssh-key-v1\x00")) {
		mended = append(mended, string(pem.EncodeToMemory(&pem.Block{Type: "OPENSSH PRIVATE KEY", Bytes: body})))
	}
	return mended
}

// rearmored is a key in its usual form. What of kind and body is not as it should
// be shows when it is parsed.
func rearmored(kind, body string) string {
	if kind != "" {
		kind += " "
	}
	name := kind + "PRIVATE KEY"
	headers, body := pemHeaders(body)
	return "-----BEGIN " + name + "-----\n" + headers + wrapped(squeezed(body)) + "-----END " + name + "-----\n"
}

// pemHeaders takes the headers of an encrypted PEM key from its body.
func pemHeaders(body string) (headers, rest string) {
	m := encryptedHeaders().FindStringSubmatch(body)
	if m == nil {
		return "", body
	}
	return "Proc-Type: 4,ENCRYPTED\nDEK-Info: " + m[1] + "\n\n", body[len(m[0]):]
}

var encryptedHeaders = lazy.Regexp(`^\s*Proc-Type:\s*4,\s*ENCRYPTED\s+DEK-Info:\s*([A-Za-z0-9-]+,[0-9A-Fa-f]+)`)

// wrapped is base64 in lines.
func wrapped(text string) string {
	const width = 64
	var b strings.Builder
	for len(text) > 0 {
		n := min(width, len(text))
		b.WriteString(text[:n] + "\n")
		text = text[n:]
	}
	return b.String()
}

// plainText is text without what settings put around it: a byte order mark,
// quotation marks, written-out line ends.
func plainText(text string) string {
	text = strings.TrimSpace(strings.TrimPrefix(text, "\uFEFF"))
	for len(text) >= 2 && strings.IndexByte("\"'`", text[0]) >= 0 && text[0] == text[len(text)-1] {
		text = strings.TrimSpace(text[1 : len(text)-1])
	}
	return strings.TrimSpace(lineEnds.Replace(escapedBackslash().ReplaceAllString(text, `\`)))
}

// escapedBackslash are backslashes that were escaped once more.
var escapedBackslash = lazy.Regexp(`\\+`)

// decoded is the text that base64 stands for; empty for what is none.
func decoded(text string) string {
	text = squeezed(text)
	for _, encoding := range []*base64.Encoding{base64.StdEncoding, base64.RawStdEncoding, base64.URLEncoding, base64.RawURLEncoding} {
		if data, err := encoding.DecodeString(text); err == nil {
			return string(data)
		}
	}
	return ""
}

// squeezed is text without white space and backslashes at the ends of lines.
func squeezed(text string) string { return notBase64().ReplaceAllString(text, "") }

var notBase64 = lazy.Regexp(`[\s\\"',]+`)
