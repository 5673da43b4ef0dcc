package config

import (
	"path"
	"strings"

	"git.example/slipway/pipelines/lazy"
)

var (
	hostAddress   = lazy.Regexp(`^(env://[A-Za-z_][A-Za-z0-9_]*|[\pL\pN_][\pL\pN._-]*|[0-9a-fA-F:.]*:[0-9a-fA-F:.]*(%[A-Za-z0-9._-]+)?)$`)
	hostUser      = lazy.Regexp(`^(env://[A-Za-z_][A-Za-z0-9_]*|[A-Za-z_][A-Za-z0-9._-]*\$?)$`)
	dockerAddress = lazy.Regexp(`^(unix:///\S+|tcp://[^/\s]+)$`)
	fingerprint   = lazy.Regexp(`^SHA256:[A-Za-z0-9+/]{43}$`)
)

// sshconfigNone in place of a file is no ssh configuration at all.
const sshconfigNone = "none"

// validateHosts checks the hosts of a target and how it goes through them.
func validateHosts(v validator, at string, hosts []Host, batches Batches) {
	seen := map[string]bool{}
	for i, h := range hosts {
		place := index(at+".hosts", i)
		validateHost(v, place, h)
		name := h.User + "@" + h.Address + ":" + string(rune(h.Port))
		if h.Address != "" && seen[name] {
			v.wrong(place, "host %q is there twice", h.Address)
		}
		seen[name] = true
	}
	if len(batches) > 0 && len(hosts) == 0 {
		v.wrong(at+".batches", "there are no hosts to go through")
	}
}

// validateHostPath checks the directory of a target on its hosts, or on this machine.
func validateHostPath(v validator, at, dir string, hosts []Host) {
	switch {
	case dir == "" && len(hosts) == 0:
		v.report(v.keys[at], at, "", "missing key %q", "path")
	case dir != "" && len(hosts) > 0 && !path.IsAbs(dir):
		v.wrong(at+".path", "%q is relative: want an absolute path on the hosts", dir)
	}
}

func validateHost(v validator, at string, h Host) {
	if h.Address != "" && !hostAddress().MatchString(h.Address) {
		v.wrong(at, "%q is no host name or address; a user and a port have keys of their own", h.Address)
	}
	validateSSH(v, at, h.SSH)
}

func validateSSH(v validator, at string, s SSH) {
	if s.User != "" && !hostUser().MatchString(s.User) {
		v.wrong(at, "%q is no user name", s.User)
	}
	if s.Port > 65535 {
		v.wrong(at, "there is no port %d", s.Port)
	}
	if s.Key != "" {
		v.secret(at + ".key")
	}
	if isReference(s.KnownHosts) {
		v.plainOrSecret(at+".known-hosts", s.KnownHosts)
	} else {
		v.inProject(at+".known-hosts", s.KnownHosts)
	}
	if s.Config != sshconfigNone {
		v.inProject(at+".config", s.Config)
	}
	for i, f := range s.Fingerprint {
		if !fingerprint().MatchString(f) {
			v.wrong(index(at+".fingerprint", i), "%q is no fingerprint: want SHA256: and 43 characters, as `ssh-keygen -l` prints it", f)
		}
	}
	if s.Docker != "" && s.Docker != "sudo" && !dockerAddress().MatchString(s.Docker) {
		v.wrong(at+".docker", "%q is no way to Docker: want sudo, or an address such as unix:///run/user/1000/docker.sock", s.Docker)
	}
	if s.Jump != nil && s.Jump.Docker != "" {
		v.wrong(at+".jump.docker", "nothing is run on a host that is only gone through")
	}
	if s.Jump != nil {
		validateHost(v, at+".jump", *s.Jump)
	}
	if strings.TrimSpace(s.KnownHosts) != "" && len(s.Fingerprint) > 0 {
		v.wrong(at+".known-hosts", "fingerprint says which key the host has; only one of both can be there")
	}
}
