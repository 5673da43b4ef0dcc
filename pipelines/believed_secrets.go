package pipelines

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"git.example/slipway/pipelines/published"
	"git.example/slipway/pipelines/workspace"
)

// admitSecrets refuses a release that nothing proves where its task definitions ask
// for secrets that those of the checkout don't name: ECS gives a task what its
// definition asks for.
func admitSecrets(w *workspace.Workspace, found published.Release) error {
	for _, name := range slices.Sorted(maps.Keys(found.Files)) {
		if filepath.Ext(name) != ".json" {
			continue
		}
		here, _ := os.ReadFile(w.Path(filepath.FromSlash(name))) // without the file the checkout names none
		named := secretsNamed(here)
		for _, secret := range secretsNamed(found.Files[name]) {
			if !slices.Contains(named, secret) {
				return refuse("deploying %q: nothing proves what the release is, and its %q asks for the secret %q, which that file of the checkout does not: check out a commit whose history has the release's, or publish it again",
					found.Record.Tag, name, secret)
			}
		}
	}
	return nil
}

// secretsNamed are what a task definition's containers take their secrets from.
func secretsNamed(text []byte) []string {
	var parsed any
	if json.Unmarshal(text, &parsed) != nil {
		return nil // the deploy says so
	}
	var found []string
	var walk func(any)
	walk = func(value any) {
		switch value := value.(type) {
		case []any:
			for _, v := range value {
				walk(v)
			}
		case map[string]any:
			for _, key := range slices.Sorted(maps.Keys(value)) {
				if from, ok := value[key].(string); ok && (key == "valueFrom" || key == "credentialsParameter") {
					found = append(found, from)
				}
				walk(value[key])
			}
		}
	}
	walk(parsed)
	return found
}
