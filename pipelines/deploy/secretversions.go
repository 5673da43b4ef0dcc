package deploy

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"git.example/slipway/pipelines/report"
)

// shownSecrets is how many secrets a plan's note names.
const shownSecrets = 5

// pinSecrets makes the versions of secrets part of what the plan saw, and notes
// them. They are no secrets.
func (p *Plan) pinSecrets(versions map[string]string) {
	references := slices.Sorted(maps.Keys(versions))
	references = slices.DeleteFunc(references, func(reference string) bool { return versions[reference] == "" })
	if len(references) == 0 {
		return
	}
	var shown []string
	for i, reference := range references {
		p.Pins = append(p.Pins, Pin{Subject: "secret " + reference, Value: versions[reference]})
		if i < shownSecrets {
			shown = append(shown, fmt.Sprintf("%s version %s", reference, versions[reference]))
		}
	}
	if more := len(references) - shownSecrets; more > 0 {
		shown = append(shown, fmt.Sprintf("and %s more", report.Count(more, "secret")))
	}
	p.Notes = append(slices.Clone(p.Notes), "secrets: "+strings.Join(shown, ", "))
}
