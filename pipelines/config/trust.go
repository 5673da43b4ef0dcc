package config

// Trust says who signs releases, and whose signatures count. It is read from the
// checkout, never from a release.
type Trust struct {
	// Sign is how publish signs. Releases are not signed when absent.
	Sign *Sign `yaml:"sign,omitempty"`
	// Keys are the files of the public keys whose signatures count, relative to the
	// project. Several are for replacing one.
	Keys Strings `yaml:"keys,omitempty"`
	// Identities are the CI runs whose signatures count.
	Identities []TrustedIdentity `yaml:"identities,omitempty"`
	// Root is the file of Sigstore's trusted root for identities, relative to the
	// project: what cosign trusted-root create writes.
	Root string `yaml:"root,omitempty"`
	// Revoked are releases that nothing takes any more: their tags, or the digests of
	// their records.
	Revoked Strings `yaml:"revoked,omitempty"`
}

// Sign is how publish signs. Exactly one of its kinds is set.
type Sign struct {
	// Key is a private key as PEM, or as cosign writes it, as env://NAME or file://PATH.
	Key string `yaml:"key,omitempty" jsonschema:"oneof_required=key"`
	// Password of a key that cosign has encrypted, as env://NAME or file://PATH.
	Password string `yaml:"password,omitempty"`
	// Keyless signs as the CI run, with its OIDC token.
	Keyless *Keyless `yaml:"keyless,omitempty" jsonschema:"oneof_required=keyless"`
}

// Keyless signs as the CI run. The names of repository and workflow get into the log
// of Rekor; that of the public one is public, and stays.
type Keyless struct {
	// Fulcio is the address of the certificate authority.
	Fulcio string `yaml:"fulcio,omitempty" jsonschema:"default=https://fulcio.sigstore.dev"`
	// Rekor is the address of the log.
	Rekor string `yaml:"rekor,omitempty" jsonschema:"default=https://rekor.sigstore.dev"`
	// Token is the run's OIDC token, as env://NAME or file://PATH. That of GitHub Actions,
	// CircleCI, or of SIGSTORE_ID_TOKEN when empty.
	Token string `yaml:"token,omitempty"`
}

// TrustedIdentity is a CI run whose signatures count.
type TrustedIdentity struct {
	// Issuer of its OIDC token, such as https://token.actions.githubusercontent.com.
	Issuer string `yaml:"issuer"`
	// Subject is the workflow and branch that its certificate names; "*" stands for
	// anything.
	Subject string `yaml:"subject"`
}
