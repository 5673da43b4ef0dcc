package pipelines_test

import (
	"fmt"
	"io"
	"io/fs"
	"maps"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"git.example/slipway/internal/longtest"
	"git.example/slipway/internal/sshtest"
	"git.example/slipway/pipelines"
	"git.example/slipway/pipelines/command"
	"git.example/slipway/pipelines/deploy"
	"git.example/slipway/pipelines/ssh"
)

// setupHost is a host behind SSH, and how an environment has it.
type setupHost struct {
	config sshtest.Config
	// more is added to the host in slipway.yaml; path is where the stack goes,
	// relative to the user's home.
	more, path string
	// subject is the step that fails, says what its line has.
	subject string
	says    []string
}

// setupProject is a project with an environment for each host.
type setupProject struct {
	t       *testing.T
	name    string
	dir     string
	env     map[string]string
	servers map[string]*sshtest.Server
}

// environmentNames are names that an environment can have.
var environmentNames = strings.NewReplacer(" ", "-", ",", "", "'", "", "/", "-", ".", "")

// newSetupProject starts the hosts. A host that can't be here is left out, with the
// reason.
func newSetupProject(t *testing.T, hosts map[string]setupHost) *setupProject {
	t.Helper()
	return newSetupProjectWith(t, serveWire(t), "", "", hosts)
}

// newSetupProjectWith has more keys of its registry, and more services.
func newSetupProjectWith(t *testing.T, w *wire, registry, services string, hosts map[string]setupHost) *setupProject {
	t.Helper()
	needDocker(t)
	p := &setupProject{t: t, env: map[string]string{}, servers: map[string]*sshtest.Server{}}
	environments := ""
	for i, name := range slices.Sorted(maps.Keys(hosts)) {
		h := hosts[name]
		// A server that can't be started skips a test of its own.
		t.Run("start "+name, func(inner *testing.T) {
			p.servers[name] = sshtest.Start(keepOpen{inner, t}, h.config)
		})
		s := p.servers[name]
		if s == nil {
			continue
		}
		if p.name == "" {
			p.name = fmt.Sprintf("slsetup%d", s.Port)
		}
		key, err := os.ReadFile(s.Key)
		if err != nil {
			t.Fatal(err)
		}
		number := strconv.Itoa(i)
		p.env["KEY"+number], p.env["KNOWN"+number] = string(key), s.KnownHostsLines(s.Port)
		host := fmt.Sprintf("{address: 127.0.0.1, port: %d, user: %s, key: env://KEY%s, known-hosts: env://KNOWN%s%s}", s.Port, s.User, number, number, h.more)
		path := filepath.Join(sshtest.AccountHome, h.path)
		environments += fmt.Sprintf(`
  %s:
    registry: main
    deploy:
      web: {compose: {hosts: [%s], file: compose.yml, path: %q, project: %s-%s, settle: 100ms, drain: 0s}}
      files: {gitsync: {hosts: [%s], path: %q, from: files}}
`, environmentNames.Replace(name), host, path, p.name, number, host, path+"/current files")
	}
	if p.name == "" {
		t.Skip("no host can be here")
	}
	p.dir = repository(t, w, map[string]string{
		"slipway.yaml": "version: 1\nproject: " + p.name + "\nimages:\n  api: {context: api}\nregistries:\n  main: {oci: {host: \"REGISTRY\", namespace: setup" + registry + "}}\nenvironments:" + environments,
		"compose.yml":  "services:\n  api: {image: \"${API_IMAGE}\", init: true, command: [sleep, '1000'], stop_grace_period: 0s}\n" + services,
		// A label of its own: other tests may have the same image otherwise.
		"api/Dockerfile": "FROM BASE\nLABEL of=" + p.name + "\n",
		"files/a.txt":    "a\n",
	})
	t.Cleanup(func() {
		for i := range len(hosts) {
			project := fmt.Sprintf("%s-%d", p.name, i)
			for _, id := range p.docker("ps", "-aq", "--filter", "label=com.docker.compose.project="+project) {
				p.docker("rm", "-f", "-v", id)
			}
			p.docker("network", "rm", project+"_default")
		}
		p.removeImages()
	})
	return p
}

// keepOpen is a test that starts something which lives as long as another one.
type keepOpen struct {
	*testing.T
	longer *testing.T
}

func (k keepOpen) Cleanup(f func()) { k.longer.Cleanup(f) }

func (k keepOpen) TempDir() string { return k.longer.TempDir() }

func (p *setupProject) docker(args ...string) []string {
	out, _ := exec.Command("docker", args...).Output()
	return strings.Fields(string(out))
}

// images are what the machine has of the project.
func (p *setupProject) images() []string {
	return p.docker("images", "-q", "--no-trunc", "--filter", "label=of="+p.name)
}

func (p *setupProject) removeImages() {
	for _, id := range p.images() {
		p.docker("image", "rm", "-f", id)
	}
}

func (p *setupProject) open(t *testing.T) *pipelines.Project { return open(t, p.dir, "1", nil, p.env) }

func (p *setupProject) setup(t *testing.T, name string) []deploy.Finding {
	t.Helper()
	findings, err := p.open(t).Setup(t.Context(), pipelines.HostOptions{Env: environmentNames.Replace(name)})
	if err != nil {
		t.Fatal(err)
	}
	return findings
}

// failures are the findings that are not fine, each as a line.
func failures(findings []deploy.Finding) []string {
	var lines []string
	for _, f := range findings {
		if !f.OK {
			lines = append(lines, fmt.Sprintf("%s: %s; %s", f.Subject, f.Found, f.Advice))
		}
	}
	return lines
}

// subjects are the steps that failed, each once.
func subjects(findings []deploy.Finding) []string {
	var all []string
	for _, f := range findings {
		if !f.OK && !slices.Contains(all, f.Subject) {
			all = append(all, f.Subject)
		}
	}
	return all
}

// homeFiles are all paths in a home directory, with their modes.
func homeFiles(t *testing.T, s *sshtest.Server) []string {
	t.Helper()
	var all []string
	filepath.WalkDir(s.Home(), func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			t.Fatal(err)
		}
		info, _ := d.Info()
		all = append(all, path+" "+info.Mode().String())
		return nil
	})
	return all
}

func sshHost(t *testing.T, s *sshtest.Server) *ssh.Host {
	pool := ssh.NewPool()
	t.Cleanup(func() { pool.Close() })
	return pool.Host(s.Options())
}

// account is a user who may use Docker.
func account(a sshtest.Account) *sshtest.Account {
	a.Groups = append(a.Groups, "docker")
	return &a
}

// bashrc is a user who may use Docker, with that startup file.
func bashrc(content string) *sshtest.Account {
	return account(sshtest.Account{Home: map[string]string{".bashrc": content}})
}

// busyboxPrograms makes a directory with what busybox has and some programs of this
// machine, and hides the rest: $1 is what is left out.
func busyboxPrograms(more ...string) string {
	script := `dir=/opt/slipway-busybox; mkdir -p $dir; mount -t tmpfs -o mode=755 tmpfs $dir; busybox=$(command -v busybox)
for applet in $($busybox --list); do ln -s $busybox $dir/$applet; done
for program in docker git git-upload-pack sudo; do [ ! -x "$(command -v $program)" ] || ln -s "$(command -v $program)" $dir/; done
`
	for _, without := range more {
		script += "rm -f $dir/" + without + "\n"
	}
	return script
}

var busyboxPath = []string{"PATH=/opt/slipway-busybox"}

// What passes setup deploys, and setup leaves nothing on a host.
func TestWhatPassesSetupDeploys(t *testing.T) {
	t.Parallel()
	const home = sshtest.AccountHome
	own := "mkdir -p /run/slipway-own; mount -t tmpfs tmpfs /run/slipway-own; touch /run/slipway-own/docker.sock; mount --bind /var/run/docker.sock /run/slipway-own/docker.sock; mount --bind /dev/null /var/run/docker.sock"
	hosts := map[string]setupHost{
		"a usual host":                         {config: sshtest.Config{Account: account(sshtest.Account{})}, path: "app"},
		"a path with spaces and more":          {config: sshtest.Config{Account: account(sshtest.Account{})}, path: "it's a ünïcödé dir/app"},
		"a welcome, and SFTP without it":       {config: sshtest.Config{Account: bashrc("echo welcome")}, path: "app"},
		"few sessions":                         {config: sshtest.Config{Account: account(sshtest.Account{}), MaxSessions: 2}, path: "app"},
		"fish":                                 {config: sshtest.Config{Account: account(sshtest.Account{Shell: "/usr/bin/fish"})}, path: "app"},
		"tcsh":                                 {config: sshtest.Config{Account: account(sshtest.Account{Shell: "/usr/bin/tcsh"})}, path: "app"},
		"nothing can be run in tmp":            {config: sshtest.Config{Account: account(sshtest.Account{}), Prepare: "mount --bind /tmp /tmp; mount -o remount,bind,noexec /tmp"}, path: "app"},
		"busybox":                              {config: sshtest.Config{Account: account(sshtest.Account{Shell: "/bin/sh"}), Prepare: busyboxPrograms(), Env: busyboxPath}, path: "app"},
		"sudo for docker alone":                {config: sshtest.Config{Account: &sshtest.Account{Sudoers: sshtest.AccountName + " ALL=(root) NOPASSWD:SETENV: /usr/local/bin/docker, /usr/bin/docker"}}, more: ", docker: sudo", path: "app"},
		"a path that is a link":                {config: sshtest.Config{Account: account(sshtest.Account{}), Prepare: "mkdir " + home + "/real; ln -s real " + home + "/app; chown -h " + sshtest.AccountName + " " + home + "/real " + home + "/app"}, path: "app"},
		"nothing can be run in the path":       {config: sshtest.Config{Account: account(sshtest.Account{}), Prepare: "mkdir " + home + "/app; mount -t tmpfs -o noexec,nodev,nosuid,mode=777 tmpfs " + home + "/app"}, path: "app"},
		"files of the user alone":              {config: sshtest.Config{Account: bashrc("umask 077"), Subsystem: "internal-sftp -u 077"}, path: "app"},
		"a shell that says farewell":           {config: sshtest.Config{Account: bashrc("trap 'echo bye' EXIT; echo hm >&2")}, path: "app"},
		"a docker of its own name":             {config: sshtest.Config{Account: bashrc("docker() { echo wrapped; command docker \"$@\"; }; export -f docker; alias rm='rm -i'")}, path: "app"},
		"no terminals":                         {config: sshtest.Config{Account: account(sshtest.Account{}), Lines: []string{"PermitTTY no", "DisableForwarding yes"}}, path: "app"},
		"a socket that an address alone names": {config: sshtest.Config{Account: account(sshtest.Account{}), Prepare: own}, more: `, docker: "unix:///run/slipway-own/docker.sock"`, path: "app"},
	}
	if !longtest.Wanted() {
		maps.DeleteFunc(hosts, func(name string, _ setupHost) bool {
			return !slices.Contains([]string{"a usual host", "a path with spaces and more", "busybox", "few sessions", "sudo for docker alone"}, name)
		})
	}
	p := newSetupProject(t, hosts)
	if lines := failures(p.setup(t, "a usual host")); len(lines) > 0 {
		t.Errorf("before anything is published:\n%s", strings.Join(lines, "\n"))
	}
	// What a build leaves on this machine comes until the project is closed.
	t.Run("publish", func(t *testing.T) { publish(t, p.open(t)) })
	p.removeImages()
	findings := p.setup(t, "a usual host")
	if !slices.ContainsFunc(findings, func(f deploy.Finding) bool { return f.Subject == "pull" && strings.HasSuffix(f.Found, "and removed") }) {
		t.Errorf("nothing was pulled: %+v", slices.DeleteFunc(findings, func(f deploy.Finding) bool { return f.Subject != "pull" }))
	}
	if left := p.images(); len(left) > 0 {
		t.Errorf("setup left images: %s", left)
	}
	for name := range p.servers {
		if p.servers[name] == nil {
			continue
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if err := sshHost(t, p.servers[name]).Run(t.Context(), command.Command{Args: []string{"true"}}, nil, nil); err != nil {
				t.Fatal(err) // some shells make a directory for themselves when they are first started
			}
			before := homeFiles(t, p.servers[name])
			if lines := failures(p.setup(t, name)); len(lines) > 0 {
				t.Errorf("setup:\n%s", strings.Join(lines, "\n"))
			}
			if diff := cmp.Diff(before, homeFiles(t, p.servers[name])); diff != "" {
				t.Errorf("setup left (+) or took (-):\n%s", diff)
			}
			if _, err := p.open(t).Deploy(t.Context(), pipelines.DeployOptions{Env: environmentNames.Replace(name)}); err != nil {
				t.Errorf("what passed setup does not deploy: %v", err)
			}
			if lines := failures(p.setup(t, name)); len(lines) > 0 {
				t.Errorf("setup of what runs:\n%s", strings.Join(lines, "\n"))
			}
		})
	}
}

// Each fault is named, with what to do, and nothing else is.
func TestSetupNamesTheFault(t *testing.T) {
	t.Parallel()
	const external = "/usr/lib/openssh/sftp-server"
	app := sshtest.AccountHome + "/app"
	chown := "chown -R " + sshtest.AccountName + " " + sshtest.AccountHome
	sudoers := func(line string) *sshtest.Account {
		return &sshtest.Account{Sudoers: sshtest.AccountName + " ALL=(root) " + line}
	}
	prepared := func(script string) sshtest.Config {
		return sshtest.Config{Account: account(sshtest.Account{}), Prepare: "mkdir -p " + app + "; " + chown + "; " + script}
	}
	dockers := "/usr/local/bin/docker, /usr/bin/docker"
	hideDocker := "for f in /usr/bin/docker /usr/local/bin/docker; do [ ! -e $f ] || mount --bind /dev/null $f; done"
	plugins := "for d in " + sshtest.AccountHome + "/.docker/cli-plugins /usr/libexec/docker/cli-plugins /usr/lib/docker/cli-plugins /usr/local/lib/docker/cli-plugins; do [ ! -d $d ] || mount -t tmpfs -o mode=755 tmpfs $d; done\n"
	// The server's own files are below /tmp, in the directory of its configuration.
	keep := `dir=$(dirname "$4"); mkdir -p /run/slipway-keep; mount --bind $dir /run/slipway-keep; `
	script := func(file, text string) string {
		return fmt.Sprintf("printf '%%s\\n' '#!/bin/sh' '%s' >%s; chmod 755 %s\n", text, file, file)
	}
	hosts := map[string]setupHost{
		"a startup file prints":        {config: sshtest.Config{Account: bashrc(`echo "*** Welcome to app1 ***"`), Subsystem: external}, subject: "sftp", says: []string{"prints \"*** Welcome to app1 ***\"", "~/.bashrc has it", "case $- in *i*)"}},
		"a startup file reads":         {config: sshtest.Config{Account: bashrc("read answer")}, subject: "shell", says: []string{"standard input", "line 1 of ~/.bashrc", "case $- in *i*)"}},
		"another program in its place": {config: sshtest.Config{Account: bashrc("exec cat")}, subject: "shell", says: []string{"line 1 of ~/.bashrc"}},
		"nologin":                      {config: sshtest.Config{Account: account(sshtest.Account{Shell: "/usr/sbin/nologin"})}, subject: "shell", says: []string{"/usr/sbin/nologin", "chsh -s /bin/sh"}},
		"files only":                   {config: sshtest.Config{Account: account(sshtest.Account{}), Lines: []string{"ForceCommand internal-sftp"}}, subject: "shell", says: []string{"ForceCommand internal-sftp"}},
		"one session":                  {config: sshtest.Config{Account: account(sshtest.Account{}), MaxSessions: 1}, subject: "sessions", says: []string{"1 at once", "MaxSessions 10"}},
		"no SFTP":                      {config: sshtest.Config{Account: account(sshtest.Account{}), NoSFTP: true}, subject: "sftp", says: []string{"has no SFTP server", "internal-sftp"}},
		"not in the group":             {config: sshtest.Config{Account: &sshtest.Account{}}, subject: "docker", says: []string{"permission denied", "usermod -aG docker " + sshtest.AccountName}},
		"only by sudo":                 {config: sshtest.Config{Account: sudoers("NOPASSWD:SETENV: " + dockers)}, subject: "docker", says: []string{"docker: sudo of the host in slipway.yaml"}},
		"sudo wants a password":        {config: sshtest.Config{Account: sudoers("SETENV: " + dockers)}, more: ", docker: sudo", subject: "docker", says: []string{"password is required", "NOPASSWD:SETENV: "}},
		"sudo keeps variables":         {config: sshtest.Config{Account: sudoers("NOPASSWD: " + dockers)}, more: ", docker: sudo", subject: "docker", says: []string{"NOPASSWD:SETENV: "}},
		"a Docker of the user's own":   {config: sshtest.Config{Account: &sshtest.Account{}, Prepare: "mkdir -p /run/user; mount -t tmpfs -o mode=755 tmpfs /run/user; mkdir /run/user/31847; mount --bind '" + rootless(t) + "' /run/user/31847"}, subject: "docker", says: []string{"docker context use rootless", "docker: unix:///run/user/31847/docker.sock"}},
		"Docker does not run":          {config: prepared("mount --bind /dev/null /var/run/docker.sock"), subject: "docker", says: []string{"systemctl enable --now docker"}},
		"no Docker":                    {config: sshtest.Config{Account: account(sshtest.Account{Shell: "/bin/sh"}), Prepare: busyboxPrograms("docker") + hideDocker, Env: busyboxPath}, subject: "docker", says: []string{"install Docker"}},
		"Docker out of the path":       {config: sshtest.Config{Account: account(sshtest.Account{Shell: "/bin/sh"}), Prepare: busyboxPrograms("docker"), Env: busyboxPath}, subject: "docker", says: []string{"/bin/docker is there, and not in the PATH"}},
		"no compose":                   {config: prepared(plugins), subject: "compose", says: []string{"compose plugin, 2.24.4 or newer"}},
		"an old compose":               {config: prepared(plugins + script(sshtest.AccountHome+"/.docker/cli-plugins/docker-compose", `case "$*" in *metadata*) echo "{\"SchemaVersion\":\"0.1.0\",\"Vendor\":\"x\",\"Version\":\"v2.5.0\"}";; *version*) echo 2.5.0;; *) echo "unknown tag !override" >&2; exit 15;; esac`)), subject: "compose", says: []string{"2.5.0, and a deploy needs 2.24.4"}},
		"a compose that stands alone":  {config: prepared(plugins + "mount -t tmpfs -o mode=755 tmpfs /usr/local/sbin\n" + script("/usr/local/sbin/docker-compose", "echo 1.29.2")), subject: "compose", says: []string{"docker-compose 1.29.2 is, which is not used"}},
		"a full disk":                  {config: prepared("mount -t tmpfs -o size=64k,mode=777 tmpfs " + app), subject: "directory", says: []string{"full"}},
		"little space":                 {config: prepared("mount -t tmpfs -o size=50m,mode=777 tmpfs " + app), subject: "disk", says: []string{"MB free in " + app, "wants 100 MB"}},
		"few inodes":                   {config: prepared("mount -t tmpfs -o size=1g,nr_inodes=500,mode=777 tmpfs " + app), subject: "disk", says: []string{"inodes free", "wants 10000"}},
		"read-only":                    {config: prepared("mount --bind " + app + " " + app + "; mount -o remount,ro,bind " + app), subject: "directory", says: []string{"Read-only", "mount it writable"}},
		"another's path":               {config: prepared("chown root " + app), subject: "directory", says: []string{"root:", "sudo chown -R " + sshtest.AccountName + " '" + app + "'"}},
		"a mode that forbids it":       {config: prepared("chmod 555 " + app), subject: "directory", says: []string{"dr-xr-xr-x", "chmod u+rwx '" + app + "'"}},
		"another's own files":          {config: prepared("mkdir -p " + app + "/.slipway/prod; chown -R root " + app + "/.slipway"), subject: "own files", says: []string{"Permission denied", "sudo chown -R " + sshtest.AccountName + " '" + app + "/.slipway'"}},
		"a file in the place":          {config: prepared("rmdir " + app + "; touch " + app), subject: "directory", says: []string{"no directory"}},
		"a link to nowhere":            {config: prepared("rmdir " + app + "; ln -s nowhere " + app), subject: "directory", says: []string{app + " is a link to what is not there"}},
		"a file above":                 {config: prepared("rmdir " + app + "; touch " + app), path: "app/deep", subject: "directory", says: []string{app + " is there, and no directory"}},
		"a context that is none":       {config: sshtest.Config{Account: account(sshtest.Account{Home: map[string]string{".docker/config.json": `{"currentContext": "gone"}`}})}, subject: "docker", says: []string{"docker context use default"}},
		"DOCKER_HOST":                  {config: sshtest.Config{Account: bashrc("export DOCKER_HOST=tcp://127.0.0.1:1")}, subject: "docker", says: []string{"DOCKER_HOST is tcp://127.0.0.1:1 there"}},
		"COMPOSE_ENV_FILES":            {config: sshtest.Config{Account: bashrc("export COMPOSE_ENV_FILES=/nowhere.env")}, subject: "compose", says: []string{"these variables may be why: COMPOSE_ENV_FILES"}},
		"TMPDIR":                       {config: sshtest.Config{Account: bashrc("export TMPDIR=/nowhere")}, subject: "/tmp", says: []string{"/nowhere", "take TMPDIR out"}},
		"few processes":                {config: sshtest.Config{Account: bashrc("ulimit -u 3")}, subject: "programs", says: []string{"ulimit -u"}},
		"another hour":                 {config: sshtest.Config{Account: account(sshtest.Account{}), Prepare: "mount -t tmpfs -o mode=755 tmpfs /usr/local/sbin\n" + script("/usr/local/sbin/date", `[ "$1" = +%s ] && echo $(($(/bin/date +%s) + 3600)) || exec /bin/date "$@"`), Env: []string{"PATH=/usr/local/sbin:/usr/local/bin:/usr/bin:/bin"}}, subject: "clock", says: []string{"from the one here", "set-ntp"}},
		"no room for secrets":          {config: sshtest.Config{Account: account(sshtest.Account{}), Prepare: keep + "mount -t tmpfs -o mode=755 tmpfs /tmp; mkdir -p $dir; mount --bind /run/slipway-keep $dir"}, subject: "/tmp", says: []string{"mode 1777"}},
		"a userland with holes":        {config: sshtest.Config{Account: account(sshtest.Account{Shell: "/bin/sh"}), Prepare: busyboxPrograms("sh", "tail", "xargs") + "ln -s /bin/dash /opt/slipway-busybox/sh\n", Env: busyboxPath}, subject: "programs", says: []string{"tail -c"}},
		"no git":                       {config: sshtest.Config{Account: account(sshtest.Account{Shell: "/bin/sh"}), Prepare: busyboxPrograms("git"), Env: busyboxPath}, subject: "git", says: []string{"the host has no git; install it"}},
	}
	for name, h := range hosts {
		if h.path == "" {
			h.path = "app"
		}
		if h.config.Env == nil && strings.Contains(name, "stands alone") {
			h.config.Env = []string{"PATH=/usr/local/sbin:/usr/local/bin:/usr/bin:/bin"}
		}
		hosts[name] = h
	}
	p := newSetupProject(t, hosts)
	for name, server := range p.servers {
		if server == nil {
			continue
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h, before := hosts[name], homeFiles(t, server)
			findings := p.setup(t, name)
			lines := failures(findings)
			if of := subjects(findings); !slices.Equal(of, []string{h.subject}) {
				t.Errorf("failures of %q: %q", of, lines)
			}
			at := slices.IndexFunc(lines, func(line string) bool { return strings.HasPrefix(line, h.subject+": ") })
			if at < 0 {
				t.Fatalf("no failure of %q: %q", h.subject, lines)
			}
			for _, text := range h.says {
				if !strings.Contains(lines[at], text) {
					t.Errorf("%q does not say %q", lines[at], text)
				}
			}
			t.Log(strings.Join(lines, "\n"))
			if diff := cmp.Diff(before, homeFiles(t, server)); diff != "" {
				t.Errorf("setup left (+) or took (-):\n%s", diff)
			}
		})
	}
}

// rootless is a directory with a socket docker.sock that everybody may use.
func rootless(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "own") // the path of a socket must be short
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	l, err := net.Listen("unix", dir+"/docker.sock")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	for _, name := range []string{dir, dir + "/docker.sock"} {
		if err := os.Chmod(name, 0o777); err != nil {
			t.Fatal(err)
		}
	}
	go func() {
		for {
			from, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer from.Close()
				to, err := net.Dial("unix", "/var/run/docker.sock")
				if err != nil {
					return
				}
				defer to.Close()
				go io.Copy(to, from)
				io.Copy(from, to)
			}()
		}
	}()
	return dir
}
