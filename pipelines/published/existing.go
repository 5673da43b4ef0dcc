package published

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"git.example/slipway/pipelines/registry"
)

// Existing finds this very release in the registries. Those that lack it get a
// copy from one that has it, never a build of their own: a release's tag stands
// for the same digests everywhere. A release of the tag from another commit, or
// one whose checks were skipped when they are wanted now, is an error.
func (r *Registries) Existing(ctx context.Context, tag string, to []Destination, skipChecks bool) (Release, bool, error) {
	var from *Release
	var missing []Destination
	for _, d := range to {
		found, ok, err := r.Get(ctx, d, tag)
		if err != nil && !errors.Is(err, registry.ErrDenied) { // the push tells whether it is denied
			return Release{}, false, err
		}
		if !ok {
			missing = append(missing, d)
			continue
		}
		if err := r.isThisBuild(ctx, found, skipChecks); err != nil {
			return Release{}, false, err
		}
		if from == nil {
			from = &found
		}
	}
	if from == nil {
		return Release{}, false, nil
	}
	for _, d := range slices.Backward(missing) { // the first registry's record is the last
		if err := r.copyTo(ctx, *from, d); err != nil {
			return Release{}, false, err
		}
	}
	return *from, true, nil
}

// isThisBuild is the error when the release is not what this run would publish.
func (r *Registries) isThisBuild(ctx context.Context, found Release, skipChecks bool) error {
	record := found.Record
	if commit := r.workspace.Info.Commit; record.Commit != commit {
		return fmt.Errorf("publishing release %q: it exists in registry %q from commit %s, and this is commit %s: publish with another --build-number",
			record.Tag, found.In.Name, record.Commit, commit)
	}
	for name, check := range record.Checks {
		if check.Skipped && !skipChecks {
			return fmt.Errorf("publishing release %q: it exists, check %q was skipped, and a release never changes: publish with another --build-number, or with --skip-checks",
				record.Tag, name)
		}
	}
	return r.asSigned(ctx, found)
}

// asSigned is the error of a release that exists where releases are signed, and that
// nobody signed whose signature counts: this run does not sign what it has not made.
func (r *Registries) asSigned(ctx context.Context, found Release) error {
	if !r.Signatures.Trust.Signs() {
		return nil
	}
	if _, err := r.Signatures.Signer(ctx, found); err != nil {
		return fmt.Errorf("publishing release %q: it exists in registry %q, and is not signed as trust: wants it (%w): somebody else has written it, or it is from before releases were signed; publish with another --build-number",
			found.Record.Tag, found.In.Name, err)
	}
	return nil
}
