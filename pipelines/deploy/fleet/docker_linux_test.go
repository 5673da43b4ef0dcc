package fleet_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"git.example/slipway/internal/longtest"
	"git.example/slipway/internal/sshtest"
	"git.example/slipway/pipelines/deploy/journal"
)

// Docker of one host restarts during its turn: whatever comes of this deploy,
// the fleet is consistent, and the next one works.
func TestDockerRestarted(t *testing.T) {
	longtest.Need(t)
	t.Parallel()
	e := newEngine(t)
	r := newCluster(t, 2)
	r.File = strings.Replace(stackFile, "  web:", "  web:\n    network_mode: none\n    restart: unless-stopped", 1)
	r.replaceServer(1, sshtest.Config{Lines: []string{"SetEnv DOCKER_HOST=" + e.socket()}})
	r.engines = map[int]string{1: e.socket()}
	r.release("1", "2", "3")
	r.mustDeploy("1")
	if got, want := r.serving(), []string{"1", "1"}; !cmp.Equal(got, want) {
		t.Fatalf("running: %q, want %q", got, want)
	}
	for tag, text := range map[string]string{"2": "app2 | web: starting", "3": "app2 | web: healthy"} {
		began := time.Now()
		r.reports = &when{text: text, do: func() {
			e.stop()
			if err := e.start(); err != nil {
				t.Error(err)
			}
		}}
		before := r.serving()[0]
		_, err := r.deploy(tag)
		t.Logf("restarted at %q, %s: %v", text, time.Since(began).Round(time.Second), err)
		if last := r.outcomes()[len(r.outcomes())-1]; (err == nil) != (last == tag+" "+string(journal.OutcomeDeployed)) {
			t.Errorf("history ends with %s after %v", last, err)
		}
		if err != nil {
			r.wantOne(before)
		}
		r.reports = &when{text: "\x00"}
		r.mustDeploy(tag)
		r.wantOne(tag)
	}
}
