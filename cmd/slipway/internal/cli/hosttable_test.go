package cli

import (
	"bytes"
	"testing"

	"github.com/google/go-cmp/cmp"

	"git.example/slipway/pipelines"
	"git.example/slipway/pipelines/deploy"
	"git.example/slipway/pipelines/deploy/journal"
	"git.example/slipway/pipelines/deploy/rollout"
)

// Hosts have a column only where something names one.
func TestHostColumns(t *testing.T) {
	change := deploy.Change{Kind: deploy.Replace, Subject: "web", Before: "web@1", After: "web@2"}
	step := deploy.Change{Kind: deploy.RunStep, Subject: "web", After: "migrate", Note: "before"}
	onHosts := change
	onHosts.Hosts = []string{"app1", "app2", "app3", "app4"}
	stepOnHost := step
	stepOnHost.Hosts = []string{"app1"}
	tests := map[string]struct {
		print func(*globals)
		want  string
	}{
		"plan": {
			func(g *globals) {
				printTargetPlan(g, deploy.Plan{Target: "app", Changes: []deploy.Change{step, change}})
			},
			"Target app:\n" +
				"  run      web  migrate  (before)\n" +
				"  replace  web  web@1 -> web@2\n\n",
		},
		"plan of hosts": {
			func(g *globals) {
				printTargetPlan(g, deploy.Plan{Target: "app", Changes: []deploy.Change{stepOnHost, onHosts}})
			},
			"Target app:\n" +
				"  HOSTS           CHANGE\n" +
				"  app1            run      web  migrate  (before)\n" +
				"  app1, app2 +2   replace  web  web@1 -> web@2\n\n",
		},
		"drift": {
			func(g *globals) {
				printVerified(g, pipelines.Verified{Environment: "prod", Tag: "1", Drift: []deploy.Drift{{Host: "app2", Target: "app", Subject: "web", Kind: deploy.DriftMissing}}})
			},
			"HOST   TARGET   SUBJECT   DRIFT     WANT   GOT\n" +
				"app2   app      web       missing   -      -\n\n" +
				"prod does not run release 1 as it was released. To bring it back: slipway deploy --env prod --tag 1\n",
		},
		"what a deploy keeps": {
			func(g *globals) {
				kept := deploy.Drift{Target: "app", Subject: `volume "data"`, Kind: deploy.DriftKept, Want: "as the compose file has it", Got: "labels.a is not there", Advice: "Rename it"}
				printVerified(g, pipelines.Verified{Environment: "prod", Tag: "1", Drift: []deploy.Drift{kept, kept}})
			},
			"TARGET   SUBJECT         DRIFT   WANT                         GOT\n" +
				"app      volume \"data\"   kept    as the compose file has it   labels.a is not there\n" +
				"app      volume \"data\"   kept    as the compose file has it   labels.a is not there\n\n" +
				"prod does not run release 1 as it was released.\nRename it.\n",
		},
		"deployed, and something kept": {
			func(g *globals) {
				printDeployed(g, rollout.Result{Entry: journal.Entry{Tag: "1"}, Plans: []deploy.Plan{{Target: "app"}},
					Proofs: map[string]deploy.Proof{"app": {Drift: []deploy.Drift{{Host: "app1", Subject: `volume "data"`, Kind: deploy.DriftKept, Got: "labels.a is not there"}}}}})
			},
			"\nRelease 1 runs, its images proven by digest, but not all is as released.\n" +
				"Kept as it was made, and different in the release (the notes above say what to do):\n" +
				"  app1: volume \"data\" of target app: labels.a is not there\n",
		},
		"deployed": {
			func(g *globals) {
				printDeployed(g, rollout.Result{Entry: journal.Entry{Tag: "1"}, Plans: []deploy.Plan{{Target: "app"}},
					Proofs: map[string]deploy.Proof{"app": {Running: []deploy.Running{{Host: "app1", Subject: "web", Image: "x", State: "running"}}}}})
			},
			"HOST   TARGET   SERVICE   IMAGE   STATE\n" +
				"app1   app      web       x       running\n\n" +
				"Release 1 runs, proven by digest.\n",
		},
		"deployed on this machine": {
			func(g *globals) {
				printDeployed(g, rollout.Result{Entry: journal.Entry{Tag: "1"}, Plans: []deploy.Plan{{Target: "app"}},
					Proofs: map[string]deploy.Proof{"app": {Running: []deploy.Running{{Subject: "web", Image: "x", State: "running"}}}}})
			},
			"TARGET   SERVICE   IMAGE   STATE\n" +
				"app      web       x       running\n\n" +
				"Release 1 runs, proven by digest.\n",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			var out bytes.Buffer
			test.print(&globals{env: Environment{Out: &out}})
			if diff := cmp.Diff(test.want, out.String()); diff != "" {
				t.Errorf("output (-want +got):\n%s", diff)
			}
		})
	}
}
