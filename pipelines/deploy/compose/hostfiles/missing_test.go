package hostfiles

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"git.example/slipway/pipelines/composefile"
	"git.example/slipway/pipelines/deploy"
	"git.example/slipway/pipelines/deploy/compose/stack"
)

// What the host lacks is told from what docker rightly makes, with real files and
// the host's own shell.
func TestMissing(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"there", "empty.conf", "full.d/one"} {
		if err := os.MkdirAll(filepath.Join(dir, name), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "app.conf"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	tests := map[string]struct {
		service string // the keys of service web
		more    string // top-level keys
		want    string // empty when nothing is missing
	}{
		"file that is there":           {service: "volumes: ['./app.conf:/etc/app.conf']"},
		"file":                         {service: "volumes: ['./no.conf:/etc/app.conf']", want: `no.conf", which service "web" mounts at /etc/app.conf, is not there`},
		"file by its target":           {service: "volumes: ['./settings:/etc/app.conf']", want: "settings"},
		"file without extension":       {service: "volumes: ['./Caddyfile:/etc/caddy/Caddyfile']", want: "Caddyfile"},
		"empty directory for a file":   {service: "volumes: ['./empty.conf:/etc/app.conf']", want: "is a directory where a file is wanted"},
		"directory of data":            {service: "volumes: ['./data:/data']"},
		"data with a version":          {service: "volumes: ['./pg-9.6:/var/lib/postgresql/data']"},
		"data with a domain":           {service: "volumes: ['./www.example.com:/srv/www.example.com']"},
		"directory of configuration":   {service: "volumes: ['./sites.d:/etc/nginx/sites.d']"},
		"directory only read":          {service: "volumes: ['./html:/usr/share/nginx/html:ro']", want: `html", which service "web" mounts at /usr/share/nginx/html, is not there`},
		"another service fills it":     {service: "volumes: ['./certs:/etc/certs:ro']", more: "  bot: {image: x, volumes: ['./certs:/out']}"},
		"another fills its parent":     {service: "volumes: ['./certs/live:/etc/certs:ro']", more: "  bot: {image: x, volumes: ['./certs:/out']}"},
		"docker is not to make it":     {service: "volumes: [{type: bind, source: ./data, target: /data, bind: {create_host_path: false}}]", want: "data"},
		"socket":                       {service: "volumes: ['./run/app.sock:/run/app.sock']", want: "app.sock"},
		"named volume":                 {service: "volumes: ['data:/data']", more: "volumes: {data: {}}"},
		"named volume of a directory":  {service: "volumes: ['data:/data']", more: "volumes: {data: {driver: local, driver_opts: {type: none, o: bind, device: ./there}}}"},
		"named volume of none":         {service: "volumes: ['data:/data']", more: "volumes: {data: {driver: local, driver_opts: {type: none, o: bind, device: ./gone}}}", want: `gone", which service "web" mounts as volume data`},
		"config":                       {service: "configs: [c]", more: "configs: {c: {file: ./gone}}", want: `gone", which service "web" has as config c, is not there`},
		"config that is a directory":   {service: "configs: [c]", more: "configs: {c: {file: ./there}}", want: "is a directory where a file is wanted"},
		"secret":                       {service: "secrets: [s]", more: "secrets: {s: {file: ./gone}}", want: "as secret s"},
		"secret of the environment":    {service: "secrets: [s]", more: "secrets: {s: {environment: TOKEN}}"},
		"env file":                     {service: "env_file: [gone.env]", want: "reads as env_file"},
		"env file that may be missing": {service: "env_file: [{path: gone.env, required: false}]"},
		"label file":                   {service: "label_file: gone.labels", want: "reads as label_file"},
		"several services":             {service: "volumes: ['./no.conf:/a.conf']", more: "  b: {image: x, volumes: ['./no.conf:/b.conf']}", want: `which services "b", "web" mount at`},
		"git sync brings it":           {service: "volumes: ['./dags:/opt/dags:ro']"},
		"git sync brings a part of it": {service: "volumes: ['./dags/etl:/opt/etl:ro']"},
		"beside what git sync brings":  {service: "volumes: ['./dags2:/opt/dags:ro']", want: "dags2"},
		"the stack's own directory":    {service: "volumes: ['.:/app:ro', '..:/above:ro']"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			file := "services:\n  web:\n    image: x\n    " + test.service + "\n" + test.more + "\n"
			p, err := composefile.Load(t.Context(), composefile.Options{Files: []string{"c.yml"}, Contents: map[string][]byte{"c.yml": []byte(file)}, Dir: dir, Name: "x"})
			if err != nil {
				t.Fatal(err)
			}
			s := stack.Stack{Host: deploy.LocalHost{}, Dir: dir, Synced: []string{dir + "/dags"}}
			needs := Own(s, deploy.Desired{}, "", nil, p, p)
			found := map[string]Found{}
			if err := s.Ask(t.Context(), Look(needs, found)); err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, m := range Of(needs, found) {
				got = append(got, m.String())
			}
			switch {
			case test.want == "" && len(got) > 0:
				t.Errorf("got %q", got)
			case test.want != "" && (len(got) != 1 || !strings.Contains(got[0], test.want)):
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

// A path that the user may not look at may be there: docker looks as root.
func TestWhatCannotBeLookedAtIsNotMissing(t *testing.T) {
	if os.Getuid() == 0 {
		t.Skip("root may look everywhere")
	}
	closed := t.TempDir()
	if err := os.Chmod(closed, 0); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.Chmod(closed, 0o700) })
	needs := []composefile.Need{{Kind: composefile.NeedMount, Path: closed + "/app.conf", Target: "/app.conf"}}
	found := map[string]Found{}
	err := stack.Stack{Host: deploy.LocalHost{}, Dir: "/srv"}.Ask(t.Context(), Look(needs, found))
	if err != nil || found[needs[0].Path] != Hidden || len(Of(needs, found)) > 0 {
		t.Errorf("found %v, %v", found, err)
	}
}
