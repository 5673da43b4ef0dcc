package signature

import (
	"bytes"
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"errors"
	"io"
	"math/big"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/go-openapi/runtime"
	"github.com/sigstore/rekor/pkg/generated/models"
	"github.com/sigstore/rekor/pkg/types"
	_ "github.com/sigstore/rekor/pkg/types/dsse/v0.0.1"
	"github.com/sigstore/sigstore-go/pkg/root"
	"github.com/sigstore/sigstore-go/pkg/testing/ca"
	"github.com/sigstore/sigstore-go/pkg/tlog"
)

const (
	issuer   = "https://token.actions.githubusercontent.com"
	workflow = "https://github.com/acme/shop/.github/workflows/release.yml@refs/heads/main"
	digest   = "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
)

// sigstore is a Fulcio and a Rekor on a CA of sigstore-go's. It certifies whom the
// token's subject names, if it has proven to have the key, and logs what it is sent.
type sigstore struct {
	*ca.VirtualSigstore
	fulcio, rekor string
	// top and between are the certificates of its own CA, and key signs with the latter.
	top, between *x509.Certificate
	key          *ecdsa.PrivateKey
	certified    int
}

func newSigstore(t *testing.T) *sigstore {
	t.Helper()
	virtual, err := ca.NewVirtualSigstore()
	if err != nil {
		t.Fatal(err)
	}
	s := &sigstore{VirtualSigstore: virtual}
	top, topKey, err := ca.GenerateRootCa()
	if err != nil {
		t.Fatal(err)
	}
	s.top = top
	if s.between, s.key, err = ca.GenerateFulcioIntermediate(top, topKey); err != nil {
		t.Fatal(err)
	}
	fulcio, rekor := httptest.NewServer(http.HandlerFunc(s.certify)), httptest.NewServer(http.HandlerFunc(s.log))
	t.Cleanup(fulcio.Close)
	t.Cleanup(rekor.Close)
	s.fulcio, s.rekor = fulcio.URL, rekor.URL
	return s
}

// root is its trusted root.
func (s *sigstore) root(t *testing.T) []byte {
	t.Helper()
	logs := s.RekorLogs()
	for id, log := range logs {
		raw, err := hex.DecodeString(id)
		if err != nil {
			t.Fatal(err)
		}
		log.ID = raw // the virtual one has it in hex
	}
	trusted, err := root.NewTrustedRoot(root.TrustedRootMediaType01, []root.CertificateAuthority{&root.FulcioCertificateAuthority{
		Root: s.top, Intermediates: []*x509.Certificate{s.between}, ValidityPeriodStart: time.Now().Add(-time.Hour), ValidityPeriodEnd: time.Now().Add(time.Hour),
		URI: s.fulcio,
	}}, nil, s.TimestampingAuthorities(), logs)
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(trusted)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func (s *sigstore) certify(w http.ResponseWriter, r *http.Request) {
	err := func() error {
		if r.URL.Path != "/api/v2/signingCert" || r.Method != http.MethodPost {
			return errors.New("no such call: " + r.URL.Path)
		}
		token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
		parts := strings.Split(token, ".")
		if !ok || len(parts) != 3 {
			return errors.New("no token")
		}
		payload, err := base64.RawURLEncoding.DecodeString(parts[1])
		if err != nil {
			return err
		}
		var claims struct {
			Sub, Iss, Aud, Workflow string
		}
		if err := json.Unmarshal(payload, &claims); err != nil || claims.Aud != "sigstore" {
			return errors.New("the token is for somebody else")
		}
		var asked struct {
			PublicKeyRequest struct {
				PublicKey         struct{ Algorithm, Content string }
				ProofOfPossession []byte
			}
		}
		if err := json.NewDecoder(r.Body).Decode(&asked); err != nil {
			return err
		}
		key, err := PublicKey([]byte(asked.PublicKeyRequest.PublicKey.Content))
		if err != nil {
			return err
		}
		hash := crypto.SHA256.New()
		hash.Write([]byte(claims.Sub))
		if !ecdsa.VerifyASN1(key.(*ecdsa.PublicKey), hash.Sum(nil), asked.PublicKeyRequest.ProofOfPossession) {
			return errors.New("it does not have the key")
		}
		leaf, err := s.leaf(key, claims.Workflow, claims.Iss)
		if err != nil {
			return err
		}
		s.certified++
		text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: leaf.Raw})
		return json.NewEncoder(w).Encode(map[string]any{"signedCertificateEmbeddedSct": map[string]any{"chain": map[string]any{"certificates": []string{string(text)}}}})
	}()
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
	}
}

// leaf is the certificate of a run.
func (s *sigstore) leaf(key crypto.PublicKey, workflow, issuer string) (*x509.Certificate, error) {
	identity, err := url.Parse(workflow)
	if err != nil {
		return nil, err
	}
	der, err := x509.CreateCertificate(rand.Reader, &x509.Certificate{
		SerialNumber: big.NewInt(1), URIs: []*url.URL{identity}, NotBefore: time.Now().Add(-time.Minute), NotAfter: time.Now().Add(10 * time.Minute),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageCodeSigning},
		ExtraExtensions: []pkix.Extension{{Id: asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 57264, 1, 1}, Value: []byte(issuer)}},
	}, s.between, key, s.key)
	if err != nil {
		return nil, err
	}
	return x509.ParseCertificate(der)
}

// canonical is an entry as Rekor keeps it.
func canonical(ctx context.Context, proposed []byte) ([]byte, error) {
	entry, err := models.UnmarshalProposedEntry(bytes.NewReader(proposed), runtime.JSONConsumer())
	if err != nil {
		return nil, err
	}
	versioned, err := types.CreateVersionedEntry(entry)
	if err != nil {
		return nil, err
	}
	return types.CanonicalizeEntry(ctx, versioned)
}

// log is what Rekor does with an entry: https://www.sigstore.dev/swagger/.
func (s *sigstore) log(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path != "/api/v1/log/entries" || r.Method != http.MethodPost {
		http.NotFound(w, r)
		return
	}
	err := func() error {
		proposed, err := io.ReadAll(r.Body)
		if err != nil {
			return err
		}
		body, err := canonical(r.Context(), proposed)
		if err != nil {
			return err
		}
		logID, err := s.RekorLogID()
		if err != nil {
			return err
		}
		now := time.Now().Unix()
		promise, err := s.RekorSignPayload(tlog.RekorPayload{Body: base64.StdEncoding.EncodeToString(body), IntegratedTime: now, LogIndex: 1000, LogID: logID})
		if err != nil {
			return err
		}
		proof, err := s.GetInclusionProof(body)
		if err != nil {
			return err
		}
		id := strings.Repeat("ab", 40)
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("ETag", id)
		w.Header().Set("Location", "/api/v1/log/entries/"+id)
		w.WriteHeader(http.StatusCreated)
		return json.NewEncoder(w).Encode(map[string]any{id: map[string]any{
			"body": base64.StdEncoding.EncodeToString(body), "integratedTime": now, "logID": logID, "logIndex": 1000,
			"verification": map[string]any{"signedEntryTimestamp": base64.StdEncoding.EncodeToString(promise), "inclusionProof": proof},
		}})
	}()
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
	}
}

// token is the OIDC token of a run, whose signature nobody here checks.
func token(workflow, audience string) func(context.Context) (string, error) {
	payload, _ := json.Marshal(map[string]string{"sub": "repo:acme/shop:ref:refs/heads/main", "iss": issuer, "aud": audience, "workflow": workflow})
	return func(context.Context) (string, error) {
		return "e30." + base64.RawURLEncoding.EncodeToString(payload) + "." + base64.RawURLEncoding.EncodeToString([]byte("x")), nil
	}
}

func TestKeyless(t *testing.T) {
	service, other := newSigstore(t), newSigstore(t)
	statement, err := About(digest, SignatureType, struct{}{})
	if err != nil {
		t.Fatal(err)
	}
	sign := func(s *sigstore, workflow string) []byte {
		t.Helper()
		signer := Signer{Keyless: Keyless{Fulcio: s.fulcio, Rekor: s.rekor + "/", Token: token(workflow, "sigstore")}}
		bundle, err := signer.Sign(t.Context(), statement)
		if err != nil {
			t.Fatal(err)
		}
		return bundle
	}
	policy := func(subject string) Policy {
		return Policy{Identities: []Identity{{issuer, subject}}, Root: service.root(t)}
	}
	bundle := sign(service, workflow)
	tests := map[string]struct {
		bundle  []byte
		policy  Policy
		digest  string
		refused string
	}{
		"its workflow":           {bundle, policy(workflow), digest, ""},
		"any branch of it":       {bundle, policy(strings.TrimSuffix(workflow, "main") + "*"), digest, ""},
		"another digest":         {bundle, policy(workflow), strings.Replace(digest, "a", "b", 1), "does not match"},
		"a pull request's run":   {sign(service, strings.Replace(workflow, "heads/main", "pull/7/merge", 1)), policy(workflow), digest, "the policy does not name that"},
		"another repository":     {sign(service, strings.Replace(workflow, "acme", "evil", 1)), policy(workflow), digest, "the policy does not name that"},
		"its name at the start":  {sign(service, "https://evil.example/"+workflow), policy(workflow), digest, "the policy does not name that"},
		"its name at the end":    {sign(service, workflow+"-evil"), policy(workflow), digest, "the policy does not name that"},
		"dots are no wildcards":  {sign(service, strings.Replace(workflow, "release.yml", "releaseXyml", 1)), policy(workflow), digest, "the policy does not name that"},
		"another Fulcio":         {sign(other, workflow), policy(workflow), digest, "not one of Sigstore's by the trusted root"},
		"another issuer":         {bundle, Policy{Identities: []Identity{{"https://gitlab.com", workflow}}, Root: service.root(t)}, digest, "the policy does not name that"},
		"a policy of keys alone": {bundle, Policy{}, digest, "the policy names none"},
		"one letter changed":     {[]byte(strings.Replace(string(bundle), `"sig":"M`, `"sig":"N`, 1)), policy(workflow), digest, "signature"},
		"without its log entry":  {without(t, bundle, "tlogEntries"), policy(workflow), digest, "not one of Sigstore's by the trusted root"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := test.policy.Verify(test.bundle, test.digest, SignatureType)
			switch {
			case test.refused == "" && err != nil:
				t.Fatal(err)
			case test.refused == "":
				if !strings.HasPrefix(got.By, workflow) || !test.policy.Accepts(got.By) {
					t.Errorf("signed by %q", got.By)
				}
			case err == nil || !strings.Contains(err.Error(), test.refused):
				t.Errorf("got %v, %v", got, err)
			}
		})
	}
	t.Run("another kind of statement", func(t *testing.T) {
		if _, err := policy(workflow).Verify(bundle, digest, ProvenanceType); err == nil {
			t.Error("a signature is taken for provenance")
		}
	})
	t.Run("a token for somebody else", func(t *testing.T) {
		signer := Signer{Keyless: Keyless{Fulcio: service.fulcio, Rekor: service.rekor, Token: token(workflow, "sts.amazonaws.com")}}
		if _, err := signer.Sign(t.Context(), statement); err == nil || !strings.Contains(err.Error(), service.fulcio) {
			t.Errorf("got %v", err)
		}
	})
}

// without is a bundle without a part of its verification material.
func without(t *testing.T, bundle []byte, part string) []byte {
	t.Helper()
	var all map[string]any
	if err := json.Unmarshal(bundle, &all); err != nil {
		t.Fatal(err)
	}
	delete(all["verificationMaterial"].(map[string]any), part)
	text, err := json.Marshal(all)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func TestKeys(t *testing.T) {
	statement, err := About(digest, SignatureType, struct{}{})
	if err != nil {
		t.Fatal(err)
	}
	key, err := newKey()
	if err != nil {
		t.Fatal(err)
	}
	second, err := newKey()
	if err != nil {
		t.Fatal(err)
	}
	bundle, err := Signer{Key: key}.Sign(t.Context(), statement)
	if err != nil {
		t.Fatal(err)
	}
	p := Policy{Keys: []crypto.PublicKey{second.Public(), key.Public()}}
	got, err := p.Verify(bundle, digest, SignatureType)
	if err != nil || got.By != KeyName(key.Public()) || !p.Accepts(got.By) {
		t.Errorf("got %+v, %v", got, err)
	}
	if _, err := (Policy{Keys: []crypto.PublicKey{second.Public()}}).Verify(bundle, digest, SignatureType); err == nil {
		t.Error("another key counts")
	}
	if _, err := p.Verify(bundle, strings.Replace(digest, "a", "b", 1), SignatureType); err == nil {
		t.Error("it counts for another digest")
	}
	if (Policy{Keys: []crypto.PublicKey{second.Public()}}).Accepts(got.By) {
		t.Error("a key that was replaced is accepted")
	}
	if _, err := p.Verify([]byte(`{"mediaType": "x"}`), digest, SignatureType); err == nil {
		t.Error("nothing counts")
	}
	der, err := x509.MarshalECPrivateKey(key.(localKey).Signer.(*ecdsa.PrivateKey))
	if err != nil {
		t.Fatal(err)
	}
	read, err := PrivateKey(pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: der}), "")
	if err != nil || KeyName(read.Public()) != KeyName(key.Public()) {
		t.Errorf("reading a key of openssl: %v", err)
	}
	if _, err := PrivateKey([]byte("hunter2"), ""); err == nil || strings.Contains(err.Error(), "hunter2") {
		t.Errorf("reading no key: %v", err)
	}
}
