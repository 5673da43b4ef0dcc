package signature

import (
	"context"
	"crypto"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"

	protocommon "github.com/sigstore/protobuf-specs/gen/pb-go/common/v1"
	"github.com/sigstore/sigstore-go/pkg/sign"
	"github.com/sigstore/sigstore/pkg/signature"
	"google.golang.org/protobuf/encoding/protojson"
)

// Signer signs statements: with a key, or as a CI run.
type Signer struct {
	// Key signs; nil for a run's identity.
	Key Key
	// Keyless says who knows a run's identity; unused with a key.
	Keyless Keyless
}

// Key is a private key, maybe one that is elsewhere.
type Key interface {
	Public() crypto.PublicKey
	// SignDigest signs what hash has made of the content, or, when hash is 0, the content
	// itself.
	SignDigest(ctx context.Context, digest []byte, hash crypto.Hash) ([]byte, error)
}

// Sign makes a statement a bundle, as JSON.
func (s Signer) Sign(ctx context.Context, statement Statement) ([]byte, error) {
	payload, err := json.Marshal(statement)
	if err != nil {
		return nil, fmt.Errorf("signing: %w", err)
	}
	options := sign.BundleOptions{Context: ctx}
	key := s.Key
	if key == nil {
		if key, err = s.Keyless.prepare(ctx, &options); err != nil {
			return nil, err
		}
	}
	pair, err := newKeypair(key)
	if err != nil {
		return nil, err
	}
	bundle, err := sign.Bundle(&sign.DSSEData{Data: payload, PayloadType: payloadType}, pair, options)
	if err != nil {
		return nil, fmt.Errorf("signing %s: %w", statement.PredicateType, s.explain(err))
	}
	return protojson.Marshal(bundle)
}

// explain says where the error comes from.
func (s Signer) explain(err error) error {
	if s.Key != nil {
		return err
	}
	return fmt.Errorf("%w; this needs Fulcio at %s and Rekor at %s, and an OIDC token of this run", err, s.Keyless.Fulcio, s.Keyless.Rekor)
}

// keypair is a key as sigstore-go wants it.
type keypair struct {
	key     Key
	details signature.AlgorithmDetails
	der     []byte
}

func newKeypair(key Key) (keypair, error) {
	details, err := signature.GetDefaultAlgorithmDetails(key.Public())
	if err != nil {
		return keypair{}, fmt.Errorf("reading the signing key: %w: want ECDSA (P-256, P-384, P-521), RSA or Ed25519", err)
	}
	der, err := x509.MarshalPKIXPublicKey(key.Public())
	if err != nil {
		return keypair{}, fmt.Errorf("reading the signing key: %w", err)
	}
	return keypair{key, details, der}, nil
}

// GetHashAlgorithm is part of sign.Keypair, as are the others.
func (k keypair) GetHashAlgorithm() protocommon.HashAlgorithm { return k.details.GetProtoHashType() }

// GetSigningAlgorithm is the algorithm with its key.
func (k keypair) GetSigningAlgorithm() protocommon.PublicKeyDetails {
	return k.details.GetSignatureAlgorithm()
}

// GetHint names the key, as cosign does.
func (k keypair) GetHint() []byte {
	sum := sha256.Sum256(k.der)
	return []byte(base64.StdEncoding.EncodeToString(sum[:]))
}

// GetKeyAlgorithm is how Fulcio calls the kind of key.
func (k keypair) GetKeyAlgorithm() string {
	switch k.details.GetKeyType() {
	case signature.ECDSA:
		return "ECDSA"
	case signature.RSA:
		return "RSA"
	}
	return "ED25519"
}

// GetPublicKey is the public key.
func (k keypair) GetPublicKey() crypto.PublicKey { return k.key.Public() }

// GetPublicKeyPem is the public key as PEM.
func (k keypair) GetPublicKeyPem() (string, error) {
	return string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: k.der})), nil
}

// SignData signs, and gives what was signed.
func (k keypair) SignData(ctx context.Context, data []byte) ([]byte, []byte, error) {
	hash := k.details.GetHashType()
	if hash != 0 {
		h := hash.New()
		h.Write(data)
		data = h.Sum(nil)
	}
	signed, err := k.key.SignDigest(ctx, data, hash)
	return signed, data, err
}

// localKey is a key in this process's memory.
type localKey struct{ crypto.Signer }

func (k localKey) SignDigest(_ context.Context, digest []byte, hash crypto.Hash) ([]byte, error) {
	return k.Sign(rand.Reader, digest, hash)
}
