package ecs

import (
	"encoding/json"
	"maps"
)

// tagDocument is the tag of a revision that a deploy registered: the fingerprint of
// what was sent. What ECS answers is that with more in it, so a revision is told by
// what it was made from, never by comparing contents.
const tagDocument = "slipway:document"

// revision is one revision of a task definition: its ARN is what it is.
type revision struct {
	arn string
	// active says that a service can be moved to it.
	active bool
	// made is the fingerprint of what it was made from; empty when no deploy of ours
	// registered it.
	made     string
	document document
}

// readRevision reads what ECS answers.
func readRevision(body []byte) (revision, error) {
	d, err := parse(body)
	if err != nil {
		return revision{}, err
	}
	var answer struct {
		TaskDefinition struct{ TaskDefinitionArn, Status string }
		Tags           []struct{ Key, Value string }
	}
	if err := json.Unmarshal(body, &answer); err != nil {
		return revision{}, err
	}
	r := revision{arn: answer.TaskDefinition.TaskDefinitionArn, active: answer.TaskDefinition.Status == "ACTIVE", document: d}
	for _, tag := range answer.Tags {
		if tag.Key == tagDocument {
			r.made = tag.Value
		}
	}
	return r, nil
}

// is says that the revision was made from d, or has just what d has.
func (r revision) is(d document) bool {
	want := d.fingerprint()
	return r.document != nil && (r.made == want || r.document.fingerprint() == want)
}

// has says that the revision has all that d has; more may be filled in. It is for
// revisions of which nobody noted what they were made from.
func (r revision) has(d document) bool {
	return r.document != nil && len(differences(d, r.document, leftItemsCount)) == 0
}

// marked is a copy of d with the tag that tells what it is.
func (d document) marked() document {
	marked := maps.Clone(d)
	marked["tags"] = append(userTags(listOf(d["tags"])), map[string]any{"key": tagDocument, "value": d.fingerprint()})
	return marked
}
