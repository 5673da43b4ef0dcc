package targets

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"git.example/slipway/pipelines/config"
	"git.example/slipway/pipelines/ssh"
)

// reach is how a host is reached whose part of slipway.yaml this is, with these
// files in a home directory.
func reach(t *testing.T, home string, env map[string]string, environment config.SSH, h config.Host) (ssh.Options, error) {
	t.Helper()
	dir := t.TempDir()
	writeIn(t, dir, map[string]string{"slipway.yaml": "version: 1\nproject: shop\nimages:\n  api: {}\nregistries:\n  main: {embedded: {}}\nenvironments:\n  prod: {registry: main, deploy: {web: {compose: {path: /srv, file: compose.yml}}}}\n"})
	all := map[string]string{"HOME": home, "USER": "ana", "SLIPWAY_SSH_CONFIG": filepath.Join(home, ".ssh/config")}
	for name, value := range env {
		all[name] = value
	}
	e := openWith(t, dir, all, &notices{})
	s := e.bare(config.Entry[config.Environment]{Name: "prod"})
	return s.approach.options(t.Context(), h.Over(&environment))
}

func writeIn(t *testing.T, dir string, files map[string]string) {
	t.Helper()
	for name, content := range files {
		file := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// way is a way as text, from the host backwards.
func wayTo(o ssh.Options) string {
	text := o.String()
	for o.Jump != nil {
		o = *o.Jump
		text += " via " + o.String()
	}
	return text
}

func TestSSHConfig(t *testing.T) {
	t.Parallel()
	bastion := "Host bastion\n HostName b.example\n User jump\n Port 2222\n IdentityFile ~/.ssh/bastion\n UserKnownHostsFile ~/.ssh/kh_bastion\n"
	tests := map[string]struct {
		config string
		env    map[string]string
		ssh    config.SSH
		host   config.Host
		want   string
		// check looks at the rest.
		check func(ssh.Options) bool
		fails []string
	}{
		"alias":                      {config: "Host app1\n HostName 10.0.0.5\n User deploy\n Port 2200\n", want: "deploy@10.0.0.5:2200", check: func(o ssh.Options) bool { return o.Alias == "app1" && strings.HasSuffix(o.AliasAt, "/.ssh/config:2") }},
		"slipway.yaml wins":          {config: "Host app1\n HostName 10.0.0.5\n User deploy\n Port 2200\n", host: config.Host{SSH: config.SSH{User: "me", Port: 9}}, want: "me@10.0.0.5:9"},
		"the environment's ssh, too": {config: "Host app1\n User deploy\n", ssh: config.SSH{User: "env"}, want: "env@app1"},
		"nothing said":               {config: "Host other\n Port 1\n", want: "ana@app1"},
		"a variable is before it":    {config: "Host 10.0.0.5\n User deploy\n Port 2200\n", host: config.Host{Address: "env://SERVER_HOST"}, env: map[string]string{"SERVER_HOST": "10.0.0.5", "SERVER_USER": "ci"}, want: "ci@10.0.0.5:2200"},
		"a variable with all":        {host: config.Host{Address: "env://SERVER_HOST"}, env: map[string]string{"SERVER_HOST": "ssh://deploy@10.0.0.5:2200\n"}, want: "deploy@10.0.0.5:2200"},
		"a variable with IPv6":       {host: config.Host{Address: "env://SERVER_HOST"}, env: map[string]string{"SERVER_HOST": "2001:db8::1"}, want: "ana@2001:db8::1"},
		"turned off":                 {config: "Host app1\n HostName b\n", ssh: config.SSH{Config: "none"}, env: map[string]string{"SLIPWAY_SSH_CONFIG": ""}, want: "ana@app1"},
		"turned off by variable":     {config: "Host app1\n HostName b\n", env: map[string]string{"SLIPWAY_SSH_CONFIG": "none"}, want: "ana@app1"},
		"no such file":               {env: map[string]string{"SLIPWAY_SSH_CONFIG": "/no/such"}, fails: []string{"reading /no/such: there is no such file"}},
		"keys": {config: "IdentityFile ~/.ssh/a\nIdentityFile ~/.ssh/%h\nIdentitiesOnly yes\nIdentityAgent /agent\nCertificateFile /c\n", want: "ana@app1", check: func(o ssh.Options) bool {
			return len(o.KeyFiles) == 2 && strings.HasSuffix(o.KeyFiles[1], "/.ssh/app1") && o.IdentitiesOnly && o.Agent == "/agent" && len(o.CertificateFiles) == 1
		}},
		"the usual keys":     {env: map[string]string{"SSH_AUTH_SOCK": "/sock"}, want: "ana@app1", check: func(o ssh.Options) bool { return len(o.KeyFiles) == 3 && o.Agent == "/sock" }},
		"no agent":           {config: "IdentityAgent none\n", env: map[string]string{"SSH_AUTH_SOCK": "/sock"}, want: "ana@app1", check: func(o ssh.Options) bool { return o.Agent == "" }},
		"slipway.yaml's key": {config: "IdentityFile /a\n", env: map[string]string{"KEY": "secret"}, ssh: config.SSH{Key: "env://KEY"}, want: "ana@app1", check: func(o ssh.Options) bool { return len(o.KeyFiles) == 0 && !o.Key.IsZero() }},
		"known hosts": {config: "UserKnownHostsFile ~/kh\nHostKeyAlias x\n", want: "ana@app1", check: func(o ssh.Options) bool {
			return strings.HasSuffix(o.KnownHosts[0], "/kh") && len(o.KnownHosts) == 3 && o.HostKeyAlias == "x"
		}},
		"pinned": {config: "UserKnownHostsFile ~/kh\n", ssh: config.SSH{Fingerprint: config.Strings{"SHA256:x"}}, want: "ana@app1", check: func(o ssh.Options) bool { return len(o.KnownHosts) == 0 }},
		"a jump host": {config: "Host app1\n ProxyJump bastion\n" + bastion, want: "ana@app1 via jump@b.example:2222", check: func(o ssh.Options) bool {
			return strings.HasSuffix(o.Jump.KeyFiles[0], "/.ssh/bastion") && strings.HasSuffix(o.Jump.KnownHosts[0], "kh_bastion") && len(o.KeyFiles) == 3
		}},
		"a chain":                         {config: "Host app1\n ProxyJump a,me@bastion:1\n" + bastion + "Host a\n HostName a.example\n", want: "ana@app1 via me@b.example:1 via ana@a.example"},
		"the jump host's own jump host":   {config: "Host app1\n ProxyJump bastion\nHost bastion\n ProxyJump outer\n" + bastion, want: "ana@app1 via jump@b.example:2222 via ana@outer"},
		"a chain overrides it":            {config: "Host app1\n ProxyJump a,bastion\nHost bastion\n ProxyJump outer\n" + bastion, want: "ana@app1 via jump@b.example:2222 via ana@a"},
		"jump of slipway.yaml":            {config: "Host app1\n ProxyJump no\n" + bastion, host: config.Host{SSH: config.SSH{Jump: &config.Host{Address: "bastion"}}}, want: "ana@app1 via jump@b.example:2222"},
		"jump none":                       {config: "Host app1\n ProxyJump none\nHost *\n ProxyJump bastion\n", want: "ana@app1"},
		"in a circle":                     {config: "Host *\n ProxyJump bastion\n", fails: []string{"ana@app1 through ana@bastion through ana@bastion", "ProxyJump none"}},
		"in a wide circle":                {config: "Host app1\n ProxyJump a\nHost a\n ProxyJump b\nHost b\n ProxyJump a\n", fails: []string{"in a circle"}},
		"ProxyCommand":                    {config: "Host app1\n ProxyCommand nc -x secret:1 %h %p\n", fails: []string{"config:2: ProxyCommand is not run: write ProxyJump in its place"}},
		"ProxyCommand that is a jump":     {config: "Host app1\n ProxyCommand /usr/bin/ssh -q -W %h:%p -p 33 me@b.example\n", fails: []string{"write ProxyJump me@b.example:33 in its place"}},
		"ProxyCommand of another host":    {config: "Host other\n ProxyCommand nc %h %p\n", want: "ana@app1"},
		"ProxyCommand none":               {config: "Host app1\n ProxyCommand none\n", want: "ana@app1"},
		"ProxyCommand, but jump":          {config: "Host app1\n ProxyCommand nc %h %p\n", host: config.Host{SSH: config.SSH{Jump: &config.Host{Address: "b"}}}, want: "ana@app1 via ana@b"},
		"ProxyCommand of a jump host":     {config: "Host app1\n ProxyJump b\nHost b\n ProxyCommand nc %h %p\n", fails: []string{`jump host "b"`, "config:4: ProxyCommand is not run"}},
		"Match exec":                      {config: "Host app1\n Port 1\nMatch host app1 exec \"on-vpn secret\"\n ProxyJump b\n", fails: []string{"config:3: no program is run", "ProxyJump of line 4", "or jump in slipway.yaml"}},
		"Match exec, decided before":      {config: "Host app1\n Port 1\nMatch exec x\n Port 2\n", want: "ana@app1:1"},
		"Match exec, decided by yaml":     {config: "Match exec x\n User b\n Port 3\n", ssh: config.SSH{User: "me", Port: 4}, want: "me@app1:4"},
		"Match exec of another host":      {config: "Match exec x host other\n Port 2\n", want: "ana@app1"},
		"Match exec with what is no way":  {config: "Match exec x\n ControlMaster auto\n", want: "ana@app1"},
		"Match exec in an Include's Host": {config: "Match exec x\n Host app1\n  Port 2\n", want: "ana@app1:2"},
		"Match localnetwork":              {config: "Match localnetwork 10.0.0.0/8\n HostName b\n", fails: []string{"config:1: no program"}},
		"a line that is wrong":            {config: "Host app1\n Port many\n", fails: []string{"config:2: Port \"many\" is no port"}},
		"letters beyond ASCII":            {host: config.Host{Address: "bücher.example"}, want: "ana@xn--bcher-kva.example", check: func(o ssh.Options) bool { return o.Alias == "bücher.example" }},
		"an underscore":                   {host: config.Host{Address: "my_app"}, want: "ana@my_app"},
		"keepalive":                       {config: "ServerAliveInterval 5\nConnectTimeout 3\n", want: "ana@app1", check: func(o ssh.Options) bool { return o.Keepalive.Seconds() == 5 && o.Timeout.Seconds() == 3 }},
		"a long keepalive":                {config: "ServerAliveInterval 300\n", want: "ana@app1", check: func(o ssh.Options) bool { return o.Keepalive == 0 }},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			home := t.TempDir()
			writeIn(t, home, map[string]string{".ssh/config": test.config})
			if test.host.Address == "" {
				test.host.Address = "app1"
			}
			o, err := reach(t, home, test.env, test.ssh, test.host)
			if len(test.fails) > 0 {
				for _, text := range test.fails {
					if err == nil || !strings.Contains(err.Error(), text) {
						t.Errorf("error %v does not say %q", err, text)
					}
				}
				if err != nil && strings.Contains(err.Error(), "secret") {
					t.Errorf("%v", err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if got := wayTo(o); got != test.want {
				t.Errorf("%s, want %s", got, test.want)
			}
			if test.check != nil && !test.check(o) {
				t.Errorf("%+v", o)
			}
		})
	}
}
