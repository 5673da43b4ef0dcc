package main

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"regexp"
	"strings"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/static"
	"github.com/google/go-containerregistry/pkg/v1/types"
	"github.com/rogpeppe/go-internal/testscript"
)

// forge REFERENCE [AS] [FILE OLD NEW]...: what somebody does who may push to the
// registry: takes the release record at REFERENCE, puts NEW in the place of the pattern
// OLD in its files, makes the record say so, and pushes it over the tag, or that of AS. FILE is
// record.json, or files/PATH.
func forge(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) == 0 {
		ts.Fatalf("usage: forge REFERENCE [AS] [FILE OLD NEW]...")
	}
	as, edits := args[0], args[1:]
	if len(edits)%3 == 1 {
		as, edits = edits[0], edits[1:]
	}
	ts.Check(forged(args[0], as, edits))
}

func forged(reference, as string, edits []string) error {
	from, err := name.ParseReference(reference)
	if err != nil {
		return err
	}
	to, err := name.ParseReference(as)
	if err != nil {
		return err
	}
	d, err := remote.Get(from)
	if err != nil {
		return err
	}
	var m v1.Manifest
	if err := json.Unmarshal(d.Manifest, &m); err != nil {
		return err
	}
	contents := map[string]string{}
	for _, layer := range m.Layers {
		l, err := remote.Layer(from.Context().Digest(layer.Digest.String()))
		if err != nil {
			return err
		}
		body, err := l.Compressed()
		if err != nil {
			return err
		}
		content, err := io.ReadAll(body)
		if err != nil {
			return err
		}
		contents[layer.Annotations["org.opencontainers.image.title"]] = string(content)
	}
	for i := 0; i+2 < len(edits); i += 3 {
		file, old, new := edits[i], edits[i+1], edits[i+2]
		before := contents[file]
		wanted, err := regexp.Compile(old)
		if err != nil {
			return err
		}
		if !wanted.MatchString(before) {
			return fmt.Errorf("%s has no %q:\n%s", file, old, before)
		}
		contents[file] = wanted.ReplaceAllString(before, new)
		sum := func(s string) string { return fmt.Sprintf("sha256:%x", sha256.Sum256([]byte(s))) }
		contents["record.json"] = strings.ReplaceAll(contents["record.json"], sum(before), sum(contents[file]))
	}
	for i, layer := range m.Layers {
		l := static.NewLayer([]byte(contents[layer.Annotations["org.opencontainers.image.title"]]), layer.MediaType)
		if m.Layers[i].Size, err = l.Size(); err != nil {
			return err
		}
		if m.Layers[i].Digest, err = l.Digest(); err != nil {
			return err
		}
		if err := remote.WriteLayer(to.Context(), l); err != nil {
			return err
		}
	}
	raw, err := json.Marshal(m)
	if err != nil {
		return err
	}
	return remote.Put(to, taggable{raw, m.MediaType})
}

// taggable is a manifest as it is.
type taggable struct {
	raw       []byte
	mediaType types.MediaType
}

func (t taggable) RawManifest() ([]byte, error)        { return t.raw, nil }
func (t taggable) MediaType() (types.MediaType, error) { return t.mediaType, nil }
