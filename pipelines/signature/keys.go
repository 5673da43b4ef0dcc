package signature

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"

	"github.com/secure-systems-lab/go-securesystemslib/encrypted"
)

// PrivateKey reads a key from PEM: PKCS #8, SEC 1 or PKCS #1, or one that cosign has
// encrypted, with its password.
func PrivateKey(text []byte, password string) (Key, error) {
	block, _ := pem.Decode(text)
	if block == nil {
		return nil, errors.New("it is no PEM: want a private key as `cosign generate-key-pair` or `openssl genpkey` writes it")
	}
	der := block.Bytes
	switch block.Type {
	case "ENCRYPTED SIGSTORE PRIVATE KEY", "ENCRYPTED COSIGN PRIVATE KEY":
		plain, err := encrypted.Decrypt(der, []byte(password))
		if err != nil {
			return nil, errors.New("it is encrypted, and the password is not its own: give it with trust.sign.password in slipway.yaml")
		}
		der = plain
	case "PUBLIC KEY":
		return nil, errors.New("it is a public key: signing takes the private one")
	}
	parsers := []func([]byte) (any, error){
		x509.ParsePKCS8PrivateKey,
		func(der []byte) (any, error) { return x509.ParseECPrivateKey(der) },
		func(der []byte) (any, error) { return x509.ParsePKCS1PrivateKey(der) },
	}
	for _, parse := range parsers {
		if parsed, err := parse(der); err == nil {
			if key, ok := parsed.(crypto.Signer); ok {
				return localKey{key}, nil
			}
		}
	}
	return nil, fmt.Errorf("its PEM block %q holds no private key that can sign", block.Type)
}

// PublicKey reads a public key from PEM.
func PublicKey(text []byte) (crypto.PublicKey, error) {
	block, _ := pem.Decode(text)
	if block == nil {
		return nil, errors.New("it is no PEM: want a public key such as cosign.pub")
	}
	if block.Type != "PUBLIC KEY" {
		return nil, fmt.Errorf("it holds a %q: want a public key such as cosign.pub", block.Type)
	}
	return x509.ParsePKIXPublicKey(block.Bytes)
}

// KeyName is what a public key is called: "key" and the start of its hash.
func KeyName(key crypto.PublicKey) string {
	der, err := x509.MarshalPKIXPublicKey(key)
	if err != nil {
		return "key"
	}
	sum := sha256.Sum256(der)
	return "key " + hex.EncodeToString(sum[:16])
}

// newKey is a key that is used once.
func newKey() (Key, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	return localKey{key}, err
}
