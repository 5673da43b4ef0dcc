package gitsync

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"

	"git.example/slipway/pipelines/deploy"
)

// layerRef names a layer's tree in the host's repository: refs to trees, not
// commits, so that history need not be there.
func layerRef(l deploy.Layer) string {
	if l.Commit == "" {
		return "refs/slipway/adopted/" + l.Tree
	}
	from := sha256.Sum256([]byte(l.From))
	return "refs/slipway/commits/" + hex.EncodeToString(from[:4]) + "/" + l.Commit
}

// objectFormat is the hash that ids of this length are of.
func objectFormat(layers []deploy.Layer) string {
	for _, l := range layers {
		if len(l.Commit) == sha256.Size*2 {
			return "sha256"
		}
	}
	return "sha1"
}

// layerText says which commit it is, for people.
func layerText(l deploy.Layer) string {
	if l.Commit == "" {
		return "what was there before"
	}
	return "commit " + short(l.Commit)
}

// layersText reads as "commit 1234567, and a.py of commit 89abcde".
func layersText(layers []deploy.Layer) string {
	text := layerText(layers[0])
	for _, l := range layers[1:] {
		text += fmt.Sprintf(", and %s of %s", strings.Join(l.Paths, ", "), layerText(l))
	}
	return text
}

// short is an id as git abbreviates it.
func short(id string) string { return id[:min(len(id), 7)] }
