package journal

import (
	"encoding/json"
	"time"
)

// Entry is one deploy in an environment's history.
type Entry struct {
	// Version of the entry's format, where it is not the first; Begin sets it.
	Version int `json:"version,omitempty"`
	// ID counts the environment's deploys from 1.
	ID  int    `json:"id"`
	Tag string `json:"tag"`
	// Commit is the release's full commit.
	Commit string `json:"commit,omitempty"`
	// Committed is when the commit was made, and Published when the release was; zero
	// where nobody knows.
	Committed time.Time `json:"committed,omitzero"`
	Published time.Time `json:"published,omitzero"`
	// Previous is the tag that was live before, and PreviousCommit its commit.
	Previous       string `json:"previous,omitempty"`
	PreviousCommit string `json:"previousCommit,omitempty"`
	// Digests of the release's images, by name.
	Digests map[string]string `json:"digests,omitempty"`
	// Record is the release record that was deployed; nil in entries from before that
	// was noted, and of an adopted stack.
	Record  *Record   `json:"record,omitempty"`
	By      Holder    `json:"by"`
	Started time.Time `json:"started"`
	// Ended is zero while the deploy runs.
	Ended   time.Time `json:"ended,omitzero"`
	Outcome Outcome   `json:"outcome"`
	// Error is the first line of a failure's reason.
	Error string `json:"error,omitempty"`
	// Targets that the deploy was for.
	Targets []string `json:"targets,omitempty"`
	// SecretVersions are the versions of the secrets that were deployed, by
	// reference, such as aws-sm://prod/tracker.
	SecretVersions map[string]string `json:"secretVersions,omitempty"`
	// Revisions are the task definitions, by ARN, that services were proven to run: by
	// target, and by service.
	Revisions map[string]map[string]string `json:"revisions,omitempty"`
	// Paths that were the only ones to change; all when empty.
	Paths []string `json:"paths,omitempty"`
	// PromotedFrom is the environment that the release was promoted from.
	PromotedFrom string `json:"promotedFrom,omitempty"`
	// Rollback says that somebody asked for an earlier release, whatever came of it.
	Rollback bool `json:"rollback,omitempty"`
	// Direct says that nobody asked whether the environment before has verified it.
	Direct bool `json:"direct,omitempty"`
	// ReturnedTo is the tag that runs again after a failure.
	ReturnedTo string `json:"returnedTo,omitempty"`
	// Mixed says that not all of a failed deploy could be put back.
	Mixed bool `json:"mixed,omitempty"`
	// Unknown are keys that a newer Slipway wrote. They stay when the entry is
	// written again.
	Unknown map[string]json.RawMessage `json:"-"`
}

// Record is a release record in a registry, and what it was believed by.
type Record struct {
	// Digest of its manifest.
	Digest string `json:"digest"`
	// Proven says by what, such as "git"; empty when nothing proved it.
	Proven string `json:"proven,omitempty"`
	// Signer is who signed it, where that was verified.
	Signer string `json:"signer,omitempty"`
}

// Holder is who deploys, from where.
type Holder struct {
	// User reads as "ana" or "github:ana".
	User string `json:"user,omitempty"`
	// Host is the machine's name.
	Host string `json:"host,omitempty"`
	// RunURL is the page of the CI run.
	RunURL string `json:"runURL,omitempty"`
}

// Outcome is how a deploy ended.
type Outcome string

// The outcomes of a deploy.
const (
	OutcomeRunning     Outcome = "running"     // it has not ended
	OutcomeDeployed    Outcome = "deployed"    // verified
	OutcomeRolledBack  Outcome = "rolled-back" // failed, and the release before it runs again
	OutcomeFailed      Outcome = "failed"      // failed, and nothing before it could be brought back, or nothing was changed
	OutcomeRollback    Outcome = "rollback"    // verified; somebody asked for an earlier release
	OutcomeAdopted     Outcome = "adopted"     // a stack that ran before the first deploy
	OutcomeInterrupted Outcome = "interrupted" // the run was killed
)

// Verified says that the release ran with the right digests when it ended.
func (o Outcome) Verified() bool { return o == OutcomeDeployed || o == OutcomeRollback }

// Worked says that it is something to go back to.
func (o Outcome) Worked() bool { return o.Verified() || o == OutcomeAdopted }
