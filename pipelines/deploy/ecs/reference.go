package ecs

import (
	"fmt"
	"strings"
)

// repositoryOf is an image reference without its tag and digest.
func repositoryOf(reference string) string {
	repository, _, _ := strings.Cut(reference, "@")
	if colon := strings.LastIndexByte(repository, ':'); colon > strings.LastIndexByte(repository, '/') {
		repository = repository[:colon]
	}
	return repository
}

// withoutHost is a repository without its registry. A first part with a dot or
// a colon is a host, as Docker has it.
func withoutHost(repository string) string {
	host, rest, ok := strings.Cut(repository, "/")
	if ok && (strings.ContainsAny(host, ".:") || host == "localhost") {
		return rest
	}
	return repository
}

// floating says that a reference names no version: no tag, or latest.
func floating(reference string) bool {
	if strings.Contains(reference, "@") {
		return false
	}
	tag := strings.TrimPrefix(reference[len(repositoryOf(reference)):], ":")
	return tag == "" || tag == "latest"
}

// short cuts the digest of a reference.
func short(reference string) string {
	repository, digest, ok := strings.Cut(reference, "@sha256:")
	if !ok {
		return reference
	}
	return fmt.Sprintf("%s@%.12s", repository, digest)
}
