// Package trust is the trust: of slipway.yaml as the checkout has it: it signs what
// publish makes, and says whose signatures count.
package trust

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"git.example/slipway/pipelines/aws"
	"git.example/slipway/pipelines/config"
	"git.example/slipway/pipelines/report"
	"git.example/slipway/pipelines/signature"
	"git.example/slipway/pipelines/workspace"
)

// Trust is whom a workspace trusts. The zero value trusts and signs nothing.
type Trust struct {
	workspace *workspace.Workspace
	config    config.Trust

	once   sync.Once
	policy signature.Policy
	err    error

	said sync.Once
}

// Of is the trust of a workspace. It reads no files yet.
func Of(w *workspace.Workspace) *Trust {
	t := &Trust{workspace: w}
	if w.Config.Trust != nil {
		t.config = *w.Config.Trust
	}
	return t
}

// Verifies says that there is a policy: somebody whose signatures count.
func (t *Trust) Verifies() bool { return len(t.config.Keys) > 0 || len(t.config.Identities) > 0 }

// Signs says that releases are signed here.
func (t *Trust) Signs() bool { return t.config.Sign != nil }

// Revoked says that a release is not to be taken any more, whoever signed it.
func (t *Trust) Revoked(tag, digest string) bool {
	return tag != "" && slices.Contains(t.config.Revoked, tag) || digest != "" && slices.Contains(t.config.Revoked, digest)
}

// Policy says whose signatures count, with the keys and the root of the checkout.
func (t *Trust) Policy() (signature.Policy, error) {
	t.once.Do(func() { t.policy, t.err = t.read() })
	return t.policy, t.err
}

func (t *Trust) read() (signature.Policy, error) {
	var p signature.Policy
	for _, file := range t.config.Keys {
		text, err := os.ReadFile(t.workspace.Path(file))
		if err != nil {
			return p, workspace.Usage("reading the key %q of trust.keys: %v", file, err)
		}
		key, err := signature.PublicKey(text)
		if err != nil {
			return p, workspace.Usage("reading the key %q of trust.keys: %v", file, err)
		}
		p.Keys = append(p.Keys, key)
	}
	for _, i := range t.config.Identities {
		p.Identities = append(p.Identities, signature.Identity{Issuer: i.Issuer, Subject: i.Subject})
	}
	if t.config.Root != "" {
		text, err := os.ReadFile(t.workspace.Path(t.config.Root))
		if err != nil {
			return p, workspace.Usage("reading trust.root: %v", err)
		}
		p.Root = text
	}
	return p, nil
}

// Sign signs a statement about a digest, and makes sure that the policy accepts who
// has signed: nobody would take the release otherwise.
func (t *Trust) Sign(ctx context.Context, digest, predicateType string, predicate any) ([]byte, error) {
	policy, err := t.Policy()
	if err != nil {
		return nil, err
	}
	signer, err := t.signer(ctx)
	if err != nil {
		return nil, err
	}
	statement, err := signature.About(digest, predicateType, predicate)
	if err != nil {
		return nil, err
	}
	bundle, err := signer.Sign(ctx, statement)
	if err != nil {
		return nil, err
	}
	if _, err := policy.Verify(bundle, digest, predicateType); err != nil {
		return nil, fmt.Errorf("what this run signs is not accepted by the trust: of %s: %w", filepath.Base(t.workspace.Config.Path), err)
	}
	return bundle, nil
}

func (t *Trust) signer(ctx context.Context) (signature.Signer, error) {
	s := t.config.Sign
	if s.Keyless != nil {
		t.said.Do(func() { t.say(*s.Keyless) })
		return signature.Signer{Keyless: signature.Keyless{Fulcio: s.Keyless.Fulcio, Rekor: s.Keyless.Rekor, Token: t.token}}, nil
	}
	references := map[string]string{"key": s.Key}
	if s.Password != "" {
		references["password"] = s.Password
	}
	values, err := t.workspace.Resolve(ctx, references)
	if err != nil {
		return signature.Signer{}, fmt.Errorf("reading trust.sign: %w", err)
	}
	key, err := signature.PrivateKey([]byte(values["key"].Reveal()), values["password"].Reveal())
	if err != nil {
		return signature.Signer{}, workspace.Usage("reading trust.sign.key, %s: %v", s.Key, err)
	}
	return signature.Signer{Key: key}, nil
}

// say tells what signing makes known, before it does.
func (t *Trust) say(k config.Keyless) {
	if k.Rekor == signature.PublicRekor {
		t.workspace.Notice(report.Warning, "signing writes the names of this repository, its workflow and its branch into Sigstore's public log at %s, where they stay for ever; with rekor: and fulcio: of your own, or with a key, they don't", k.Rekor)
	}
}

// audience is what Fulcio wants tokens to be made out to.
const audience = "sigstore"

// token is the OIDC token of this run.
func (t *Trust) token(ctx context.Context) (string, error) {
	w := t.workspace
	if reference := t.config.Sign.Keyless.Token; reference != "" {
		values, err := w.Resolve(ctx, map[string]string{"token": reference})
		return strings.TrimSpace(values["token"].Reveal()), err
	}
	if given, ok := w.Lookup("SIGSTORE_ID_TOKEN"); ok && given != "" {
		values, err := w.Resolve(ctx, map[string]string{"token": "env://SIGSTORE_ID_TOKEN"})
		return strings.TrimSpace(values["token"].Reveal()), err
	}
	token, found, err := aws.RunToken(ctx, w.Lookup, audience)
	w.Redactor.Add(token)
	if err == nil && !found {
		err = errors.New("this run has no OIDC token: on GitHub Actions give the job the permission \"id-token: write\"; elsewhere put the token into SIGSTORE_ID_TOKEN, or name it with trust.sign.keyless.token")
	}
	return token.Reveal(), err
}
