package sshconfig

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Settings are what the configuration says of one host. What it does not say is
// empty.
type Settings struct {
	// HostName is the address; the name that was asked for when nothing else is said.
	HostName string
	User     string
	Port     int
	// IdentityFiles are private keys, and CertificateFiles their certificates. With
	// IdentitiesOnly no other key of an agent is offered. NoIdentityFiles is
	// "IdentityFile none": not even the usual ones.
	IdentityFiles, CertificateFiles []string
	IdentitiesOnly, NoIdentityFiles bool
	// IdentityAgent is the socket of the agent; "none" for no agent.
	IdentityAgent string
	// Jumps are the hosts to go through, the first one first.
	Jumps []Jump
	// UserKnownHosts and GlobalKnownHosts are files; nil for the usual ones.
	UserKnownHosts, GlobalKnownHosts []string
	// HostKeyAlias is the name that known hosts are searched for.
	HostKeyAlias string
	// ConnectTimeout and ServerAliveInterval are zero when nothing is said.
	ConnectTimeout, ServerAliveInterval time.Duration

	// ProxyCommand is set where ssh would connect through a program.
	ProxyCommand *Directive
	// Undecided are the lines below a Match that ssh would run a program for, by
	// keyword, where no line before decides.
	Undecided map[string]Undecided
	// NotHonoured are what is said of the host and has no effect, by when it matters.
	NotHonoured map[Moment][]Directive
	// At is where HostName is said; zero when it is nowhere.
	At Position
}

// Lookup is what the configuration says of a host.
func (c *Config) Lookup(q Query) (Settings, error) {
	p := &pass{machine: c.machine, query: q, host: q.Host, found: map[string][]Directive{}, maybe: map[string]Undecided{}}
	for range 2 {
		for _, lines := range c.files {
			p.run(lines, active, Directive{})
		}
		if p.err != nil {
			return Settings{}, p.err
		}
		if !p.wantsFinal || p.final {
			break
		}
		p.final, p.host = true, p.hostName()
		name := Directive{Keyword: "HostName", Value: escapePercent(p.host)}
		for _, d := range p.found["hostname"] {
			name.At = d.At
		}
		p.found["hostname"] = []Directive{name}
	}
	return p.settings()
}

// user is who logs in, as far as it is known.
func (p *pass) user() string {
	for _, name := range []string{p.query.User, p.value("user")} {
		if name != "" {
			return name
		}
	}
	return p.machine.User
}

// hostName is the address, as far as it is known. Patterns are compared with names
// as they are written, but what is connected to is in lower case.
func (p *pass) hostName() string {
	name := p.query.Host
	if said := p.value("hostname"); said != "" {
		name = strings.NewReplacer("%%", "%", "%h", name).Replace(said)
	}
	return strings.ToLower(name)
}

func (p *pass) settings() (Settings, error) {
	s := Settings{HostName: p.hostName(), User: p.query.User, Port: p.query.Port, HostKeyAlias: p.value("hostkeyalias"), Undecided: p.maybe, NotHonoured: map[Moment][]Directive{}}
	if s.User == "" {
		s.User = p.value("user")
	}
	for _, d := range p.found["hostname"] {
		s.At = d.At
	}
	for _, name := range slices.Sorted(maps.Keys(p.found)) {
		d := p.found[name][0]
		if k := keywords[name]; k.matters(d.Value) {
			s.NotHonoured[k.moment] = append(s.NotHonoured[k.moment], d)
		}
	}
	for name, moment := range map[string]Moment{
		"identityfile": NotLoggedIn, "certificatefile": NotLoggedIn, "identityagent": NotLoggedIn, "identitiesonly": NotLoggedIn,
		"userknownhostsfile": UnknownKey, "globalknownhostsfile": UnknownKey, "hostkeyalias": UnknownKey,
	} {
		if u, ok := p.maybe[name]; ok {
			s.NotHonoured[moment] = append(s.NotHonoured[moment], u.Directive)
		}
	}
	for _, read := range []func(*Settings) error{p.numbers, p.proxy, p.files} {
		if err := read(&s); err != nil {
			return Settings{}, err
		}
	}
	return s, nil
}

// numbers reads the port, the times and the switches.
func (p *pass) numbers(s *Settings) error {
	var err error
	for _, d := range p.found["port"] {
		if s.Port, err = strconv.Atoi(d.Value); err != nil || s.Port < 1 || s.Port > 65535 {
			return fmt.Errorf("%s: Port %q is no port", d.At, d.Value)
		}
	}
	for _, d := range p.found["identitiesonly"] {
		switch strings.ToLower(d.Value) {
		case "yes", "true":
			s.IdentitiesOnly = true
		case "no", "false":
		default:
			return fmt.Errorf("%s: IdentitiesOnly is %q: want yes or no", d.At, d.Value)
		}
	}
	for name, to := range map[string]*time.Duration{"connecttimeout": &s.ConnectTimeout, "serveraliveinterval": &s.ServerAliveInterval} {
		for _, d := range p.found[name] {
			if *to, err = interval(d.Value); err != nil {
				return fmt.Errorf("%s: %s is %q: want a time such as 30 or 1m", d.At, d.Keyword, d.Value)
			}
		}
	}
	return nil
}

// interval reads a time as ssh writes it: seconds, or numbers with units, such as
// 1h30m.
func interval(text string) (time.Duration, error) {
	if text == None {
		return 0, nil
	}
	var sum time.Duration
	units := map[byte]time.Duration{'s': time.Second, 'm': time.Minute, 'h': time.Hour, 'd': 24 * time.Hour, 'w': 7 * 24 * time.Hour}
	for text != "" {
		end := strings.IndexFunc(text, func(r rune) bool { return r < '0' || r > '9' })
		unit, rest := time.Second, ""
		digits := text
		if end >= 0 {
			digits, rest = text[:end], text[end+1:]
			unit = units[strings.ToLower(text[end : end+1])[0]]
		}
		n, err := strconv.ParseInt(digits, 10, 32)
		if err != nil || unit == 0 {
			return 0, fmt.Errorf("%q is no time", text)
		}
		sum, text = sum+time.Duration(n)*unit, rest
	}
	if sum < 0 || sum > 365*24*time.Hour {
		return 0, fmt.Errorf("%s is too long", sum)
	}
	return sum, nil
}
