package sshconfig_test

import (
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"git.example/slipway/pipelines/sshconfig"
)

// What we read is what OpenSSH's own client reads, for each option that we honour.
func TestAsOpenSSH(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("ssh"); err != nil {
		t.Skipf("no ssh here (Debian's package openssh-client): %v", err)
	}
	tests := map[string]struct {
		config string
		// files are further ones, in the directory DIR of the configuration.
		files map[string]string
		// host is app when empty; user and port are given with -l and -p.
		host, user string
		port       int
		// refused: ssh refuses it, and so do we.
		refused bool
	}{
		"nothing":                       {},
		"usual alias":                   {config: "Host app\n  HostName 127.0.0.1\n  Port 15122\n  User root\n  IdentityFile ~/.ssh/id_app\n"},
		"another host":                  {config: "Host other\n  Port 1\n"},
		"the first value wins":          {config: "Host app\n Port 1\nHost *\n Port 2\n User all\n"},
		"the general one first":         {config: "Port 3\nHost app\n Port 1\n User me\n"},
		"negation":                      {config: "Host * !app\n Port 1\nHost !other *\n User me\n"},
		"negation alone":                {config: "Host !other\n Port 1\n"},
		"question marks":                {config: "Host a?p\n Port 1\nHost ap?p\n User me\nHost a*p*\n HostName b\n"},
		"tabs and equals signs":         {config: "Host\tx\tapp\n\tPort=1\n\tUser = me\n\tHostName=\"b\"\n"},
		"quotes":                        {config: "Host \"app\" 'x y'\n User 'me too'\n IdentityFile \"/tmp/a b\"\n IdentityFile /tmp/c\\ d\n"},
		"quotes in quotes":              {config: "User \"a\\\"b\"\nHostName 'a'\"b\"c\n"},
		"an open quote":                 {config: "User \"me\n", refused: true},
		"comments":                      {config: "# one\nHost app # two\n Port 1 # three\n #User no\n HostName a#b\n"},
		"comments in lists":             {config: "UserKnownHostsFile /a /b # c\n"},
		"upper case keywords":           {config: "HOST app\n PORT 1\n hostname b\n iDentityFile /a\n"},
		"host names are case-sensitive": {config: "Host App\n Port 1\n"},
		"an upper case host":            {config: "Host APP\n Port 1\n HostName B.Example\n", host: "APP"},
		"windows line ends":             {config: "Host app\r\n  Port 1\r\n  User me\r\n"},
		"no last line end":              {config: "Host app\n  Port 1"},
		"HostName with %h":              {config: "Host a*\n HostName %h.example.com\n IdentityFile /k/%h\n"},
		"HostName with %%":              {config: "HostName a%%b%h\n"},
		"tokens":                        {config: "HostName b\nPort 77\nUser me\nIdentityFile /k/%d/%h/%r/%p/%u/%n/%L/%l/%i/%%/%k\nCertificateFile ~/c-%h\nUserKnownHostsFile ~/.ssh/known_%h /x/%p\n"},
		"environment":                   {config: "IdentityFile ${HOME}/key\nUserKnownHostsFile ${HOME}/known\nIdentityAgent ${HOME}/agent\n"},
		"HostKeyAlias":                  {config: "HostKeyAlias other\nIdentityFile /k/%k\n"},
		"several keys":                  {config: "Host app\n IdentityFile /a\n IdentityFile /b\n IdentityFile /a\nHost *\n IdentityFile /c\n IdentitiesOnly yes\n"},
		"a key and none":                {config: "IdentityFile none\nIdentityFile /a\n"},
		"no key":                        {config: "IdentityFile none\n"},
		"agents":                        {config: "IdentityAgent ~/.agent/%h\n"},
		"no agent":                      {config: "IdentityAgent none\n"},
		"several known hosts":           {config: "UserKnownHostsFile /a ~/b\nGlobalKnownHostsFile /c /d\n"},
		"no known hosts":                {config: "UserKnownHostsFile none\nGlobalKnownHostsFile /dev/null\n"},
		"a jump host":                   {config: "ProxyJump me@bastion:2222\n"},
		"several jump hosts":            {config: "ProxyJump a,b@c,[2001:db8::1]:22,d:33\n"},
		"a jump host's address":         {config: "ProxyJump ssh://me@bastion:33\n"},
		"a jump host without brackets":  {config: "ProxyJump 2001:db8::1\n", refused: true},
		"no jump host":                  {config: "Host app\n ProxyJump none\nHost *\n ProxyJump bastion\n"},
		"jump before command":           {config: "ProxyJump bastion\nProxyCommand nc %h %p\n"},
		"command before jump":           {config: "ProxyCommand nc \"%h\" %p # x\nProxyJump bastion\n"},
		"no jump, but a command":        {config: "ProxyJump none\nProxyCommand nc %h %p\n"},
		"no command, and a jump":        {config: "ProxyCommand none\nProxyJump bastion\n"},
		"times":                         {config: "ConnectTimeout 1m30\nServerAliveInterval 1h2s\n"},
		"no times":                      {config: "ConnectTimeout none\nServerAliveInterval 0\n"},
		"given on the command line":     {config: "User no\nPort 1\nIdentityFile /k/%r-%p\nMatch user me\n IdentityFile /m\n", user: "me", port: 9},
		"Match all":                     {config: "Match all\n Port 1\n"},
		"Match host":                    {config: "Host app\n HostName b.example\nMatch host app\n Port 1\nMatch host *.EXAMPLE,!c.example\n User me\n"},
		"Match originalhost":            {config: "Host app\n HostName b.example\nMatch originalhost app\n Port 1\n"},
		"Match user":                    {config: "Host app\n User me\nMatch user me\n Port 1\nMatch !user me\n HostName b\n"},
		"Match localuser":               {config: "Match localuser nobody-here\n Port 1\nMatch localuser *\n User me\n"},
		"Match several":                 {config: "Match host=app user=* !originalhost x\n Port 1\nMatch host \"app\" !all\n User me\n"},
		"Match final":                   {config: "Match final all\n Port 1\n User late\nHost app\n User me\n HostName B.example\nHost b.example\n IdentityFile /second\nHost a*\n IdentityFile /first\n"},
		"Match canonical":               {config: "Match canonical all\n Port 1\n"},
		"Match canonical, and final":    {config: "Match canonical all\n Port 1\nMatch final host b\n User me\nHost app\n HostName b\n"},
		"Match exec that is not asked":  {config: "Match host other exec \"false\"\n Port 1\nHost app\n User me\n"},
		"Match tagged":                  {config: "Match host app # comment\n Port 1\n"},
		"Match without a condition":     {config: "Match\n Port 1\n", refused: true},
		"Match host without a value":    {config: "Match host\n Port 1\n", refused: true},
		"Host without a name":           {config: "Host\n Port 1\n", refused: true},
		"Include":                       {config: "Host app\n Include DIR/*.conf\n User me\n", files: map[string]string{"b.conf": "Port 2\nUser b\n", "a.conf": "Port 1\nHost other\nUser a\n", ".hidden.conf": "HostName hidden\n"}},
		"Include in another host":       {config: "Host other\n Include DIR/a\nHost *\n User me\n", files: map[string]string{"a": "Port 1\nHost app\n Port 2\nMatch all\n Port 3\n"}},
		"Include of several":            {config: "Include DIR/b DIR/a DIR/missing\n", files: map[string]string{"b": "Port 2\n", "a": "Port 1\nInclude DIR/c\n", "c": "User deep\n"}},
		"Include keeps the block":       {config: "Host app\n Include DIR/a\n Port 5\n", files: map[string]string{"a": "Host other\n User no\n"}},
		"Include of itself":             {config: "Include DIR/a\n", files: map[string]string{"a": "Include DIR/a\n"}, refused: true},
		"Include of what others write":  {config: "Include DIR/w\n", files: map[string]string{"w": "Port 1\n"}, refused: true},
		"a bad port":                    {config: "Port 70000\n", refused: true},
		"two ports":                     {config: "Port 1 2\n", refused: true},
		"no value":                      {config: "HostName\n", refused: true},
		"a bad switch":                  {config: "IdentitiesOnly perhaps\n", refused: true},
		"a bad time":                    {config: "ConnectTimeout soon\n", refused: true},
		"an unknown token":              {config: "IdentityFile /%Z\n", refused: true},
		"an address as host":            {config: "Host 192.168.0.?\n User me\n", host: "192.168.0.7"},
		"an IPv6 address":               {config: "Host 2001:db8::*\n User me\nHost *\n IdentityFile /k/%h\n", host: "2001:db8::7"},
		"an underscore":                 {config: "Host my_app\n HostName my_app.example\n", host: "my_app"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			file := filepath.Join(dir, "config")
			write(t, file, strings.ReplaceAll(test.config, "DIR", dir))
			for name, content := range test.files {
				write(t, filepath.Join(dir, name), strings.ReplaceAll(content, "DIR", dir))
				if name == "w" {
					os.Chmod(filepath.Join(dir, name), 0o666)
				}
			}
			if test.host == "" {
				test.host = "app"
			}
			args := []string{"-F", file}
			if test.user != "" {
				args = append(args, "-l", test.user)
			}
			if test.port != 0 {
				args = append(args, "-p", fmt.Sprint(test.port))
			}
			theirs, refused := openSSH(t, append(args, test.host))
			config, err := sshconfig.Read(machine(t), file)
			var s sshconfig.Settings
			if err == nil {
				s, err = config.Lookup(sshconfig.Query{Host: test.host, User: test.user, Port: test.port})
			}
			if test.refused != refused || refused != (err != nil) {
				t.Fatalf("we: %v; ssh: %t; the test: %t", err, refused, test.refused)
			}
			if refused {
				return
			}
			if len(s.Undecided) > 0 {
				t.Errorf("undecided: %+v", s.Undecided)
			}
			if diff := cmp.Diff(theirs, ours(s, machine(t))); diff != "" {
				t.Errorf("ssh: -, we: +\n%s", diff)
			}
		})
	}
}

func machine(t *testing.T) sshconfig.Machine {
	t.Helper()
	me, err := user.Current() // ssh asks the system, not HOME
	if err != nil {
		t.Fatal(err)
	}
	name, err := os.Hostname()
	if err != nil {
		t.Fatal(err)
	}
	return sshconfig.Machine{Home: me.HomeDir, User: me.Username, Name: name, Lookup: os.LookupEnv}
}

// options are the values that are compared, as text.
type options map[string]string

// openSSH is what ssh reads, or that it refuses it. It prints most with -G, and
// the keys as it would open them when it connects, which it does through a program
// that ends at once.
func openSSH(t *testing.T, args []string) (options, bool) {
	t.Helper()
	printed, err := exec.Command("ssh", append([]string{"-G"}, args...)...).Output()
	if err != nil {
		return nil, true
	}
	o := options{"proxycommand": "", "proxyjump": "", "hostkeyalias": "", "identityagent": ""}
	for line := range strings.Lines(string(printed)) {
		key, value, _ := strings.Cut(strings.TrimSpace(line), " ")
		switch key {
		case "hostname", "user", "port", "hostkeyalias", "proxycommand", "proxyjump", "identitiesonly", "identityagent",
			"userknownhostsfile", "globalknownhostsfile", "connecttimeout", "serveraliveinterval":
			o[key] = value
		}
	}
	verbose := exec.Command("ssh", append([]string{"-v", "-o", "ProxyJump=none", "-o", "ProxyCommand=head -c 1 >/dev/null", "-o", "BatchMode=yes"}, args...)...)
	log, _ := verbose.CombinedOutput()
	if !strings.Contains(string(log), "Local version string") {
		return nil, true
	}
	var keys, certificates []string
	for line := range strings.Lines(string(log)) {
		if file, ok := strings.CutPrefix(line, "debug1: identity file "); ok {
			file, _, _ = strings.Cut(file, " type ")
			if !strings.HasSuffix(file, "-cert") {
				keys = append(keys, file)
			}
		}
		if file, ok := strings.CutPrefix(line, "debug1: certificate file "); ok {
			file, _, _ = strings.Cut(file, " type ")
			certificates = append(certificates, file)
		}
	}
	o["identityfile"], o["certificatefile"] = strings.Join(keys, "|"), strings.Join(certificates, "|")
	return o, false
}

// ours is what we read in the same form, with ssh's own defaults.
func ours(s sshconfig.Settings, m sshconfig.Machine) options {
	or := func(value, usual string) string {
		if value == "" {
			return usual
		}
		return value
	}
	home := m.Home + "/.ssh/"
	list := func(files []string, usual ...string) []string {
		if files == nil {
			return usual
		}
		if len(files) == 0 {
			return []string{"none"}
		}
		return files
	}
	o := options{
		"hostname": s.HostName, "user": or(s.User, m.User), "port": fmt.Sprint(max(s.Port, 0)), "hostkeyalias": s.HostKeyAlias, "identityagent": s.IdentityAgent,
		"identitiesonly": map[bool]string{true: "yes", false: "no"}[s.IdentitiesOnly], "proxycommand": "", "proxyjump": "",
		"connecttimeout": "none", "serveraliveinterval": fmt.Sprint(int(s.ServerAliveInterval / time.Second)),
		"certificatefile":      strings.Join(s.CertificateFiles, "|"),
		"userknownhostsfile":   strings.Join(list(s.UserKnownHosts, home+"known_hosts", home+"known_hosts2"), " "),
		"globalknownhostsfile": strings.Join(list(s.GlobalKnownHosts, "/etc/ssh/ssh_known_hosts", "/etc/ssh/ssh_known_hosts2"), " "),
	}
	if s.Port == 0 {
		o["port"] = "22"
	}
	if s.ConnectTimeout > 0 {
		o["connecttimeout"] = fmt.Sprint(int(s.ConnectTimeout / time.Second))
	}
	if s.ProxyCommand != nil {
		o["proxycommand"] = s.ProxyCommand.Value
	}
	var jumps []string
	for _, j := range s.Jumps {
		text := j.Host
		if strings.Contains(text, ":") {
			text = "[" + text + "]"
		}
		if j.User != "" {
			text = j.User + "@" + text
		}
		if j.Port != 0 {
			text += fmt.Sprint(":", j.Port)
		}
		jumps = append(jumps, text)
	}
	o["proxyjump"] = strings.Join(jumps, ",")
	keys := slices.Clone(s.IdentityFiles)
	if len(keys) == 0 && !s.NoIdentityFiles {
		for _, kind := range []string{"rsa", "ecdsa", "ecdsa_sk", "ed25519", "ed25519_sk", "xmss", "dsa"} {
			keys = append(keys, home+"id_"+kind)
		}
	}
	o["identityfile"] = strings.Join(keys, "|")
	return o
}

func write(t *testing.T, file, content string) {
	t.Helper()
	if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}
