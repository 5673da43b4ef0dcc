package rollout

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"git.example/slipway/pipelines/deploy"
)

// Moved is a saved plan that is no longer what the deploy would do. Nothing was
// changed.
type Moved struct {
	// Differences, one a line, by target and subject.
	Differences []string
}

func (e *Moved) Error() string {
	return "applying a saved plan: what it saw has changed since, so nothing was done; make a new plan\n  " + strings.Join(e.Differences, "\n  ")
}

// asExpected compares the plans with those that were saved, when there are any.
func (a *attempt) asExpected() error {
	if a.Expect == nil {
		return nil
	}
	saved := map[string]deploy.Plan{}
	for _, plan := range a.Expect {
		saved[plan.Target] = plan
	}
	var differences []string
	for _, now := range a.plans {
		then, ok := saved[now.Target]
		if !ok {
			differences = append(differences, fmt.Sprintf("target %s: the saved plan does not have it", now.Target))
			continue
		}
		delete(saved, now.Target)
		for _, difference := range append(pinDifferences(then.Pins, now.Pins), changeDifferences(then.Changes, now.Changes)...) {
			differences = append(differences, fmt.Sprintf("target %s: %s", now.Target, difference))
		}
	}
	for _, target := range slices.Sorted(maps.Keys(saved)) {
		differences = append(differences, fmt.Sprintf("target %s: it is not there any more", target))
	}
	if len(differences) > 0 {
		return &Moved{Differences: differences}
	}
	return nil
}

func pinDifferences(then, now []deploy.Pin) []string {
	return compared(byKey(then, pinKey), byKey(now, pinKey), "was", "is")
}

func changeDifferences(then, now []deploy.Change) []string {
	return compared(byKey(then, changeKey), byKey(now, changeKey), "planned", "would be")
}

func pinKey(p deploy.Pin) (key, value string) { return p.Subject, p.Value }

func changeKey(c deploy.Change) (key, value string) {
	value = c.Before + " -> " + c.After
	if c.Note != "" {
		value += " (" + c.Note + ")"
	}
	if len(c.Hosts) > 0 {
		value += " on " + strings.Join(c.Hosts, ", ")
	}
	return fmt.Sprintf("%s %s", c.Kind, c.Subject), strings.TrimSpace(value)
}

// byKey is every entry under its key; entries of one key are one.
func byKey[T any](entries []T, key func(T) (string, string)) map[string]string {
	by := map[string]string{}
	for _, e := range entries {
		k, value := key(e)
		by[k] = strings.TrimPrefix(by[k]+"; "+value, "; ")
	}
	return by
}

func compared(then, now map[string]string, before, after string) []string {
	var differences []string
	keys := maps.Clone(then)
	maps.Copy(keys, now)
	for _, key := range slices.Sorted(maps.Keys(keys)) {
		was, had := then[key]
		is, has := now[key]
		switch {
		case !has:
			differences = append(differences, fmt.Sprintf("%s: %s %s, now gone", key, before, was))
		case !had:
			differences = append(differences, fmt.Sprintf("%s: new, %s %s", key, after, is))
		case was != is:
			differences = append(differences, fmt.Sprintf("%s: %s %s, %s %s", key, before, was, after, is))
		}
	}
	return differences
}
