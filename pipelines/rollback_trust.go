package pipelines

import (
	"fmt"

	"git.example/slipway/pipelines/config"
	"git.example/slipway/pipelines/deploy/journal"
	"git.example/slipway/pipelines/trust"
	"git.example/slipway/pipelines/workspace"
)

// admitBack refuses to go back to a release that trust: does not accept: one that is
// revoked, and, to a protected environment, one whose signer does not count. The
// environment's journal has noted who signed it: no registry is asked.
func admitBack(w *workspace.Workspace, t *trust.Trust, environment config.Entry[config.Environment], to journal.Entry) error {
	if t.Revoked(to.Tag, recordDigest(to)) {
		return revoked(w, "rolling back to", to.Tag)
	}
	if !environment.Value.Protected {
		return nil
	}
	why, err := untrusted(t, to)
	if err != nil || why == "" {
		return err
	}
	return refuse("rolling back to %q: the protected environment %q takes no release that is not signed as trust: in %s wants it: %s; name one that is with --to, or accept this one by taking trust: out of that file",
		to.Tag, environment.Name, w.Config.Path, why)
}

// untrusted is why the policy does not accept the release of an entry, or "".
func untrusted(t *trust.Trust, e journal.Entry) (string, error) {
	if t.Revoked(e.Tag, recordDigest(e)) {
		return "it is revoked", nil
	}
	if !t.Verifies() {
		return "", nil
	}
	policy, err := t.Policy()
	if err != nil {
		return "", err
	}
	switch {
	case e.Record == nil || e.Record.Signer == "":
		return "its deploy found no signature", nil
	case !policy.Accepts(e.Record.Signer):
		return fmt.Sprintf("it is signed by %s, whose signature does not count", e.Record.Signer), nil
	}
	return "", nil
}

// recordDigest is the digest of the record that was deployed, as far as it was noted.
func recordDigest(e journal.Entry) string {
	if e.Record == nil {
		return ""
	}
	return e.Record.Digest
}
