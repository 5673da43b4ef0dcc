package config

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestTarget(t *testing.T) {
	hosts := []Host{{Address: "deploy@app1.example.com"}}
	tests := map[string]struct {
		target        Target
		hosts         []Host
		onThisMachine bool
		needsAWS      bool
	}{
		"a stack here":      {target: Target{Compose: &ComposeTarget{}}, onThisMachine: true},
		"a stack on a host": {target: Target{Compose: &ComposeTarget{Hosts: hosts}}, hosts: hosts},
		"a directory here":  {target: Target{GitSync: &GitSyncTarget{}}, onThisMachine: true},
		"one on a host":     {target: Target{GitSync: &GitSyncTarget{Hosts: hosts}}, hosts: hosts},
		"services of ECS":   {target: Target{ECS: &ECSTarget{}}, needsAWS: true},
		"Terraform":         {target: Target{Terraform: &TerraformTarget{}}},
		"a container":       {target: Target{Run: &RunTarget{}}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(test.hosts, test.target.Hosts()); diff != "" {
				t.Errorf("hosts (-want +got):\n%s", diff)
			}
			if got := test.target.OnThisMachine(); got != test.onThisMachine {
				t.Errorf("on this machine: %t, want %t", got, test.onThisMachine)
			}
			if got := test.target.NeedsAWS(); got != test.needsAWS {
				t.Errorf("needs AWS: %t, want %t", got, test.needsAWS)
			}
		})
	}
}
