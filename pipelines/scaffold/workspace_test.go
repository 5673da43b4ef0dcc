package scaffold

import (
	"strings"
	"testing"
	"testing/fstest"

	"git.example/slipway/pipelines/config"
)

// TestWorkspace: the file for Dagger 1.0 has an overlay for each environment, and is
// written where it would not take the place of a module of the repository's own.
func TestWorkspace(t *testing.T) {
	c := &config.Config{Environments: config.Map[config.Environment]{{Name: "prod"}, {Name: "eu.prod"}}}
	tests := map[string]struct {
		dagger, address string
		want            []string
	}{
		"a blueprint": {
			dagger: `{"blueprint": {"name": "slipway", "source": "git.example/slipway@main", "pin": "0123"}}`,
			want: []string{
				"source = \"git.example/slipway@main\"\npin = \"0123\"\nentrypoint = true\n", "\nlegacy-default-path = true\n",
				"[env.prod.modules.slipway.settings]\nenvironment = \"prod\"\n", "[env.\"eu.prod\".modules.slipway.settings]\nenvironment = \"eu.prod\"\n",
			},
		},
		"an address":         {address: "git.example/slipway", want: []string{"source = \"git.example/slipway@v1.2.3\"\nentrypoint"}},
		"a directory":        {dagger: `{"blueprint": {"name": "slipway", "source": "tools/slipway"}}`, want: []string{"source = \"tools/slipway\"\nentrypoint"}},
		"nobody says":        {},
		"a module of theirs": {dagger: `{"name": "own", "sdk": {"source": "go"}}`, address: "git.example/slipway"},
		"a toolchain":        {dagger: `{"toolchains": [{"name": "slipway", "source": "git.example/slipway"}]}`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			root := fstest.MapFS{}
			if test.dagger != "" {
				root["dagger.json"] = &fstest.MapFile{Data: []byte(test.dagger)}
			}
			text, ok, err := Workspace(root, c, Module{Address: test.address, Version: "v1.2.3"})
			if err != nil || ok != (test.want != nil) || ok && !strings.HasPrefix(string(text), Written) {
				t.Fatalf("%v, %v:\n%s", ok, err, text)
			}
			for _, want := range test.want {
				if !strings.Contains(string(text), want) {
					t.Errorf("there is no %q:\n%s", want, text)
				}
			}
		})
	}
}
