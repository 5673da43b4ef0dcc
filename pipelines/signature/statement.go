// Package signature signs what a registry has by its digest, and verifies that: in
// the format that cosign reads, an in-toto statement in a Sigstore bundle. It speaks
// to Fulcio and Rekor, and to no registry.
package signature

import (
	"encoding/json"
	"fmt"
	"strings"
)

// BundleType is the media type of a bundle, and the artifact type of the referrer
// that holds one (https://docs.sigstore.dev/about/bundle/).
const BundleType = "application/vnd.dev.sigstore.bundle.v0.3+json"

// The types of statements that are no more than a signature, and of provenance.
const (
	// SignatureType is cosign's own: "this digest is signed".
	SignatureType = "https://sigstore.dev/cosign/sign/v1"
	// ProvenanceType is SLSA's (https://slsa.dev/spec/v1.0/provenance).
	ProvenanceType = "https://slsa.dev/provenance/v1"
	// SBOMType is that of an SBOM in SPDX (https://spdx.dev/Document).
	SBOMType = "https://spdx.dev/Document"
)

// payloadType is what the envelope says of a statement
// (https://github.com/in-toto/attestation/blob/main/spec/v1/envelope.md).
const payloadType = "application/vnd.in-toto+json"

// Statement is what a signature says of a digest
// (https://github.com/in-toto/attestation/blob/main/spec/v1/statement.md).
type Statement struct {
	Type          string          `json:"_type"`
	Subject       []Subject       `json:"subject"`
	PredicateType string          `json:"predicateType"`
	Predicate     json.RawMessage `json:"predicate"`
}

// Subject is what a statement is about.
type Subject struct {
	Name string `json:"name,omitempty"`
	// Digest by algorithm, in hex.
	Digest map[string]string `json:"digest"`
}

// About is a statement about a digest such as "sha256:…".
func About(digest, predicateType string, predicate any) (Statement, error) {
	algorithm, hex, ok := strings.Cut(digest, ":")
	if !ok {
		return Statement{}, fmt.Errorf("signing: %q is no digest", digest)
	}
	raw, err := json.Marshal(predicate)
	if err != nil {
		return Statement{}, fmt.Errorf("signing %s: %w", digest, err)
	}
	return Statement{
		Type: "https://in-toto.io/Statement/v1", Subject: []Subject{{Digest: map[string]string{algorithm: hex}}},
		PredicateType: predicateType, Predicate: raw,
	}, nil
}
