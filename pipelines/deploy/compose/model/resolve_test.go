package model_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"git.example/slipway/internal/deploytest"
	"git.example/slipway/pipelines/config"
	"git.example/slipway/pipelines/deploy"
	"git.example/slipway/pipelines/deploy/compose/envfile"
	"git.example/slipway/pipelines/deploy/compose/model"
	"git.example/slipway/pipelines/deploy/compose/stack"
)

// TestResolveReadsWhatComposeWrites: every key comes back from the model that the
// host's compose resolved, those too that compose can't read in its own JSON.
func TestResolveReadsWhatComposeWrites(t *testing.T) {
	deploytest.NeedCompose(t)
	dir := t.TempDir()
	s := stack.Stack{Host: deploy.LocalHost{}, Dir: dir, StateDir: dir + "/.slipway", Config: config.ComposeTarget{Project: "resolve"}}
	text := "services: {a: {image: x, environment: {PRICE: \"5$$\"}, blkio_config: {weight_device: [{path: /dev/x, weight: 200}], device_read_bps: [{path: /dev/x, rate: 12mb}]}}}\n"
	d := deploy.Desired{Main: []string{"compose.yml"}, Files: map[string]string{"compose.yml": text}}
	env, err := envfile.Read(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	m, err := model.Load(t.Context(), s, d, env)
	if err != nil {
		t.Fatal(err)
	}
	resolve, err := m.Resolve(t.Context(), s, d, env, &model.Rendered{})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Ask(t.Context(), resolve); err != nil {
		t.Fatal(err)
	}
	a := m.Project.Services["a"]
	if len(m.Hashes["a"]) != 64 || strings.Trim(m.Hashes["a"], "0123456789abcdef") != "" {
		t.Errorf("hash %q", m.Hashes["a"])
	}
	if b := a.BlkioConfig; b == nil || len(b.WeightDevice) != 1 || b.WeightDevice[0].Path != "/dev/x" || len(b.DeviceReadBps) != 1 || b.DeviceReadBps[0].Rate != 12<<20 {
		t.Errorf("blkio_config %+v", b)
	}
	if price := a.Environment["PRICE"]; price == nil || *price != "5$" {
		t.Errorf("PRICE is %v", price)
	}
}

// What was rendered once is not rendered again, unless something that compose reads
// for it has changed: the files of the release, its variables, or a file of the host.
func TestRenderedOnce(t *testing.T) {
	deploytest.NeedCompose(t)
	dir := t.TempDir()
	file := filepath.Join(dir, "own.env")
	s := stack.Stack{Host: deploy.LocalHost{}, Dir: dir, StateDir: dir + "/.slipway", Config: config.ComposeTarget{Project: "once"}}
	d := deploy.Desired{Main: []string{"compose.yml"}, Files: map[string]string{
		"compose.yml": "services: {a: {image: x, env_file: own.env, environment: {LEVEL: \"${LEVEL}\", OWN: \"${OWN:-none}\"}}}\n",
	}, Variables: map[string]string{"LEVEL": "1"}}
	rendered := &model.Rendered{}
	value := func(key string) string {
		t.Helper()
		env, err := envfile.Read(t.Context(), s)
		if err != nil {
			t.Fatal(err)
		}
		m, err := model.Load(t.Context(), s, d, env)
		if err != nil {
			t.Fatal(err)
		}
		resolve, err := m.Resolve(t.Context(), s, d, env, rendered)
		if err != nil {
			t.Fatal(err)
		}
		answer, asked := []byte(nil), resolve.Read
		resolve.Read = func(printed []byte, err error) error {
			answer = printed
			return asked(printed, err)
		}
		if err := s.Ask(t.Context(), resolve); err != nil {
			t.Fatal(err)
		}
		if len(m.Hashes["a"]) != 64 {
			t.Errorf("hash %q", m.Hashes["a"])
		}
		return fmt.Sprint(*m.Project.Services["a"].Environment[key], " ", string(answer) == "same\n")
	}
	write := func(name, content string) {
		t.Helper()
		if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(file, "OF_HOST=a\n")
	for _, step := range []struct {
		what   string
		change func()
		key    string
		want   string
	}{
		{"first", func() {}, "OF_HOST", "a false"},
		{"again", func() {}, "OF_HOST", "a true"},
		{"the host's file", func() { write(file, "OF_HOST=b\n") }, "OF_HOST", "b false"},
		{"again", func() {}, "OF_HOST", "b true"},
		{"back", func() { write(file, "OF_HOST=a\n") }, "OF_HOST", "a false"},
		{"a variable", func() { d.Variables = map[string]string{"LEVEL": "2"} }, "LEVEL", "2 false"},
		{".env", func() { write(filepath.Join(dir, ".env"), "OWN=env\n") }, "OWN", "env false"},
		{"again", func() {}, "OWN", "env true"},
	} {
		step.change()
		if got := value(step.key); got != step.want {
			t.Errorf("%s: %s is %q, want %q (whether it was the same)", step.what, step.key, got, step.want)
		}
	}
}
