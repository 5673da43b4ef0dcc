// Package registry works on OCI registries: it resolves references, gives tags
// to manifests that exist, copies images by digest, and keeps small artifacts
// such as release records. Tags are never moved: giving a tag to another digest
// than the one that it stands for is a *TagConflict.
//
// References and repositories are written as Docker writes them:
// "host/path:tag", "host/path@sha256:…"; without a host they are Docker Hub's.
// TLS is verified with what Docker believes for a registry; only loopback
// addresses and hosts that are marked insecure are not verified, and are spoken to
// over plain HTTP where they have no TLS.
package registry
