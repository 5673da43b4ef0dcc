package scaffold

import (
	"errors"
	"testing"
	"testing/fstest"
)

func TestModuleCalled(t *testing.T) {
	const pin = "0123456789abcdef0123456789abcdef01234567"
	tests := map[string]struct {
		module Module
		dagger string
		want   string
		none   bool
	}{
		"nobody says":             {none: true},
		"an address":              {module: Module{Address: "git.example/slipway"}, want: "git.example/slipway@v1.2.3"},
		"with a version":          {module: Module{Address: "git.example/slipway@a/branch"}, want: "git.example/slipway@a/branch"},
		"over SSH":                {module: Module{Address: "ssh://git@git.example/slipway"}, want: "ssh://git@git.example/slipway@v1.2.3"},
		"as scp has it":           {module: Module{Address: "git@code.example.net:ours/slipway@v2"}, want: "git@code.example.net:ours/slipway@v2"},
		"as scp has it, bare":     {module: Module{Address: "git@code.example.net:ours/slipway"}, want: "git@code.example.net:ours/slipway@v1.2.3"},
		"a directory":             {module: Module{Address: "./tools/slipway"}, want: "./tools/slipway"},
		"where it was built from": {module: Module{Own: "code.example.net/acme/slipway"}, want: "code.example.net/acme/slipway@v1.2.3"},
		"a reserved domain":       {module: Module{Own: "any.example/slipway"}, none: true},
		"a program of a test":     {module: Module{Own: ""}, none: true},
		"the address first":       {module: Module{Address: "git.example/slipway", Own: "code.example.net/acme/slipway"}, want: "git.example/slipway@v1.2.3"},
		"the blueprint":           {dagger: `{"blueprint": {"source": "git.example/slipway@main"}}`},
		"the blueprint first":     {module: Module{Address: "code.example.net/acme/slipway"}, dagger: `{"blueprint": {"name": "slipway", "source": "git.example/slipway@main"}}`},
		"under another name":      {module: Module{Address: "code.example.net/acme/releases@v1"}, dagger: `{"blueprint": {"source": "code.example.net/acme/releases"}}`},
		"named":                   {dagger: `{"blueprint": {"name": "slipway", "source": "code.example.net/acme/releases"}}`},
		"another blueprint":       {dagger: `{"blueprint": {"name": "other", "source": "code.example.net/acme/slipway"}}`, none: true},
		"a longer name":           {dagger: `{"blueprint": {"source": "code.example.net/acme/slipwayish"}}`, none: true},
		"a toolchain":             {dagger: `{"toolchains": [{"name": "other", "source": "x/y"}, {"name": "slipway", "source": "git.example/slipway@main"}]}`, want: "git.example/slipway@main"},
		"a toolchain at a commit": {dagger: `{"toolchains": [{"name": "slipway", "source": "git.example/slipway@main", "pin": "` + pin + `"}]}`, want: "git.example/slipway@" + pin},
		"before a toolchain":      {module: Module{Address: "code.example.net/acme/slipway@v2"}, dagger: `{"toolchains": [{"name": "slipway", "source": "git.example/slipway"}]}`, want: "code.example.net/acme/slipway@v2"},
		"a toolchain before own":  {module: Module{Own: "code.example.net/acme/slipway"}, dagger: `{"toolchains": [{"name": "slipway", "source": "git.example/slipway@v2"}]}`, want: "git.example/slipway@v2"},
		"no JSON":                 {module: Module{Own: "code.example.net/acme/slipway"}, dagger: `{`, want: "code.example.net/acme/slipway@v1.2.3"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			root := fstest.MapFS{}
			if test.dagger != "" {
				root["dagger.json"] = &fstest.MapFile{Data: []byte(test.dagger)}
			}
			test.module.Version = "v1.2.3"
			got, err := test.module.called(root)
			if got != test.want || errors.Is(err, ErrNoModule) != test.none || !test.none && err != nil {
				t.Errorf("%q, %v, want %q", got, err, test.want)
			}
		})
	}
}

// TestModuleAddress: nothing gets into a CI file that would mean more there.
func TestModuleAddress(t *testing.T) {
	for _, address := range []string{"a b", "a#b", "a\nb", "-x", "a$(b)", `a"b`, "a'b", "@v1", "{a}"} {
		if got, err := (Module{Address: address, Version: "main"}).called(fstest.MapFS{}); err == nil {
			t.Errorf("%q is taken, as %q", address, got)
		}
	}
}
