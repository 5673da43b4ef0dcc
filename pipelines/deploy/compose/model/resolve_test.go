package model_test

import (
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
	if m, err = m.Resolve(t.Context(), s, d, env); err != nil {
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
