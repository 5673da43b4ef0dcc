package envfile

import (
	"bytes"
	"maps"
	"slices"

	"git.example/slipway/pipelines/deploy"
)

// Matches says that the file is as d wants it.
func (f File) Matches(d deploy.Desired) bool {
	if d.Env == nil {
		return !f.Ours
	}
	want, err := Encode(d.Env)
	return err == nil && f.Ours && bytes.Equal(want, f.content)
}

// Changes compares keys and values and tells the keys.
func (f File) Changes(d deploy.Desired) []deploy.Change {
	var changes []deploy.Change
	before := map[string]string{}
	if f.Ours {
		before = f.values
	}
	for _, key := range slices.Sorted(maps.Keys(d.Env)) {
		value, had := before[key]
		switch {
		case !had:
			changes = append(changes, deploy.Change{Kind: deploy.AddEnv, Subject: key, Note: f.Name})
		case value != d.Env[key].Reveal():
			changes = append(changes, deploy.Change{Kind: deploy.ChangeEnv, Subject: key, Note: f.Name})
		}
	}
	for _, key := range slices.Sorted(maps.Keys(before)) {
		if _, stays := d.Env[key]; !stays {
			changes = append(changes, deploy.Change{Kind: deploy.RemoveEnv, Subject: key, Note: f.Name})
		}
	}
	return changes
}
