package workflows

import (
	"os"
	"strings"
	"testing"

	"git.example/slipway/pipelines/config"
)

// TestRegistry: the CI files sign in to the registry that slipway.yaml publishes to,
// and to no other.
func TestRegistry(t *testing.T) {
	c, err := config.Load("../../slipway.yaml")
	if err != nil {
		t.Fatal(err)
	}
	main, _ := c.Environments.Get("main")
	registry, ok := c.Registries.Get(main.Registry)
	if !ok || registry.OCI == nil {
		t.Fatalf("the registry of main is %q, %+v", main.Registry, registry)
	}
	for _, path := range []string{"../../.github/workflows/pipeline.yml", "../../.circleci/config.yml"} {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		logins := strings.Split(string(text), "with-registry-auth --address ")[1:]
		if len(logins) != 1 || !strings.HasPrefix(logins[0], registry.OCI.Host+" ") {
			t.Errorf("%s signs in %d times, want once, to %s: %q", path, len(logins), registry.OCI.Host, logins)
		}
	}
}
