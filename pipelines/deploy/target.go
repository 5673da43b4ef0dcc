package deploy

import (
	"context"
	"io"
)

// Target is one thing that a release is deployed to. Its methods are called
// one at a time, Pull apart, which runs beside those of other targets.
type Target interface {
	// Name is the target's name in slipway.yaml.
	Name() string
	// Pull brings the images to the host. It changes nothing that runs.
	Pull(ctx context.Context, d Desired, log io.Writer) error
	// Observe reads what runs, and everything else that planning d needs. It
	// changes nothing.
	Observe(ctx context.Context, d Desired) (Observed, error)
	// Plan says what has to change. It is pure: no clock, no host.
	Plan(d Desired, o Observed) (Plan, error)
	// Apply makes the plan true. An interrupted Apply is completed by a new
	// Observe, Plan and Apply, from any state in between.
	Apply(ctx context.Context, d Desired, p Plan, s Session) error
	// Verify compares what runs with d, by digest. No drift is the proof.
	Verify(ctx context.Context, d Desired) (Proof, error)
}

// Settler is a Target whose changes can outlive the run that made them.
type Settler interface {
	// Settle waits for what a killed run left working.
	Settle(ctx context.Context, log io.Writer) error
}

// Pruner is a Target that can remove images it no longer needs.
type Pruner interface {
	// Prune removes images of drop that keep does not use. It touches nothing else.
	Prune(ctx context.Context, drop, keep []Desired, log io.Writer) error
}

// Stepper is a Target that can run one command in a service of what runs, such
// as a down-migration.
type Stepper interface {
	// RunStep runs command in a new container of service, as d describes it.
	RunStep(ctx context.Context, d Desired, service string, command []string, s Session) error
}

// Observed is what a target looks like.
type Observed struct {
	// Running is what runs now.
	Running []Running
	// Previous brings back what runs now although no release of ours made it;
	// nil when nothing does, or when it can't be brought back.
	Previous *Desired
	// SecretVersions are the versions of the secrets that the target's own files
	// name, as in Desired; empty for one that this deploy does not hand out anew.
	SecretVersions map[string]string
	// LeftOut is why some hosts could not be observed, a HostErrors; only when
	// Desired.Reachable allows it.
	LeftOut error
	// State is the target's own, for its Plan.
	State any
}

// Running is one thing that runs: a container, a task.
type Running struct {
	// Host is where; empty for the only one.
	Host string `json:"host,omitempty"`
	// Subject is the service.
	Subject string `json:"subject"`
	// ID is the container's.
	ID string `json:"id"`
	// Image is its digest, or the host's own image id when it came from no registry.
	Image string `json:"image"`
	// State reads as "running, healthy".
	State string `json:"state"`
}

// Session is what Apply works in.
type Session struct {
	// Log takes the output of what runs.
	Log io.Writer
	// Fence fails once the lock is lost. It is asked before every change.
	Fence func(context.Context) error
	// Registered takes the Revisions of a Desired before what runs is touched, so that
	// Verify proves those. Nil when nobody asks.
	Registered func(revisions map[string]string)
}

// Proof is what Verify found.
type Proof struct {
	Running []Running `json:"running"`
	// Revisions are what the services run, as in Desired; nil where the kind has none.
	Revisions map[string]string `json:"revisions,omitempty"`
	// Unit is what Running are, such as "checkout"; "container" when empty.
	Unit  string  `json:"-"`
	Drift []Drift `json:"drift,omitempty"`
}

// Drift is one difference between what runs and what should.
type Drift struct {
	Target string `json:"target"`
	// Host is where; empty for the only one.
	Host    string `json:"host,omitempty"`
	Subject string `json:"subject"`
	Kind    string `json:"kind"`
	Want    string `json:"want,omitempty"`
	Got     string `json:"got,omitempty"`
	// Advice is what to do; empty when a deploy of what should run mends it.
	Advice string `json:"advice,omitempty"`
}

// The kinds of drift.
const (
	DriftImage   = "image"   // another image runs
	DriftMissing = "missing" // nothing runs
	DriftExtra   = "extra"   // something runs that the release does not have
	DriftState   = "state"   // it does not run, or is not healthy
	DriftConfig  = "config"  // it was started from another configuration
	DriftEnv     = "env"     // the env file was edited
	DriftFile    = "file"    // a file that services need is not there, or not the release's
	DriftKept    = "kept"    // it was made from another definition, and deploys leave it as it is
)
