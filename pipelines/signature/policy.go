package signature

import (
	"crypto"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/sigstore/sigstore-go/pkg/bundle"
	"github.com/sigstore/sigstore-go/pkg/root"
	"github.com/sigstore/sigstore-go/pkg/verify"
	"github.com/sigstore/sigstore/pkg/signature"
)

// Policy says whose signatures count.
type Policy struct {
	// Keys are public keys.
	Keys []crypto.PublicKey
	// Identities are those of CI runs; Root is Sigstore's trusted root for them, as JSON.
	Identities []Identity
	Root       []byte
}

// Identity is who a run may be.
type Identity struct {
	// Issuer of its OIDC token.
	Issuer string
	// Subject is the workflow and branch, such as
	// https://github.com/acme/shop/.github/workflows/release.yml@refs/heads/main; "*" in it
	// stands for anything.
	Subject string
}

// Signed is what a bundle proves.
type Signed struct {
	// By is who signed: a key's name, or a run's identity and its issuer.
	By string
	// Predicate is what the statement says of the digest.
	Predicate json.RawMessage
}

// Verify is what a bundle proves of a digest by a statement of that type; an error
// when that is nothing, or signed by nobody whose signature counts.
func (p Policy) Verify(raw []byte, digest, predicateType string) (Signed, error) {
	var b bundle.Bundle
	if err := b.UnmarshalJSON(raw); err != nil {
		return Signed{}, fmt.Errorf("reading a signature: %w", err)
	}
	content, err := b.VerificationContent()
	if err != nil {
		return Signed{}, fmt.Errorf("reading a signature: %w", err)
	}
	var by string
	if content.PublicKey() != nil {
		by, err = p.byKey(&b, digest)
	} else {
		by, err = p.byIdentity(&b, digest)
	}
	if err != nil {
		return Signed{}, err
	}
	envelope, err := b.Envelope()
	if err != nil {
		return Signed{}, fmt.Errorf("reading a signature: %w", err)
	}
	payload, err := envelope.RawEnvelope().DecodeB64Payload()
	if err != nil {
		return Signed{}, fmt.Errorf("reading a signature: %w", err)
	}
	var s Statement
	if err := json.Unmarshal(payload, &s); err != nil {
		return Signed{}, fmt.Errorf("reading a signature: %w", err)
	}
	if s.PredicateType != predicateType {
		return Signed{}, fmt.Errorf("it is signed as %q and not as %q", s.PredicateType, predicateType)
	}
	return Signed{By: by, Predicate: s.Predicate}, nil
}

// artifact is the policy that a statement is about a digest.
func artifact(digest string) (verify.ArtifactPolicyOption, error) {
	algorithm, text, _ := strings.Cut(digest, ":")
	sum, err := hex.DecodeString(text)
	if err != nil || len(sum) == 0 {
		return nil, fmt.Errorf("verifying: %q is no digest", digest)
	}
	return verify.WithArtifactDigest(algorithm, sum), nil
}

// byKey is the key that has signed.
func (p Policy) byKey(b *bundle.Bundle, digest string) (string, error) {
	about, err := artifact(digest)
	if err != nil {
		return "", err
	}
	err = errors.New("the policy has no keys")
	for _, key := range p.Keys {
		verifier, failed := signature.LoadDefaultVerifier(key)
		if failed != nil {
			return "", fmt.Errorf("verifying: %w", failed)
		}
		material := root.NewTrustedPublicKeyMaterial(func(string) (root.TimeConstrainedVerifier, error) {
			return root.NewExpiringKey(verifier, time.Time{}, time.Time{}), nil
		})
		v, failed := verify.NewVerifier(material, verify.WithNoObserverTimestamps())
		if failed != nil {
			return "", fmt.Errorf("verifying: %w", failed)
		}
		if _, err = v.Verify(b, verify.NewPolicy(about, verify.WithKey())); err == nil {
			return KeyName(key), nil
		}
	}
	return "", fmt.Errorf("it is signed by none of the keys of the policy: %w", err)
}

// byIdentity is the run that has signed.
func (p Policy) byIdentity(b *bundle.Bundle, digest string) (string, error) {
	if len(p.Identities) == 0 {
		return "", errors.New("it is signed by a CI run, and the policy names none")
	}
	about, err := artifact(digest)
	if err != nil {
		return "", err
	}
	trusted, err := root.NewTrustedRootFromJSON(p.Root)
	if err != nil {
		return "", fmt.Errorf("reading the trusted root: %w", err)
	}
	options := []verify.VerifierOption{verify.WithTransparencyLog(1), verify.WithObserverTimestamps(1)}
	if len(trusted.CTLogs()) > 0 {
		options = append(options, verify.WithSignedCertificateTimestamps(1))
	}
	v, err := verify.NewVerifier(trusted, options...)
	if err != nil {
		return "", fmt.Errorf("verifying: %w", err)
	}
	result, err := v.Verify(b, verify.NewPolicy(about, verify.WithoutIdentitiesUnsafe())) // who it is comes next
	if err != nil {
		return "", fmt.Errorf("its signature is not one of Sigstore's by the trusted root: %w", err)
	}
	is := Identity{result.Signature.Certificate.Extensions.Issuer, result.Signature.Certificate.SubjectAlternativeName}
	if !slices.ContainsFunc(p.Identities, func(i Identity) bool { return i.matches(is) }) {
		return "", fmt.Errorf("it is signed by %s, and the policy does not name that", is)
	}
	return is.String(), nil
}

// between parts the identity of a run from who says so.
const between = ", says "

func (i Identity) String() string { return i.Subject + between + i.Issuer }

// matches says that is is this identity, or one of its pattern.
func (i Identity) matches(is Identity) bool {
	pattern := strings.ReplaceAll(regexp.QuoteMeta(i.Subject), `\*`, `.*`)
	matched, err := regexp.MatchString("^(?:"+pattern+")$", is.Subject)
	return err == nil && matched && is.Subject != "" && i.Issuer == is.Issuer
}

// Accepts says that the signature of by, as Signed has it, counts.
func (p Policy) Accepts(by string) bool {
	if subject, issuer, ok := strings.Cut(by, between); ok {
		return slices.ContainsFunc(p.Identities, func(i Identity) bool { return i.matches(Identity{issuer, subject}) })
	}
	return slices.ContainsFunc(p.Keys, func(key crypto.PublicKey) bool { return KeyName(key) == by })
}
