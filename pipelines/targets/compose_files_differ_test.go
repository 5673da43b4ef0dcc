package targets

import (
	"strings"
	"testing"

	"git.example/slipway/pipelines/config"
	"git.example/slipway/pipelines/deploy"
)

// What differs of a stack are the parts that it takes in and the files that its own
// services need, with their modes; not those of other stacks.
func TestDifferingFiles(t *testing.T) {
	first := func() deploy.Desired {
		return deploy.Desired{
			Main: []string{"deploy/compose.yml"},
			Files: map[string]string{
				"deploy/compose.yml": "include: [part.yml]\nservices: {web: {image: '${X}', volumes: ['./conf/a:/a', './html:/html:ro']}}",
				"deploy/part.yml":    "services: {part: {image: x, profiles: [rare], env_file: part.env}}", "other.yml": "services: {}",
			},
			HostFiles: map[string]deploy.HostFile{
				"deploy/conf/a": {Mode: "0644", Content: []byte("1")}, "deploy/html/x": {Mode: "0644"}, "deploy/part.env": {Mode: "0644"},
				"elsewhere": {Mode: "0644"}, "deploy/conf/ab": {Mode: "0644"},
			},
		}
	}
	tests := map[string]struct {
		change func(*deploy.Desired)
		want   string
	}{
		"nothing": {func(*deploy.Desired) {}, ""},
		"a file": {func(d *deploy.Desired) {
			d.HostFiles["deploy/conf/a"] = deploy.HostFile{Mode: "0644", Content: []byte("2")}
		}, "deploy/conf/a"},
		"its mode":              {func(d *deploy.Desired) { d.HostFiles["deploy/part.env"] = deploy.HostFile{Mode: "0755"} }, "deploy/part.env"},
		"a file in a directory": {func(d *deploy.Desired) { d.HostFiles["deploy/html/y"] = deploy.HostFile{Mode: "0644"} }, "deploy/html/y"},
		"one less":              {func(d *deploy.Desired) { delete(d.HostFiles, "deploy/html/x") }, "deploy/html/x"},
		"a part":                {func(d *deploy.Desired) { d.Files["deploy/part.yml"] += "\n# more" }, "deploy/part.yml"},
		"another stack's file":  {func(d *deploy.Desired) { d.HostFiles["elsewhere"] = deploy.HostFile{Mode: "0755"} }, ""},
		"a name that begins so": {func(d *deploy.Desired) { delete(d.HostFiles, "deploy/conf/ab") }, ""},
		"another compose file":  {func(d *deploy.Desired) { d.Files["other.yml"] = "" }, ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			want := first()
			test.change(&want)
			k := composeFiles{config.ComposeTarget{File: config.Strings{"deploy/compose.yml"}}}
			if got := strings.Join(k.differing(t.Context(), want, first()), " "); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}
