package published

import (
	"context"
	"errors"
	"fmt"

	"git.example/slipway/pipelines/registry"
	"git.example/slipway/pipelines/report"
	"git.example/slipway/pipelines/signature"
	"git.example/slipway/pipelines/trust"
	"git.example/slipway/pipelines/workspace"
)

// bundleOf is a bundle as a registry keeps it beside what it is about, as cosign does.
func bundleOf(content []byte, predicateType string) registry.Referrer {
	return registry.Referrer{Type: signature.BundleType, Content: content, Annotations: map[string]string{
		"dev.sigstore.bundle.content": "dsse-envelope", "dev.sigstore.bundle.predicateType": predicateType,
	}}
}

// Signatures are those of release records: made, kept when a record is copied, and
// held against whom this checkout trusts.
type Signatures struct {
	// Trust is whom this checkout trusts, and what it signs with.
	Trust     *trust.Trust
	workspace *workspace.Workspace
}

// signed gives what goes beside a record that this run writes: its signature, made
// once for all registries.
func (s Signatures) signed() func(context.Context, string) ([]registry.Referrer, error) {
	if !s.Trust.Signs() {
		return nil
	}
	made := map[string]registry.Referrer{}
	return func(ctx context.Context, digest string) ([]registry.Referrer, error) {
		if bundle, ok := made[digest]; ok {
			return []registry.Referrer{bundle}, nil
		}
		content, err := s.Trust.Sign(ctx, digest, signature.SignatureType, struct{}{})
		if err != nil {
			return nil, err
		}
		made[digest] = bundleOf(content, signature.SignatureType)
		return []registry.Referrer{made[digest]}, nil
	}
}

// kept gives what goes beside a record that is copied: what was beside it.
func (s Signatures) kept(from Release) func(context.Context, string) ([]registry.Referrer, error) {
	return func(ctx context.Context, digest string) ([]registry.Referrer, error) {
		if digest != from.Digest {
			if s.Trust.Verifies() {
				return nil, fmt.Errorf("the record of release %q was written by another version of slipway, and a copy of it would not be the one that was signed: publish the commit again, with another build number", from.Record.Tag)
			}
			return nil, nil
		}
		return s.bundles(ctx, from)
	}
}

func (s Signatures) bundles(ctx context.Context, of Release) ([]registry.Referrer, error) {
	return s.workspace.Registry.Referrers(ctx, of.repository, of.Digest, signature.BundleType)
}

// ErrUnsigned is wrapped by the error of a release without a signature that counts.
var ErrUnsigned = errors.New("no signature of its record counts")

// Signer is who signed the record of a release, by the trust: of this checkout. An
// error that wraps ErrUnsigned says why none of its signatures counts.
func (s Signatures) Signer(ctx context.Context, of Release) (string, error) {
	policy, err := s.Trust.Policy()
	if err != nil {
		return "", err
	}
	bundles, err := s.bundles(ctx, of)
	if err != nil {
		return "", fmt.Errorf("reading the signatures of release %q: %w", of.Record.Tag, err)
	}
	why := errors.New("it has none")
	for _, bundle := range bundles {
		signed, err := policy.Verify(bundle.Content, of.Digest, signature.SignatureType)
		if err == nil {
			return signed.By, nil
		}
		why = err
	}
	return "", fmt.Errorf("%w: %w", ErrUnsigned, why)
}

// sayWay tells how registries keep signatures, where that has limits.
func (s Signatures) sayWay(way registry.Way, repository string) {
	if way == registry.ReferrersTag {
		s.workspace.Notice(report.Info, "the signature in %s is found by %s: two that sign the same at once may lose one", repository, way)
	}
}
