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
	// Signature is one of the record that counts by the trust: of the checkout.
	Signature Kind = "signature"
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
	// Unsigned says why no signature counts, where the checkout wants one.
	Unsigned error
	// Revoked says that the checkout has revoked the release.
	Revoked bool
	// Signer is who signed the record, where that was verified.
	Signer string
}

// Recorded is the evidence as the journal keeps it.
func (e Evidence) Recorded(digest string) *journal.Record {
	return &journal.Record{Digest: digest, Proven: string(e.Kind), Signer: e.Signer}
}

// Lasting says that a protected environment may take what it proves, today and later.
func (k Kind) Lasting() bool { return k == Signature || k == Run || k == Git || k == Journal }

// Question is what has to be proven, to whom.
type Question struct {
	Workspace *workspace.Workspace
	// Environment as the checkout has it.
	Environment config.Entry[config.Environment]
	Release     published.Release
	// Registries know the signatures.
	Registries *published.Registries
	// Published is the digest of the record that this run has written; empty when it
	// has written none.
	Published string
	// Journal opens the environment's journal where the checkout has it.
	Journal func(context.Context) (*journal.Journal, error)
}

// Find looks for evidence, for what is nearest first.
func Find(ctx context.Context, q Question) (Evidence, error) {
	if q.Release.Unpublished {
		return Evidence{Kind: Run}, nil
	}
	trust := q.Registries.Signatures.Trust
	if trust.Revoked(q.Release.Record.Tag, q.Release.Digest) {
		return Evidence{Revoked: true}, nil
	}
	if !trust.Verifies() {
		return q.unsigned(ctx)
	}
	signer, err := q.Registries.Signatures.Signer(ctx, q.Release)
	if err == nil {
		return Evidence{Kind: Signature, Signer: signer}, nil
	}
	if !errors.Is(err, published.ErrUnsigned) {
		return Evidence{}, err
	}
	found, otherwise := q.unsigned(ctx)
	found.Unsigned = err
	return found, otherwise
}

// unsigned looks for evidence that is no signature.
func (q Question) unsigned(ctx context.Context) (Evidence, error) {
	if q.Published != "" && q.Published == q.Release.Digest {
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
