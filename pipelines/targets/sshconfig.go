package targets

import (
	"cmp"
	"os"
	"slices"
	"strings"

	"git.example/slipway/pipelines/config"
	"git.example/slipway/pipelines/ssh"
	"git.example/slipway/pipelines/sshconfig"
	"git.example/slipway/pipelines/workspace"
)

// sshConfigVariable names a file in place of ~/.ssh/config and the system's, or
// "none". It is asked before slipway.yaml.
const sshConfigVariable = "SLIPWAY_SSH_CONFIG"

// config is what ssh's configuration says of a host of which slipway.yaml says h,
// and o so far.
func (a approach) config(h config.Host, o ssh.Options) (sshconfig.Settings, error) {
	file, _ := a.workspace.Lookup(sshConfigVariable)
	if file = cmp.Or(file, h.Config); file != "" && file != sshconfig.None {
		file = a.workspace.Path(file)
	}
	read, ok := a.configs[file]
	if !ok {
		var err error
		if read, err = sshconfig.Read(a.machine(), file); err != nil {
			return sshconfig.Settings{}, workspace.Usage("%v; without any of ssh's configuration: ssh: {config: none}", err)
		}
		a.configs[file] = read
	}
	settings, err := read.Lookup(sshconfig.Query{Host: o.Address, User: o.User, Port: o.Port})
	if err != nil {
		return settings, workspace.Usage("%v", err)
	}
	return settings, nil
}

func (a approach) machine() sshconfig.Machine {
	m := sshconfig.Machine{Lookup: a.workspace.Lookup}
	m.Home, _ = a.workspace.Lookup("HOME")
	m.User, _ = a.workspace.Lookup("USER")
	m.Name, _ = os.Hostname() // %l is empty then
	return m
}

// whereTo are the keywords that say where a host is and who logs in, with the keys of
// slipway.yaml that say it, too.
var whereTo = []struct{ keyword, key string }{
	{"hostname", "address"}, {"user", "user"}, {"port", "port"}, {"proxyjump", "jump"}, {"proxycommand", "jump"},
}

// refuseUndecided refuses a host of which only a program could tell where it is: one
// that ssh would run for a Match, or connect through. What slipway.yaml says needs
// no such program; jumps is whether it says how to get there.
func refuseUndecided(o ssh.Options, settings sshconfig.Settings, jumps bool) error {
	if c := settings.ProxyCommand; c != nil && !jumps {
		return workspace.Usage("%s: ProxyCommand is not run: %s", c.At, insteadOf(c.Value))
	}
	for _, w := range whereTo {
		u, undecided := settings.Undecided[w.keyword]
		if !undecided || jumps && w.key == "jump" {
			continue
		}
		return workspace.Usage("%s: no program is run to find out whether this Match applies to %q, and with it %s of line %d: say %s in a Host block above, or %s in slipway.yaml",
			u.Match.At, o.Address, u.Keyword, u.At.Line, u.Keyword, w.key)
	}
	return nil
}

// insteadOf is what to write for a ProxyCommand.
func insteadOf(command string) string {
	words := strings.Fields(command)
	at := slices.IndexFunc(words, func(word string) bool { return strings.HasPrefix(word, "-W") })
	if len(words) > 2 && at > 0 && (words[0] == "ssh" || strings.HasSuffix(words[0], "/ssh")) {
		if jump, ok := jumpOf(words[1:]); ok {
			return "write ProxyJump " + jump + " in its place, or jump: " + jump + " in slipway.yaml"
		}
	}
	return "write ProxyJump in its place, or jump in slipway.yaml, if it goes through a host with sshd; " +
		"else open a tunnel with it, and set HostName and Port to its near end"
}

// jumpOf is the host that an ssh command with these arguments goes to, with the user
// and port of -l and -p; false when they have options that a jump host can't have.
func jumpOf(args []string) (string, bool) {
	var host, user, port string
	for i := 0; i < len(args); i++ {
		word := args[i]
		switch {
		case word == "-q" || word == "-x" || word == "-T" || word == "-a":
		case word == "-W":
			i++
		case strings.HasPrefix(word, "-W"):
		case (word == "-l" || word == "-p") && i+1 < len(args):
			i++
			if word == "-l" {
				user = args[i] + "@"
			} else {
				port = ":" + args[i]
			}
		case strings.HasPrefix(word, "-") || host != "":
			return "", false
		default:
			host = word
		}
	}
	_, ok := config.ParseHost(user + host + port)
	return user + host + port, ok
}
