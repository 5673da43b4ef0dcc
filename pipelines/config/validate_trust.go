package config

import (
	"net/url"
	"strings"

	"git.example/slipway/pipelines/lazy"
)

// revokedRelease is a tag, or the digest of a record.
var revokedRelease = lazy.Regexp(`^(sha256:[0-9a-f]{64}|[a-zA-Z0-9_][a-zA-Z0-9._-]*)$`)

func validateTrust(v validator, t Trust) {
	v.allInProject("trust.keys", t.Keys)
	v.inProject("trust.root", t.Root)
	for i, release := range t.Revoked {
		v.matches(index("trust.revoked", i), release, revokedRelease(), "the tag of a release, or the digest of its record, sha256:…")
	}
	for i, identity := range t.Identities {
		at := index("trust.identities", i)
		v.address(at+".issuer", identity.Issuer)
		if strings.Trim(identity.Subject, "*") == "" && identity.Subject != "" {
			v.wrong(at+".subject", "%q is every run of the issuer, also those of strangers: want a workflow and a branch, such as https://github.com/acme/shop/.github/workflows/release.yml@refs/heads/main", identity.Subject)
		}
	}
	switch {
	case len(t.Identities) > 0 && t.Root == "":
		v.wrong("trust.identities", "nothing says what their certificates are checked with: set root to the file of Sigstore's trusted root")
	case t.Root != "" && len(t.Identities) == 0:
		v.wrong("trust.root", "it is for identities, and there are none")
	}
	s := t.Sign
	if s == nil {
		return
	}
	v.secret("trust.sign.key")
	v.secret("trust.sign.password")
	if s.Password != "" && s.Key == "" {
		v.wrong("trust.sign.password", "there is no key that it could be of")
	}
	if s.Key != "" && len(t.Keys) == 0 {
		v.wrong("trust.sign", "nobody could verify the releases: list the public key's file under keys")
	}
	if s.Keyless != nil {
		v.address("trust.sign.keyless.fulcio", s.Keyless.Fulcio)
		v.address("trust.sign.keyless.rekor", s.Keyless.Rekor)
		v.secret("trust.sign.keyless.token")
		if len(t.Identities) == 0 {
			v.wrong("trust.sign", "nobody could verify the releases: list who the run is under identities")
		}
	}
}

// address reports what is no URL of a service.
func (v validator) address(at, value string) {
	u, err := url.Parse(value)
	if value != "" && (err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "") {
		v.wrong(at, "%q is no address: want https://…", value)
	}
}
