package cli

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"git.example/slipway/pipelines/deploy"
)

func TestPrintSetup(t *testing.T) {
	const host = "deploy@app1.example.com"
	ok := func(of, target, subject, found string) deploy.Finding {
		return deploy.Finding{Host: of, Target: target, Subject: subject, OK: true, Found: found}
	}
	long := strings.Repeat("registry.example.com/", 4) + "api"
	full := func(target string) deploy.Finding {
		return deploy.Finding{Host: host, Target: target, Subject: "directory", Found: "/opt/app is not deploy's, who is told so in many words here", Advice: "`sudo chown -R deploy '/opt/a directory with a long name'`"}
	}
	tests := map[string]struct {
		findings []deploy.Finding
		want     string
	}{
		"all is well": {
			[]deploy.Finding{ok("", "", "registry", long), ok(host, "", "ssh", "connected"), ok(host, "web", "docker", "28.1.1"), ok(host, "", "journal", "written")},
			`this machine
  registry       ok     registry.example.com/registry.example.com/registry.exam…

deploy@app1.example.com
  ssh            ok     connected
  web:
    docker       ok     28.1.1
  journal        ok     written

Ready to deploy to.
`},
		"one cause of two targets, and a warning": {
			[]deploy.Finding{{Host: host, Subject: "shell", OK: true, Found: "runs programs", Advice: "100% of it is slow"}, full("web"), full("files")},
			`deploy@app1.example.com
  shell          ok     runs programs
  web:
    directory    fails  /opt/app is not deploy's, who is told so in many words…
  files:
    directory    fails  /opt/app is not deploy's, who is told so in many words…

To do:
- deploy@app1.example.com, shell: 100% of it is slow
- deploy@app1.example.com, web and files, directory: /opt/app is not deploy's,
  who is told so in many words here;
  ` + "`sudo chown -R deploy '/opt/a directory with a long name'`" + `
`},
		"many hosts": {
			[]deploy.Finding{
				ok("", "", "registry", "there"), ok("a", "", "ssh", "connected"), ok("a", "web", "docker", "28"), ok("b", "", "ssh", "connected"),
				{Host: "c", Subject: "ssh", Found: "no answer", Advice: "see"}, ok("d", "", "ssh", "connected"),
			},
			`this machine
  registry       ok     there
a: all 2 steps are ok
b: all 1 steps are ok

c
  ssh            fails  no answer
d: all 1 steps are ok

To do:
- c, ssh: no answer; see
`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			var out strings.Builder
			printSetup(&globals{env: Environment{Out: &out}}, test.findings)
			if diff := cmp.Diff(test.want, out.String()); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
			for line := range strings.Lines(out.String()) {
				if utf8.RuneCountInString(strings.TrimSpace(line)) > setupWidth {
					t.Errorf("a long line: %s", line)
				}
			}
		})
	}
}
