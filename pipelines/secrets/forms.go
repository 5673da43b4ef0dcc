package secrets

import (
	"encoding/base64"
	"encoding/json"
	"net/url"
	"strconv"
	"strings"
)

const (
	// minForm is the shortest text that is removed wherever it stands; shorter
	// secrets are removed where they stand as words of their own.
	minForm = 4
	// minPart is the shortest part of a secret (a line of it, its base64 in the
	// middle of other base64) that is removed by itself.
	minPart = 8
)

// forms are the texts that give a secret away: itself, as it looks in JSON,
// URLs, base64, env files and shell commands, and each of its longer lines.
func forms(plain string) []string {
	if plain == "" {
		return nil
	}
	all := []string{
		plain,
		strings.TrimSpace(plain),
		url.QueryEscape(plain),
		url.PathEscape(plain),
		strings.TrimPrefix(url.UserPassword("", plain).String(), ":"),
		inner(strconv.Quote(plain)),
		doubleQuoted.Replace(plain),
		strings.ReplaceAll(plain, `'`, `'\''`),
	}
	if escaped, err := json.Marshal(plain); err == nil {
		all = append(all, inner(string(escaped)), withoutHTMLEscapes.Replace(inner(string(escaped))))
	}
	for shift := range 3 {
		all = append(all, base64At(base64.RawStdEncoding, plain, shift), base64At(base64.RawURLEncoding, plain, shift))
	}
	for _, line := range strings.Split(plain, "\n") {
		if line = strings.TrimSpace(line); len(line) >= minPart {
			all = append(all, line)
		}
	}
	return all
}

func inner(quoted string) string { return quoted[1 : len(quoted)-1] }

// withoutHTMLEscapes turns Go's JSON into everybody else's.
var withoutHTMLEscapes = strings.NewReplacer(`\u003c`, "<", `\u003e`, ">", `\u0026`, "&")

// base64At is the base64 of plain when shift more bytes stand before it modulo
// three ("user:" in a login), less the characters that other bytes share.
func base64At(encoding *base64.Encoding, plain string, shift int) string {
	encoded := encoding.EncodeToString([]byte(strings.Repeat("\x00", shift) + plain))
	if shift > 0 {
		encoded = encoded[shift+1:]
	}
	if (shift+len(plain))%3 != 0 {
		encoded = encoded[:len(encoded)-1]
	}
	if len(encoded) < minPart {
		return ""
	}
	return encoded
}
