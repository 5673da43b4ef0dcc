package rollout

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"git.example/slipway/pipelines/deploy"
	"git.example/slipway/pipelines/report"
)

// shownSecrets is how many secrets a plan's note names.
const shownSecrets = 5

// pinSecrets makes the versions of secrets part of what the plan saw, and notes
// them. They are no secrets.
func pinSecrets(p *deploy.Plan, versions map[string]string) {
	references := slices.Sorted(maps.Keys(versions))
	references = slices.DeleteFunc(references, func(reference string) bool { return versions[reference] == "" })
	if len(references) == 0 {
		return
	}
	var shown []string
	for i, reference := range references {
		p.Pins = append(p.Pins, deploy.Pin{Subject: "secret " + reference, Value: versions[reference]})
		if i < shownSecrets {
			shown = append(shown, fmt.Sprintf("%s version %s", reference, versions[reference]))
		}
	}
	if more := len(references) - shownSecrets; more > 0 {
		shown = append(shown, fmt.Sprintf("and %s more", report.Count(more, "secret")))
	}
	p.Notes = append(slices.Clone(p.Notes), "secrets: "+strings.Join(shown, ", "))
}

// noteSecrets notes the versions that a target observed. Those that it did not
// read are what they were in the deploy before.
func noteSecrets(d *deploy.Desired, observed map[string]string, before deploy.Desired) {
	for reference, version := range observed {
		if version = cmp.Or(version, before.SecretVersions[reference]); version == "" {
			continue
		}
		if d.SecretVersions == nil {
			d.SecretVersions = map[string]string{}
		}
		d.SecretVersions[reference] = version
	}
}
