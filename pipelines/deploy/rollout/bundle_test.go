package rollout

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"git.example/slipway/pipelines/deploy"
)

func TestBundle(t *testing.T) {
	t.Parallel()
	stopped := &deploy.Stopped{Subject: "web", Container: "shop-web-2", Reason: "it is unhealthy", Facts: []string{"state running, unhealthy", "log: ``` panic"}}
	tests := map[string]struct {
		failure *Failure
		want    string
	}{
		"one host": {
			failure: &Failure{Tag: "2", Err: stopped, Changed: true, ReturnedTo: "1"},
			want: "## Release 2 was not deployed\n\n" +
				"deploying 2: service \"web\", container shop-web-2: it is unhealthy; 1 runs again\n\n" +
				"Service `web`, container `shop-web-2`\n\n````\nstate running, unhealthy\nlog: ``` panic\n````\n",
		},
		"two hosts, one of them still gone": {
			failure: &Failure{
				Tag: "2", Changed: true, ReturnedTo: "1", ReturnErr: errors.New("app2: it does not answer"),
				Err: deploy.HostErrors{{Host: "app1", Err: stopped}, {Host: "app2", Err: errors.New("it does not answer")}},
			},
			want: "## Release 2 was not deployed\n\n" +
				"deploying 2: host app1: service \"web\", container shop-web-2: it is unhealthy; host app2: it does not answer; going back failed, too: app2: it does not answer\n\n" +
				"### app1\n\nservice \"web\", container shop-web-2: it is unhealthy\n\n" +
				"Service `web`, container `shop-web-2`\n\n````\nstate running, unhealthy\nlog: ``` panic\n````\n\n" +
				"### app2\n\nit does not answer\n\n" +
				"### Going back\n\n```\napp2: it does not answer\n```\n",
		},
		"a step": {
			failure: &Failure{Tag: "2", Err: errors.New("step \"migrate\" ended with exit code 1\n  no table")},
			want:    "## Release 2 was not deployed\n\ndeploying 2: step \"migrate\" ended with exit code 1; no target was changed\n\n```\n  no table\n```\n",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(test.want, test.failure.Bundle()); diff != "" {
				t.Error(diff)
			}
		})
	}
}
