package deploy

import "encoding/json"

// Plan is what a deploy would do to one target.
type Plan struct {
	Target string `json:"target"`
	// Tag of the release; empty when nothing is to run.
	Tag string `json:"tag"`
	// Changes, in the order they are made. Things that stay are not in it.
	Changes []Change `json:"changes"`
	// Unchanged are the subjects that stay as they are.
	Unchanged []string `json:"unchanged,omitempty"`
	// Contents are what the target has once the release is deployed, a line each; only
	// where nobody could look at what it has now.
	Contents []string `json:"contents,omitempty"`
	// Notes are worth reading before agreeing, such as why a service has to stop
	// for a moment.
	Notes []string `json:"notes,omitempty"`
	// Pins are what the plan saw. A plan that was saved is refused when they moved.
	Pins []Pin `json:"pins"`
	// Actions are the target's own, for its Apply.
	Actions json.RawMessage `json:"actions"`
}

// Change is one line of a plan. Env keys are shown, never values.
type Change struct {
	Kind    Kind   `json:"kind"`
	Subject string `json:"subject"`
	Before  string `json:"before,omitempty"`
	After   string `json:"after,omitempty"`
	Note    string `json:"note,omitempty"`
	// Hosts are where, by name; nil on the only one.
	Hosts []string `json:"hosts,omitempty"`
}

// Kind is what happens to a change's subject.
type Kind string

// The kinds of change.
const (
	Start      Kind = "start"    // a service that does not run yet
	Replace    Kind = "replace"  // new containers beside the old ones, then the old ones stop
	Recreate   Kind = "recreate" // the old container stops, then the new one starts
	Restart    Kind = "restart"  // a container that is there but does not run
	Switch     Kind = "switch"   // the proxy sends its requests to the new containers
	Stop       Kind = "stop"     // surplus containers of a service that stays
	Remove     Kind = "remove"   // a service that the release no longer has
	RunStep    Kind = "run"      // a step, such as a migration
	AddEnv     Kind = "env-add"  // a key of the env file
	ChangeEnv  Kind = "env-change"
	RemoveEnv  Kind = "env-remove"
	AddFile    Kind = "file-add" // a file that the release brings to the host
	ChangeFile Kind = "file-change"
	RemoveFile Kind = "file-remove"
	AdoptStack Kind = "adopt-stack" // a stack that runs already becomes ours
	MoveTag    Kind = "tag"         // an image's tag, where infrastructure code reads it
	Create     Kind = "create"      // a piece of infrastructure that is not there yet
	Update     Kind = "update"      // a piece of infrastructure that is changed in place
	Destroy    Kind = "destroy"     // a piece of infrastructure that goes
)

// Pin is one thing a plan saw: what, and its digest or other fingerprint.
type Pin struct {
	Subject string `json:"subject"`
	Value   string `json:"value"`
}

// Empty says that there is nothing to do.
func (p Plan) Empty() bool { return len(p.Changes) == 0 }
