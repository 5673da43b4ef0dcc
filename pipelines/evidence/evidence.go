// Package evidence says what a release record from a registry is believed by. Who may
// push to the registry can write any record: of what it claims, only what is proven
// elsewhere says where to deploy to and which secrets to ask for.
package evidence

import (
	"context"
	"errors"

	"git.example/slipway/pipelines/config"
	"git.example/slipway/pipelines/deploy/journal"
	"git.example/slipway/pipelines/published"
	"git.example/slipway/pipelines/workspace"
)

// Kind is what proves a record.
type Kind string

// The kinds of evidence.
const (
	// None proves nothing.
	None Kind = ""
	// Run is that this very run published the record.
	Run Kind = "run"
	// Git is that the deploy files are those of the recorded commit, which is on a
	// branch or tag that the environment accepts. It says nothing of the images.
	Git Kind = "git"
	// Journal is that the environment has verified this very record before.
	Journal Kind = "journal"
	// Tree is that the deploy files are those of this working tree, whatever the commit
	// says. It is not enough for a protected environment.
	Tree Kind = "tree"
)

// Evidence is what proves a record to an environment.
type Evidence struct {
	Kind Kind
	// Why says why git and journal prove nothing, when neither does.
	Why error
	// Signer is who signed the record, where that was verified.
	Signer string
}

// Recorded is the evidence as the journal keeps it.
func (e Evidence) Recorded(digest string) *journal.Record {
	return &journal.Record{Digest: digest, Proven: string(e.Kind), Signer: e.Signer}
}

// Lasting says that a protected environment may take what it proves, today and later.
func (k Kind) Lasting() bool { return k == Run || k == Git || k == Journal }

// Question is what has to be proven, to whom.
type Question struct {
	Workspace *workspace.Workspace
	// Environment as the checkout has it.
	Environment config.Entry[config.Environment]
	Release     published.Release
	// Published is the digest of the record that this run has written; empty when it
	// has written none.
	Published string
	// Journal opens the environment's journal where the checkout has it.
	Journal func(context.Context) (*journal.Journal, error)
}

// Find looks for evidence, for what is nearest first.
func Find(ctx context.Context, q Question) (Evidence, error) {
	if q.Release.Unpublished || q.Published != "" && q.Published == q.Release.Digest {
		return Evidence{Kind: Run}, nil
	}
	inGit := q.inGit(ctx)
	if inGit == nil {
		return Evidence{Kind: Git}, nil
	}
	if ctx.Err() != nil {
		return Evidence{}, context.Cause(ctx)
	}
	before, inJournal := q.inJournal(ctx)
	switch {
	case ctx.Err() != nil:
		return Evidence{}, context.Cause(ctx)
	case inJournal == nil:
		return Evidence{Kind: Journal, Signer: before.Signer}, nil
	case q.inTree():
		return Evidence{Kind: Tree, Why: errors.Join(inGit, inJournal)}, nil
	}
	return Evidence{Why: errors.Join(inGit, inJournal)}, nil
}
