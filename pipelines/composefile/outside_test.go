package composefile

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestTakenIn(t *testing.T) {
	tree := map[string]string{
		"db.yml": "services: {db: {image: x, extends: {file: base/b.yml, service: b}}}", "base/b.yml": "services: {b: {image: x, extends: {file: ../deep.yml, service: d}}}",
		"deep.yml": "services: {d: {image: x}}", "a/compose.yml": "include: [common.yml]", "a/common.yml": "services: {}", "common.yml": "services: {}",
		"a/.env": "A=1", "env/x.env": "X=1", ".env": "never", "circle.yml": "include: [circle.yml]", "malformed.yml": "services: [",
		"sub/compose.yml": "include: [../common.yml]", "own/q.yml": "services: {q: {extends: {file: near.yml, service: n}}}", "near.yml": "services: {n: {image: x}}",
		"aliased.yml": "x: &a {image: y}\nservices: {s: {<<: *a, extends: {file: near.yml, service: n}}}",
	}
	tests := map[string]struct {
		content string
		in      string // compose.yml when empty
		want    string
		wantErr string
	}{
		"none":                      {content: "services: {a: {image: x}, b: {extends: a}, c: {extends: {service: a}}}"},
		"include":                   {content: "include: [common.yml, {path: deep.yml}, {path: [near.yml, deep.yml]}]", want: "common.yml deep.yml near.yml"},
		"extends, and what extends": {content: "include: [db.yml]", want: "base/b.yml db.yml deep.yml"},
		"names in two directories":  {content: "include: [a/compose.yml]", want: "a/.env a/common.yml a/compose.yml"},
		"a directory of its own":    {content: "include: [{path: own/q.yml, project_directory: .}]", want: "near.yml own/q.yml"},
		"env files":                 {content: "include: [{path: common.yml, env_file: env/x.env}, {path: deep.yml, env_file: [/dev/null]}]", want: "common.yml deep.yml env/x.env"},
		"from a folder":             {in: "sub/compose.yml", content: tree["sub/compose.yml"], want: ".env common.yml"},
		"in a circle":               {content: "include: [circle.yml]", want: "circle.yml"},
		"malformed":                 {content: "include: [malformed.yml]", want: "malformed.yml"},
		"by an alias":               {content: "include: [aliased.yml]", want: "aliased.yml near.yml"},
		"not there":                 {content: "include: [gone.yml]", wantErr: `compose file "compose.yml" takes in "gone.yml": there is no such file`},
		"not there, deeper":         {content: "services: {a: {extends: {file: gone/x.yml, service: x}}}", wantErr: `"gone/x.yml": there is no such file`},
		"env file not there":        {content: "include: [{path: common.yml, env_file: gone.env}]", wantErr: `"gone.env": there is no such file`},
		"by a variable":             {content: "include: ['${PART}.yml']", wantErr: "depends on a variable; write its path out"},
		"out of the project":        {content: "include: [../x.yml]", wantErr: "out of the directory of slipway.yaml"},
		"absolute":                  {content: "include: [/etc/x.yml]", wantErr: "is not in the repository"},
		"remote":                    {content: "include: ['https://example.com/x.git']", wantErr: "is not in the repository"},
		"remote artifact":           {content: "include: [oci://example.com/x]", wantErr: "is not in the repository"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			main := "compose.yml"
			if test.in != "" {
				main = test.in
			}
			found, err := TakenIn([]string{main}, func(name string) ([]byte, bool, error) {
				if name == main {
					return []byte(test.content), true, nil
				}
				content, there := tree[name]
				return []byte(content), there, nil
			})
			if test.wantErr != "" {
				if err == nil || !strings.Contains(err.Error(), test.wantErr) {
					t.Errorf("error %v, want %q", err, test.wantErr)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if got := strings.Join(slices.Sorted(maps.Keys(found)), " "); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
			if takes := TakesIn([]byte(test.content)); takes != (test.want != "") {
				t.Errorf("takes in: %v", takes)
			}
		})
	}
}

// What a release takes in is read as if it were in the project directory, also where
// two files have one name, and leaves no trace of where it was read.
func TestLoadTakenIn(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	files := map[string][]byte{
		"deploy/compose.yml":     []byte("name: shop\ninclude: [a/compose.yml, ../shared/log.yml]\nservices: {web: {extends: {file: b/base.yml, service: base}, image: w}}"),
		"deploy/a/compose.yml":   []byte("include: [common.yml]\nservices: {a: {image: a, env_file: [a.env], volumes: ['./data:/data', '${CONF:-./conf}:/c']}}\nsecrets: {s: {file: s.txt}}"),
		"deploy/a/common.yml":    []byte("services: {near: {image: near}}"),
		"deploy/common.yml":      []byte("services: {far: {image: far}}"),
		"deploy/b/base.yml":      []byte("services: {base: {image: b, volumes: ['./x.conf:/x.conf'], labels: {says: /tmp}}}"),
		"shared/log.yml":         []byte("services: {log: {image: '${LOG_IMAGE}', label_file: log.labels}}"),
		"shared/.env":            []byte("LOG_IMAGE=logger"),
		"deploy/unrelated/x.txt": []byte("x"),
	}
	p, err := Load(t.Context(), Options{Files: []string{"deploy/compose.yml"}, Contents: files, Dir: "/opt/the shop"})
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, n := range Needs(p) {
		got[n.Service+" "+string(n.Kind)+" "+n.Target] = n.Path
	}
	want := map[string]string{
		"a env_file ": "/opt/the shop/a/a.env", "a mount /data": "/opt/the shop/a/data", "a mount /c": "/opt/the shop/a/conf",
		"web mount /x.conf": "/opt/the shop/b/x.conf", "log label_file ": "/opt/shared/log.labels",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"a", "log", "near", "web"}, p.ServiceNames()); diff != "" {
		t.Error(diff)
	}
	if p.Name != "shop" || p.Services["log"].Image != "logger" || p.Secrets["s"].File != "/opt/the shop/a/s.txt" || p.WorkingDir != "/opt/the shop" {
		t.Errorf("name %q, image %q, secret %q, in %q", p.Name, p.Services["log"].Image, p.Secrets["s"].File, p.WorkingDir)
	}
	files["deploy/a/compose.yml"] = []byte("services: {a: {nonsense: 1}}")
	if _, err := Load(t.Context(), Options{Files: []string{"deploy/compose.yml"}, Contents: files, Dir: "/opt/x"}); err == nil || !strings.Contains(err.Error(), "nonsense") || strings.Contains(err.Error(), "/tmp") {
		t.Errorf("error: %v", err)
	}
}
