package config_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"git.example/slipway/pipelines/config"
)

func TestReferences(t *testing.T) {
	c, err := config.Parse("slipway.yaml", []byte(`version: 1
project: shop
images: {app: {context: ., secrets: {npm: env://NPM_TOKEN}}}
checks: {unit: {image: busybox, run: [env], env: {B: env://B_TOKEN, A: env://A_TOKEN, PLAIN: text}}}
registries: {hub: {oci: {host: registry.example.com, username: env://HUB_USER, password: env://HUB_PASS}}}
`))
	if err != nil {
		t.Fatal(err)
	}
	tests := map[string]struct {
		part any
		want []string
	}{
		"fields in order": {c.Registries, []string{"HUB_USER", "HUB_PASS"}},
		"maps by name":    {c.Checks, []string{"A_TOKEN", "B_TOKEN"}},
		"images":          {c.Images, []string{"NPM_TOKEN"}},
		"none":            {c.Environments, nil},
		"nothing":         {nil, nil},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, config.References(test.part)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}
