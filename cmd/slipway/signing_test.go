package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"os"
	"strings"

	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/rogpeppe/go-internal/testscript"
)

// signkey PRIVATE PUBLIC: makes a key pair.
func signkey(ts *testscript.TestScript, neg bool, args []string) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	ts.Check(err)
	private, err := x509.MarshalPKCS8PrivateKey(key)
	ts.Check(err)
	public, err := x509.MarshalPKIXPublicKey(key.Public())
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private}), 0o600))
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: public}), 0o644))
}

// usekey FILE: has $SIGNING_KEY hold it.
func usekey(ts *testscript.TestScript, neg bool, args []string) {
	ts.Setenv("SIGNING_KEY", ts.ReadFile(args[0]))
}

// revoke FILE TAG: has slipway.yaml revoke a release.
func revoke(ts *testscript.TestScript, neg bool, args []string) {
	text := strings.Replace(ts.ReadFile(args[0]), "\ntrust:\n", "\ntrust:\n  revoked: ["+args[1]+"]\n", 1)
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(text), 0o644))
}

// movesignature FROM TO: has the signature of one record say that it is of another one.
func movesignature(ts *testscript.TestScript, neg bool, args []string) {
	digest := func(reference string) name.Digest {
		ref, err := name.ParseReference(reference)
		ts.Check(err)
		d, err := remote.Head(ref)
		ts.Check(err)
		return ref.Context().Digest(d.Digest.String())
	}
	from, to := digest(args[0]), digest(args[1])
	index, err := remote.Referrers(from)
	ts.Check(err)
	listed, err := index.IndexManifest()
	ts.Check(err)
	for _, d := range listed.Manifests {
		m, err := remote.Get(from.Context().Digest(d.Digest.String()))
		ts.Check(err)
		raw := strings.ReplaceAll(string(m.Manifest), from.DigestStr(), to.DigestStr())
		sum := fmt.Sprintf("sha256:%x", sha256.Sum256([]byte(raw)))
		ts.Check(remote.Put(from.Context().Digest(sum), taggable{[]byte(raw), d.MediaType}))
	}
}
