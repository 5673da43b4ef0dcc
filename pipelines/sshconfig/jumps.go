package sshconfig

import (
	"fmt"
	"net"
	"net/url"
	"strconv"
	"strings"
)

// Jump is a host to go through. What it does not say is for the configuration of
// that host to say.
type Jump struct {
	User, Host string
	Port       int
}

// proxy reads what the connection goes through.
func (p *pass) proxy(s *Settings) error {
	for _, d := range p.found["proxycommand"] {
		if !isNone(d.Value) {
			s.ProxyCommand = &d
		}
	}
	for _, d := range p.found["proxyjump"] {
		if isNone(d.Value) {
			return nil
		}
		for _, text := range strings.Split(d.Value, ",") {
			jump, err := parseJump(text)
			if err != nil {
				return fmt.Errorf("%s: ProxyJump: %w", d.At, err)
			}
			s.Jumps = append(s.Jumps, jump)
		}
	}
	return nil
}

// parseJump reads [user@]host[:port], or the same as an ssh:// address.
func parseJump(text string) (Jump, error) {
	refuse := fmt.Errorf("%q is no host: want one such as user@bastion.example.com:2222", text)
	var j Jump
	rest, isURL := strings.CutPrefix(text, "ssh://")
	rest = strings.TrimSuffix(rest, "/")
	if at := strings.LastIndexByte(rest, '@'); at >= 0 {
		j.User, rest = rest[:at], rest[at+1:]
		if isURL {
			user, err := url.PathUnescape(j.User)
			if err != nil {
				return j, refuse
			}
			j.User = user
		}
		if j.User == "" {
			return j, refuse
		}
	}
	j.Host = rest
	switch {
	case strings.HasPrefix(rest, "[") && strings.HasSuffix(rest, "]"):
		j.Host = rest[1 : len(rest)-1]
	case strings.Contains(rest, ":"):
		host, port, err := net.SplitHostPort(rest)
		if err != nil {
			return j, refuse
		}
		if j.Port, err = strconv.Atoi(port); err != nil || j.Port < 1 || j.Port > 65535 {
			return j, refuse
		}
		j.Host = host
	}
	if j.Host == "" || j.Host[0] == '-' || strings.ContainsAny(j.Host, "/@"+blank) {
		return j, refuse
	}
	return j, nil
}
