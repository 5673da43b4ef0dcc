package sshconfig

import (
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
)

// files reads the keywords that name files, whose values have tokens.
func (p *pass) files(s *Settings) error {
	one := func(d Directive, value string) (string, error) {
		expanded, err := p.expand(*s, value)
		if err != nil {
			return "", fmt.Errorf("%s: %s: %w", d.At, d.Keyword, err)
		}
		return expanded, nil
	}
	for keyword, to := range map[string]*[]string{
		"identityfile": &s.IdentityFiles, "certificatefile": &s.CertificateFiles,
		"userknownhostsfile": &s.UserKnownHosts, "globalknownhostsfile": &s.GlobalKnownHosts,
	} {
		for _, d := range p.found[keyword] {
			*to = slices.Grow(*to, 1)[:len(*to)] // not nil, whatever is in there
			for _, value := range d.words {
				if isNone(value) {
					s.NoIdentityFiles = s.NoIdentityFiles || keyword == "identityfile"
					continue
				}
				file, err := one(d, value)
				if err != nil {
					return err
				}
				if !slices.Contains(*to, file) {
					*to = append(*to, file)
				}
			}
		}
	}
	found := p.found["identityagent"]
	if len(found) == 0 {
		return nil
	}
	d, value := found[0], found[0].Value // the first value wins
	switch {
	case isNone(value):
		s.IdentityAgent = None
		return nil
	case value == "SSH_AUTH_SOCK":
		value = "$SSH_AUTH_SOCK"
	}
	if name, ok := strings.CutPrefix(value, "$"); ok && !strings.HasPrefix(name, "{") {
		if s.IdentityAgent, _ = p.machine.Lookup(name); s.IdentityAgent == "" {
			s.IdentityAgent = None
		}
		return nil
	}
	var err error
	s.IdentityAgent, err = one(d, value)
	return err
}

// expand replaces ~, %x and ${NAME} by what they stand for.
func (p *pass) expand(s Settings, text string) (string, error) {
	switch rest, ok := strings.CutPrefix(text, "~/"); {
	case text == "~":
		text = escapePercent(p.machine.Home)
	case ok && p.machine.Home == "":
		return "", fmt.Errorf("%q is in the home directory, and HOME is not set", text)
	case ok:
		text = escapePercent(strings.TrimSuffix(p.machine.Home, "/")) + "/" + rest
	case strings.HasPrefix(text, "~"):
		return "", fmt.Errorf("%q is in the home directory of another user: write its path", text)
	}
	port := s.Port
	if port == 0 {
		port = 22
	}
	user := p.user()
	short, _, _ := strings.Cut(p.machine.Name, ".")
	alias := s.HostKeyAlias
	if alias == "" {
		alias = p.query.Host
	}
	values := map[byte]string{
		'%': "%", 'd': p.machine.Home, 'h': s.HostName, 'i': strconv.Itoa(os.Getuid()), 'k': alias, 'L': short, 'l': p.machine.Name,
		'n': p.query.Host, 'p': strconv.Itoa(port), 'r': user, 'u': p.machine.User,
	}
	var b strings.Builder
	for i := 0; i < len(text); i++ {
		switch {
		case text[i] == '%':
			i++
			if i == len(text) {
				return "", fmt.Errorf("a %% at the end of %q stands for nothing", text)
			}
			value, ok := values[text[i]]
			if !ok {
				return "", fmt.Errorf("%%%c in %q stands for nothing here", text[i], text)
			}
			b.WriteString(value)
		case strings.HasPrefix(text[i:], "${"):
			name, _, closed := strings.Cut(text[i+2:], "}")
			value, ok := "", false
			if closed {
				value, ok = p.machine.Lookup(name)
			}
			if !ok {
				return "", fmt.Errorf("the environment has nothing for %q", text)
			}
			b.WriteString(value)
			i += len(name) + 2
		default:
			b.WriteByte(text[i])
		}
	}
	return b.String(), nil
}

func escapePercent(text string) string { return strings.ReplaceAll(text, "%", "%%") }
