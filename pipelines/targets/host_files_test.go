package targets

import (
	"errors"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"git.example/slipway/internal/projecttest"
	"git.example/slipway/pipelines/release"
	"git.example/slipway/pipelines/report"
)

const hostFilesConfig = `
version: 1
project: shop
images: {web: {context: .}}
registries: {local: {embedded: {}}}
environments:
  prod:
    registry: local
    deploy:
      stack: {compose: {file: FILE, path: /srv/shop, HOSTFILES}}
      dags: {gitsync: {path: /srv/shop/dags, from: dags, hosts: [a@b]}}
`

// Of what a compose file names, what git has travels: the file itself, with its mode
// and what a link in the repository leads to.
func TestHostFiles(t *testing.T) {
	tree := map[string]string{
		"conf/app.conf": "x=1", "conf/untracked.conf": "", "bin/run.sh": "#!/bin/sh", "html/index.html": "<p>", "html/img/a.svg": "<svg>",
		"data/.gitkeep": "", "seed/a.sql": "", "dags/a.py": "", ".env": "A=1", "lfs.bin": "version https://git-lfs.github.com/spec/v1\noid sha256:1\n",
		"deploy/near.conf": "near", "two/a": "a",
	}
	tests := map[string]struct {
		volumes   string
		file      string // compose.yml when empty
		hostFiles string
		more      string
		want      string // files, and directories that travel; "?" ends those that don't
		wantErr   string
	}{
		"file":                              {volumes: "./conf/app.conf:/etc/app.conf", want: "conf/app.conf"},
		"file that can be executed":         {volumes: "./bin/run.sh:/run.sh", want: "bin/run.sh*"},
		"file that git has not":             {volumes: "./conf/untracked.conf:/a.conf"},
		"directory only read":               {volumes: "./html:/html:ro", want: "html/ html/img/a.svg html/index.html"},
		"directory that is written to":      {volumes: "./seed:/seed", want: "seed?"},
		"directory that another one writes": {volumes: "./seed:/seed:ro", more: "  b: {image: x, volumes: ['./seed:/s']}", want: "seed?"},
		"directory that git keeps for data": {volumes: "./data:/data:ro"},
		"path by a default":                 {volumes: "${CONF:-./conf}/app.conf:/a.conf", want: "conf/app.conf"},
		"path by a variable":                {volumes: "${CONF}/app.conf:/a.conf"},
		"path by PWD":                       {volumes: "${PWD}/conf/app.conf:/a.conf", want: "conf/app.conf"},
		"out of the project":                {volumes: "../x.conf:/a.conf"},
		"the project itself":                {volumes: ".:/app:ro"},
		"env file of the stack":             {volumes: "./.env:/app/.env"},
		"another target's":                  {volumes: "./dags:/dags:ro"},
		"the host's own":                    {volumes: "./conf/app.conf:/a.conf", hostFiles: "host-files: [conf/]"},
		"link to a file":                    {volumes: "./link.conf:/a.conf", want: "link.conf"},
		"link to a directory":               {volumes: "./linked:/html:ro", want: "linked/ linked/img/a.svg linked/index.html"},
		"below a link":                      {volumes: "./linked/index.html:/a.html", want: "linked/index.html"},
		"link in a directory":               {volumes: "./two:/two:ro", want: "two/ two/a two/b"},
		"link out of the repository":        {volumes: "./out.conf:/a.conf", wantErr: `the symbolic link "out.conf" leads out of the repository, to "/etc/passwd"`},
		"link in a circle":                  {volumes: "./circle:/a.conf", wantErr: "leads to itself"},
		"pointer to LFS":                    {volumes: "./lfs.bin:/a", wantErr: `"lfs.bin" is a pointer to Git LFS`},
		"in a submodule":                    {volumes: "./sub/a.conf:/a.conf", wantErr: `"sub" is a submodule`},
		"too large":                         {volumes: "./big.json:/a.json", wantErr: `the largest is "big.json" with 8.5 MB`},
		"compose file in a folder":          {file: "deploy/compose.yml", volumes: "./near.conf:/a.conf", want: "deploy/near.conf"},
		"out of the folder, in the project": {file: "deploy/compose.yml", volumes: "../conf/app.conf:/a.conf", want: "conf/app.conf"},
		"config, secret, env file, label file": {
			volumes: "data:/data", want: "bin/run.sh* conf/app.conf deploy/near.conf html/index.html",
			more: "    configs: [c]\n    secrets: [s]\n    env_file: [deploy/near.conf]\n    label_file: html/index.html\nvolumes: {data: {}}\nconfigs: {c: {file: conf/app.conf}}\nsecrets: {s: {file: bin/run.sh}}",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			git := func(args ...string) {
				t.Helper()
				c := exec.Command("git", append([]string{"-c", "user.name=a", "-c", "user.email=a@b", "-c", "init.defaultBranch=main"}, args...)...)
				c.Dir = dir
				if out, err := c.CombinedOutput(); err != nil {
					t.Fatalf("git %v: %v\n%s", args, err, out)
				}
			}
			for file, content := range tree {
				projecttest.Write(t, dir, file, content)
			}
			if test.file == "" {
				test.file = "compose.yml"
			}
			projecttest.Write(t, dir, "slipway.yaml", strings.NewReplacer("FILE", test.file, "HOSTFILES", test.hostFiles).Replace(hostFilesConfig))
			projecttest.Write(t, dir, test.file, "services:\n  web:\n    image: x\n    volumes: ['"+test.volumes+"']\n"+test.more+"\n")
			projecttest.Write(t, dir, "big.json", strings.Repeat("x", 8<<20+1<<19))
			err := errors.Join(os.Chmod(filepath.Join(dir, "bin/run.sh"), 0o755), os.Symlink("conf/app.conf", filepath.Join(dir, "link.conf")),
				os.Symlink("html", filepath.Join(dir, "linked")), os.Symlink("/etc/passwd", filepath.Join(dir, "out.conf")),
				os.Symlink("circle", filepath.Join(dir, "circle")), os.Symlink("../conf/app.conf", filepath.Join(dir, "two/b")))
			if err != nil {
				t.Fatal(err)
			}
			git("init", "-q")
			git("add", ".")
			git("rm", "-q", "--cached", "conf/untracked.conf")
			git("update-index", "--add", "--cacheinfo", "160000,"+strings.Repeat("1", 40)+",sub")
			git("commit", "-q", "-m", "x")
			files, err := Files(t.Context(), projecttest.Open(t, dir, nil, report.Discard))
			if test.wantErr != "" {
				if err == nil || !strings.Contains(err.Error(), test.wantErr) {
					t.Errorf("error %v, want %q", err, test.wantErr)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			record := files.Record(release.Record{})
			var got []string
			for _, directory := range slices.Sorted(maps.Keys(record.HostDirectories)) {
				got = append(got, directory+map[bool]string{true: "/", false: "?"}[record.HostDirectories[directory]])
			}
			for _, file := range record.HostFilePaths() {
				got = append(got, file+map[string]string{release.ModeExecutable: "*"}[record.HostFiles[file].Mode])
				if files.Files[file] == nil {
					t.Errorf("%s has no content", file)
				}
			}
			if diff := cmp.Diff(strings.Fields(test.want), got, cmp.Transformer("", func(s []string) string { return strings.Join(s, " ") })); diff != "" {
				t.Error(diff)
			}
			if want := map[bool]int{true: 2, false: 1}[len(record.HostFiles) > 0]; record.Version != want {
				t.Errorf("version %d, want %d", record.Version, want)
			}
		})
	}
}
